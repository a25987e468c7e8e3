/** What the runtime asks: how an instance is, how all of them are. Looks change nothing. */
import { readdir } from 'node:fs/promises';
import { nothingThere } from '@chronovirt/contract';
import type { InstanceUuid, Observation, QueryContext } from '@chronovirt/contract';
import {
  DomainModificationImpact,
  DomainStatsType,
  GetAllDomainStatsFlag,
  ListAllDomainsFlag,
} from '@chronovirt/libvirt';
import type { CallOptions, DomainStats, Libvirt } from '@chronovirt/libvirt';
import { nothingThere as noFile } from '../disks/whole-file.ts';
import { ourUuid } from '../events/event-feed.ts';
import { tapPrefix } from '../guest/definition.ts';
import { lookAtDomain, markNow, nullIfGone } from '../guest/look.ts';
import { describeState } from '../guest/state-words.ts';
import type { HostServices } from '../host/host-services.ts';

const MOST_LISTED = 64;

/** One look at one instance: its domain, its files, its taps. */
export async function observe(host: HostServices, uuid: InstanceUuid, context: QueryContext): Promise<Observation> {
  const [seen, files, taps] = await Promise.all([
    host.connections.query((libvirt, options) => lookAtDomain(libvirt, uuid, options), context, uuid),
    host.directory(uuid).look(),
    tapsOf(uuid),
  ]);
  const { active, saved, movedBy: _movedBy, ...domain } = seen;
  const unused = active ? [] : taps.map((tap) => `tap ${tap}`);
  return {
    ...domain,
    definition: seen.domain === 'defined',
    savedMemory: saved,
    disks: files.disks,
    leftovers: [...files.leftovers, ...unused].slice(0, MOST_LISTED),
  };
}

async function tapsOf(uuid: InstanceUuid): Promise<string[]> {
  const names = (await readdir('/sys/class/net').catch(noFile)) ?? [];
  return names.filter((name) => name.startsWith(tapPrefix(uuid)));
}

/** Marks are read this many at a time: as many as a connection has in flight, and a few that wait. */
const MARKS_AT_ONCE = 8;

/**
 * All domains of ours: three calls for all of them together, one small one each for the mark. Never waits for a job, so it may find
 * a domain in the middle of something; it is `busy` then. A domain that vanishes meanwhile is left out.
 */
export async function observeAll(
  host: HostServices,
  context: QueryContext,
): Promise<ReadonlyMap<InstanceUuid, Observation>> {
  return await host.connections.query(async (libvirt, options) => {
    const [stats, transient, saved] = await Promise.all([
      statesOfAll(libvirt, options),
      uuids(libvirt, ListAllDomainsFlag.TRANSIENT, options),
      uuids(libvirt, ListAllDomainsFlag.MANAGEDSAVE, options),
    ]);
    const ours = stats.flatMap((one) => {
      const uuid = ourUuid(one.dom);
      return uuid === null ? [] : [{ uuid, one }];
    });
    const found = new Map<InstanceUuid, Observation>();
    const rest = ours.values();
    const work = async (): Promise<void> => {
      for (const { uuid, one } of rest) {
        const mark = await markNow(libvirt, one.dom, DomainModificationImpact.CURRENT, options).catch(nullIfGone);
        const isTransient = transient.has(uuid);
        const { power, reason, busy } = describeState(
          Number(one.params['state.state'] ?? 0),
          Number(one.params['state.reason'] ?? 0),
        );
        found.set(uuid, {
          ...nothingThere,
          domain: isTransient ? 'transient' : 'defined',
          power,
          reason,
          busy,
          mark,
          definition: !isTransient,
          savedMemory: saved.has(uuid),
        });
      }
    };
    await Promise.all(Array.from({ length: MARKS_AT_ONCE }, work));
    return found;
  }, context);
}

/** States of all domains in one call, without waiting for any. */
export async function statesOfAll(
  libvirt: Libvirt,
  options: CallOptions,
  groups: number = DomainStatsType.STATE,
): Promise<readonly DomainStats[]> {
  return await libvirt.connectGetAllDomainStats([], groups, GetAllDomainStatsFlag.NOWAIT, options);
}

async function uuids(libvirt: Libvirt, flag: number, options: CallOptions): Promise<ReadonlySet<string>> {
  return new Set((await libvirt.connectListAllDomains(flag, options)).map(({ uuid }) => uuid));
}
