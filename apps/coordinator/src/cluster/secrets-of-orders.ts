/** What is sealed with an order: how it is called in the store, and where a history names it. */
import { secretArguments, secretRef, type CommandName } from '@chronovirt/contract';

/** What the secret of an order is sealed as. */
export const sealedName = (name: CommandName): string => `${name}Password`;

const sealedNames: ReadonlySet<string> = new Set((Object.keys(secretArguments) as CommandName[]).map(sealedName));
const secretNames: ReadonlySet<string> = new Set(Object.values(secretArguments));

/** Whether something sealed came with an order. */
export const isOfOrder = (name: string): boolean => sealedNames.has(name);

/** The secrets that the request of an order names, as the store calls them. */
export function secretsIn(request: unknown): string[] {
  if (typeof request !== 'object' || request === null) return [];
  return Object.entries(request).flatMap(([name, value]) => {
    const ref = secretNames.has(name) ? secretRef.safeParse(value) : undefined;
    return ref?.success === true ? [ref.data.object] : [];
  });
}
