/** What must be true when a move is over, whatever went wrong on the way. */
import { CLUSTER, type InstanceUuid, type Observation } from '@chronovirt/contract';
import { expected, verify, type Entry } from '@chronovirt/machines';
import { isReadable, MemoryJournal } from '@chronovirt/runtime';
import { claimOf } from '../../cluster/placement.ts';
import type { ClusterWorld, Coordinator } from '../../testing/cluster-world.ts';

/** An instance in a world after a move. */
export interface Moved {
  readonly world: ClusterWorld;
  readonly uuid: InstanceUuid;
  readonly coordinator: Coordinator | null;
  /** Hosts that lost power while they had the guest: it may be off for that. */
  readonly lostPower: ReadonlySet<string>;
  /** The host that holds the instance by the newest grant; null = none. */
  readonly owner: string | null;
  /** State of `life` where the instance is owned. */
  readonly value: string;
}

const namesOf = ({ world }: Pick<Moved, 'world'>): string[] => world.site.hosts.map(({ name }) => name);

/** What is wrong with the end of a run; nothing is what is wanted. */
export async function faultsAtTheEnd(run: Moved, ends: readonly string[]): Promise<string[]> {
  const { world, uuid } = run;
  const problems: string[] = [];
  const { owner, value } = run;
  if (owner === null) return [`no host holds it: ${JSON.stringify(world.states(uuid))}`];
  const mayBeOff = run.lostPower.size > 0 && value === 'stopped';
  if (!ends.includes(value) && !mayBeOff) problems.push(`it ended as ${value}, expected ${ends.join(' or ')}`);
  const seen = await look(run, owner);
  const state = world.last(owner, uuid)?.state;
  const power = state === undefined ? null : expected(state);
  if (seen === null) problems.push(`its host ${owner} does not answer`);
  else {
    // One that is off needs no definition on a host that has its disks: the next start writes it.
    const isUndefined = power === 'off' && seen.power === 'absent';
    if (power !== null && power !== seen.power && !isUndefined)
      problems.push(`recorded ${value}, the hypervisor of ${owner} shows ${seen.power} (${seen.reason})`);
    // A guest that is off keeps its wires.
    const left = seen.leftovers.filter((one) => !one.startsWith('tap '));
    if (left.length > 0) problems.push(`left on its own host ${owner}: ${left.join(', ')}`);
    if (seen.disks.includes('kept')) problems.push(`${owner} still keeps files of before`);
    if (!seen.disks.includes('root')) problems.push(`it has no root disk on ${owner}: ${seen.disks.join(', ')}`);
  }
  problems.push(...elsewhere(run, owner), ...claims(run, owner), ...(await histories(run)));
  return problems;
}

/** After a delete nothing is anywhere, and the spine is closed. */
export function faultsAfterDelete(run: Pick<Moved, 'world' | 'uuid' | 'coordinator'>): string[] {
  const { world, uuid, coordinator } = run;
  const hosts = namesOf(run);
  const left = hosts.flatMap((host) => world.holds(host, uuid).map((what) => `${host} still has ${what}`));
  const taken = hosts.filter((host) => (coordinator?.cluster.claimedOn(host).vcpus ?? 0) > 0);
  const spine = world.last(CLUSTER, uuid)?.state;
  return [
    ...left,
    ...taken.map((host) => `a claim on ${host} is left`),
    ...(spine?.value === 'deleted' && spine.actor.role.kind === 'closed'
      ? []
      : [`the spine is ${spine?.value} ${spine?.actor.role.kind}`]),
  ].map((problem) => `after a delete: ${problem}`);
}

async function look({ world, uuid }: Moved, host: string): Promise<Observation | null> {
  const agent = world.agent(host);
  if (agent === null) return null;
  const context = { signal: new AbortController().signal, deadlineMs: 5_000 };
  return world.clock.settle(agent.driver.observe(uuid, context));
}

/** Hosts that do not hold it have nothing of it; files on storage that all see are the owner's. */
function elsewhere({ world, uuid }: Moved, owner: string): string[] {
  const isShared = world.site.storage === 'shared';
  return namesOf({ world })
    .filter((host) => host !== owner)
    .flatMap((host) => {
      const left = world.holds(host, uuid).filter((what) => !(isShared && what.startsWith('directory (')));
      const role = world.last(host, uuid)?.state.actor.role.kind ?? 'closed';
      return [
        ...left.map((what) => `${host} still has ${what}`),
        ...(role === 'closed' ? [] : [`the history on ${host} is not closed (${role})`]),
      ];
    });
}

function claims({ world, uuid, coordinator }: Moved, owner: string): string[] {
  const size = coordinator?.model.get(uuid)?.segment?.spec?.flavor;
  if (coordinator === null || size === undefined) return ['the read model does not know its size'];
  return namesOf({ world })
    .flatMap((host) => {
      const wanted = host === owner ? claimOf(size).memoryMiB : 0;
      const { memoryMiB } = coordinator.cluster.claimedOn(host);
      return memoryMiB === wanted ? [] : [`${memoryMiB} MiB are claimed on ${host}, it takes ${wanted}`];
    })
    .concat(
      coordinator.model.get(uuid)?.host === owner
        ? []
        : [
            `the read model names ${coordinator.model.get(uuid)?.host} as its host, it is ${owner}: ${JSON.stringify(world.states(uuid))}`,
          ],
    );
}

/** Every segment folds to what it says of itself. */
async function histories({ world, uuid }: Moved): Promise<string[]> {
  const journal = new MemoryJournal({ store: world.store });
  const problems: string[] = [];
  for (const host of [CLUSTER, ...namesOf({ world })]) {
    const entries: Entry[] = [];
    for await (const stored of journal.read(host, uuid))
      if (isReadable(stored)) entries.push({ seq: stored.seq, message: stored.message });
    const verdict = verify(entries);
    if (!verdict.ok) problems.push(`the history on ${host} does not fold: ${verdict.at} ${verdict.difference}`);
  }
  return problems;
}
