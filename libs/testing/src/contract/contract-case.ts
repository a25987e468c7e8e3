import { registry } from '@chronovirt/contract';
import type { ErrorCode, ImplementedDriver, MethodName } from '@chronovirt/contract';
import type { Subject } from './subject.ts';
import type { World } from './world.ts';

/** What a case proves: a promise of the method by its name, what a second call does, or one of its errors. */
export type Proof<S extends Subject> = Extract<keyof (typeof registry)[S]['promises'], string> | 'repeat' | ErrorCode;

/** What a method of a broken driver does instead of the real thing. `real` is the real thing, with its own context. */
export type BrokenMethod = (args: never, context: never) => unknown;
export type Sabotage<S extends Subject> = (
  real: S extends MethodName ? NonNullable<ImplementedDriver[S]> : ImplementedDriver['capabilities'],
  world: World<S>,
) => S extends MethodName ? (...given: Parameters<NonNullable<ImplementedDriver[S]>>) => Promise<unknown> : unknown;

/** One case: it throws unless the driver keeps what is to be proved. */
export interface ContractCase<S extends Subject = Subject> {
  readonly method: S;
  readonly proves: Proof<S>;
  /** It needs two hosts: with which storage, and on which of them the driver is that it is about. */
  readonly pair?: { readonly storage: 'shared' | 'separate'; readonly side: 'a' | 'b' };
  /** Under which circumstances, where several cases prove one thing. */
  readonly when?: string;
  prove(world: World<S>): Promise<void>;
  /** Drivers that break what is proved, by what they do wrong. Under each of them the case must fail. */
  readonly broken: Readonly<Record<string, Sabotage<S>>>;
}

/** A case about one method; keeps its types, then forgets them so that cases of all methods can stand in one list. */
export function contractCase<S extends Subject>(
  method: S,
  proves: Proof<S>,
  parts: Omit<ContractCase<S>, 'method' | 'proves'>,
): ContractCase {
  return { method, proves, ...parts } as unknown as ContractCase;
}

/** The sentence that a case holds a driver to, as the registry says it. */
export function sentenceOf({ method, proves, when }: ContractCase): string {
  const entry = registry[method] as (typeof registry)[Subject];
  const promises: Readonly<Record<string, string>> = entry.promises;
  const error = entry.errors.find(({ code }) => code === proves);
  const sentence = proves === 'repeat' ? entry.repeat : (promises[proves] ?? error?.when);
  if (sentence === undefined) throw new Error(`the registry knows nothing of ${method}: ${proves}`);
  return `${proves}${when === undefined ? '' : ` (${when})`}: ${sentence}`;
}

/** What a broken driver throws on purpose; any other error of it is an accident, and proves nothing. */
export class SabotagedError extends Error {
  override readonly name = 'SabotagedError';
}

/** The commonest break: it says that it did, and did not. */
export const doesNothing = () => async () => undefined;
