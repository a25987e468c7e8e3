/** What one look at an instance shows, and the observation that it becomes. */
import { nothingThere, type InstanceUuid, type Mark, type Observation, type Power } from '@chronovirt/contract';
import type { HostConnection, LocalView } from '../world/connection.ts';
import { sameMark, type DomainDefinition } from '../world/definition.ts';
import type { DomainView } from '../world/domain-view.ts';
import { isTemporary } from './names.ts';

export interface Seen extends LocalView {
  readonly instance: InstanceUuid;
  readonly domain: DomainView | null;
}

/** Looks at the domain and at what else the host holds of the instance. */
export async function look(connection: HostConnection, instance: InstanceUuid): Promise<Seen> {
  const domain = await connection.look(instance);
  return { instance, domain, ...(await connection.lookAtFiles(instance)) };
}

/** Whether a definition was written by the operation with this mark. */
export function isOf(mark: Mark, definition: DomainDefinition | null | undefined): boolean {
  return sameMark(mark, definition?.mark);
}

/** Whether the instance has a whole file of that name. */
export function hasFile(seen: Seen, name: string): boolean {
  return seen.directory?.files.some((file) => file.name === name && file.whole) ?? false;
}

const powers: Record<DomainView['state'], Power> = {
  running: 'on',
  paused: 'paused',
  asleep: 'asleep',
  crashed: 'crashed',
  off: 'off',
};

/** Files of an instance that are no disks. */
const papers = new Set(['unrescue.xml']);

/** The observation of a look at everything. */
export function observationOf(seen: Seen): Observation {
  const files = seen.directory?.files ?? [];
  const disks = files.filter((file) => file.whole && !isTemporary(file.name) && !papers.has(file.name));
  const others = files.filter((file) => !disks.includes(file));
  return {
    ...domainObservation(seen.domain),
    disks: disks.map((file) => file.name).toSorted(),
    leftovers: [
      ...(seen.directory === null ? [] : ['directory']),
      ...(seen.doomed ? ['directory being removed'] : []),
      ...others.map((file) => `file ${file.name}`),
      ...seen.taps.map((tap) => `tap ${tap}`),
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
