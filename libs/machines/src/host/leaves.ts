/**
 * The charts of a host, one per part of its state:
 *
 *   reach        reachable <--> lost
 *                    |            |
 *                    +--> fencing.endTerm --> fence | outwait | standDown --> fenced --> admitting --> reachable
 *                                                   |                           |
 *                                                   +--> barred                 +--> forgetting --> forgotten
 *   service      enabled <--> disabled, the driver told on the way
 *   maintenance  none --> draining --> entering --> inMaintenance --> leaving --> none
 *                             +--> drained       (done except ...)
 *   power        none, then one action after the other
 *
 * A leaf of a transient state names one effect of the coordinator. Ending a term comes before every proof, and giving the next one ends it.
 */
export interface HostLeaf {
  readonly method: string;
  readonly description: string;
  /** Milliseconds that it may take; what a watchdog has to be waited for comes on top. */
  readonly deadlineMs: number;
}

const second = 1000;
const minute = 60 * second;

export type HostPart = 'reach' | 'service' | 'maintenance' | 'power';

/** States with an effect, by part. */
export const hostLeaves = {
  reach: {
    'fencing.endTerm': {
      method: 'endTerm',
      description:
        'The end of the term is being stored in the stream of the host, where its agent reads it before it acts.',
      deadlineMs: minute,
    },
    'fencing.fence': {
      method: 'fence',
      description: 'The fence command runs: it turns the power of the host off.',
      deadlineMs: 5 * minute,
    },
    'fencing.outwait': {
      method: 'outwait',
      description: 'The bound of the watchdog on the host is being waited out.',
      deadlineMs: minute,
    },
    'fencing.standDown': {
      method: 'standDown',
      description: 'The agent of the host is told to stop all guests, and its look is awaited.',
      deadlineMs: 3 * minute,
    },
    'admitting.giveTerm': {
      method: 'giveTerm',
      description: 'The next term is being stored in the stream of the host.',
      deadlineMs: minute,
    },
    'forgetting.fenceInstances': {
      method: 'fenceInstances',
      description: 'What the host held is fenced, each instance in its own history.',
      deadlineMs: 10 * minute,
    },
  },
  service: {
    'enabling.setHostEnabled': {
      method: 'setHostEnabled',
      description: 'New instances may come; the driver of the host is told.',
      deadlineMs: minute,
    },
    'disabling.setHostEnabled': {
      method: 'setHostEnabled',
      description: 'No new instances come; the driver of the host is told.',
      deadlineMs: minute,
    },
  },
  maintenance: {
    'draining.drain': {
      method: 'drain',
      description: 'Instances are being moved to other hosts, a few at a time.',
      deadlineMs: 24 * 60 * minute,
    },
    'entering.hostMaintenanceMode': {
      method: 'hostMaintenanceMode',
      description: 'The host is empty; its driver is told that the maintenance begins.',
      deadlineMs: 2 * minute,
    },
    'leaving.hostMaintenanceMode': {
      method: 'hostMaintenanceMode',
      description: 'The driver is told that the maintenance is over.',
      deadlineMs: 2 * minute,
    },
  },
  power: {
    'acting.hostPowerAction': {
      method: 'hostPowerAction',
      description: 'The command of the configuration for this power action runs.',
      deadlineMs: 5 * minute,
    },
  },
} as const satisfies Record<HostPart, Record<string, HostLeaf>>;

/** States without an effect, by part. */
export const hostRests = {
  reach: {
    unheard: 'Nothing was heard of it yet.',
    reachable: 'Its agent reports.',
    lost: 'Its agent has not reported for a while. That proves nothing.',
    barred:
      'Its term is over, so its agent starts nothing once it reads that; nothing proves that its guests are gone.',
    fenced: 'No guest runs there: there is a proof.',
    forgotten: 'It is gone for ever.',
  },
  service: {
    enabled: 'New instances may come.',
    disabled: 'No new instances come; what runs there stays.',
  },
  maintenance: {
    none: 'In use.',
    drained: 'What could be moved was moved; the rest is still there, with the reasons.',
    inMaintenance: 'Out of use: empty, and its driver knows.',
  },
  power: {
    none: 'No power action was ordered yet.',
    done: 'The last power action was carried out.',
    failed: 'The last power action failed.',
    unknown: 'Whether the last power action took place is not known.',
  },
} as const satisfies Record<HostPart, Record<string, string>>;

export type ReachRest = keyof typeof hostRests.reach;

/** The leaf of that name, or null. */
export function hostLeafOf(part: HostPart, value: string): HostLeaf | null {
  const leaves: Record<string, HostLeaf> = hostLeaves[part];
  return Object.hasOwn(leaves, value) ? (leaves[value] ?? null) : null;
}

/** Whether a part has a state of that name. */
export function isHostValue(part: HostPart, value: string): boolean {
  return hostLeafOf(part, value) !== null || Object.hasOwn(hostRests[part], value);
}

/** What a state means, in a sentence. */
export function describeHost(part: HostPart, value: string): string {
  return hostLeafOf(part, value)?.description ?? (hostRests[part] as Record<string, string>)[value] ?? value;
}
