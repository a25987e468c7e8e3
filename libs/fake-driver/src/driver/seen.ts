/** What one look at an instance shows, and the observation that it becomes. */
import { nothingThere, type InstanceUuid, type Mark, type Observation, type Power } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { LocalView } from '../world/local-view.ts';
import { sameMark, type DomainDefinition } from '../world/definition.ts';
import type { SimulatedFile } from '../world/file-tree.ts';
import type { DomainView } from '../world/domain-view.ts';
import { isTemporary } from './names.ts';
import { WAY_BACK } from './rescued.ts';

export interface Seen extends LocalView {
  readonly instance: InstanceUuid;
  readonly domain: DomainView | null;
  /** What is under way on the domain, when it shows. */
  readonly busy: string | null;
  /** The definition that the guest runs with, the stored one, and the one in the managed save image; null = none. */
  readonly live: DomainDefinition | null;
  readonly stored: DomainDefinition | null;
  readonly saved: DomainDefinition | null;
}

/** Looks at the domain and at what else the host holds of the instance. */
export async function look(
  connection: HostConnection,
  instance: InstanceUuid,
  kept: 'own' | 'any' = 'own',
): Promise<Seen> {
  const domain = await connection.domains.look(instance);
  const { busy, live, stored, saved } = domain ?? { busy: null, live: null, stored: null, saved: null };
  return { instance, domain, busy, live, stored, saved, ...(await connection.own.lookAtFiles(instance, kept)) };
}

/** Whether a definition was written by the operation with this mark. */
export function isOf(mark: Mark, definition: DomainDefinition | null): boolean {
  return sameMark(mark, definition?.mark ?? null);
}

/** Whether the instance has a whole file of that name. */
export function hasFile(seen: Seen, name: string): boolean {
  return seen.directory?.files.some((file) => file.name === name && file.whole) ?? false;
}

/** Kept files of which copies are made: all but swap, in which nothing outlives the guest. */
export const copiedFiles = (seen: Seen): readonly SimulatedFile[] =>
  seen.kept?.files.filter(({ name, whole }) => whole && name !== 'swap' && !isTemporary(name)) ?? [];

/** Whether everything that is kept is in its place again, whole. */
export const isCopied = (seen: Seen): boolean => copiedFiles(seen).every(({ name }) => hasFile(seen, name));

const powers: Record<DomainView['state'], Power> = {
  running: 'on',
  paused: 'paused',
  asleep: 'asleep',
  crashed: 'crashed',
  off: 'off',
};

/** The observation of a look at everything. */
export function observationOf(seen: Seen): Observation {
  const files = seen.directory?.files ?? [];
  const disks = files.filter((file) => file.whole && !isTemporary(file.name) && file.name !== WAY_BACK);
  const others = files.filter((file) => !disks.includes(file) && file.name !== WAY_BACK);
  const empty = seen.directory !== null && disks.length === 0;
  const unused = seen.live === null ? seen.taps : [];
  return {
    ...domainObservation(seen.domain),
    disks: [...disks.map((file) => file.name), ...(seen.kept === null ? [] : ['kept'])].toSorted(),
    leftovers: [
      ...(empty ? ['directory'] : []),
      ...(seen.doomed ? ['directory being removed'] : []),
      ...others.map((file) => `temporary file ${file.name}`),
      ...unused.map((tap) => `tap ${tap}`),
    ],
  };
}

/** The observation of a look at the domain alone. */
export function domainObservation(domain: DomainView | null): Observation {
  if (domain === null) return { ...nothingThere, disks: [], leftovers: [] };
  return {
    domain: domain.stored === null ? 'transient' : 'defined',
    power: powers[domain.state],
    reason: domain.reason,
    busy: domain.busy,
    mark: (domain.live ?? domain.stored)?.mark ?? null,
    definition: domain.stored !== null,
    savedMemory: domain.saved !== null,
    disks: [],
    leftovers: [],
  };
}
