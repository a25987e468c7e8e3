/** What each state of a host takes, by part. A rule without `to` stays where it is: nothing is entered, so no effect begins anew. */
import type { FenceWay } from '@chronovirt/contract';
import type { ChangeName } from './changes.ts';
import { hostLeaves, hostRests, type HostPart } from './leaves.ts';

/** A condition: all that is named must hold. `data`: fields of the event; `way`: how it is being fenced; `lost`: whether it is silent. */
export interface HostWhen {
  readonly data?: Readonly<Record<string, string | boolean>>;
  readonly way?: FenceWay;
  readonly lost?: boolean;
}

export interface HostRule {
  readonly when?: HostWhen;
  readonly to?: string;
  readonly change: ChangeName;
}

export type HostRules = Readonly<Record<string, readonly HostRule[]>>;

/** Hearing and missing a host never end an effect: they are noted. */
const noted: HostRules = {
  heard: [{ change: 'hear' }],
  lost: [{ change: 'lose' }],
};

const again = (to: string, method: string): HostRules => ({
  [`${method}.failed`]: [{ to, change: 'again' }],
  [`${method}.timedOut`]: [{ to, change: 'again' }],
});

const fencing: HostRules = {
  'fence.requested': [{ to: 'fencing.endTerm', change: 'want' }],
};
const admission: HostRules = {
  'giveTerm.requested': [{ to: 'admitting.giveTerm', change: 'admit' }],
};
const proved: HostRules = { proved: [{ to: 'fenced', change: 'prove' }] };
const barredBy = (method: string): HostRules => ({
  [`${method}.failed`]: [{ to: 'barred', change: 'giveUp' }],
  [`${method}.timedOut`]: [{ to: 'barred', change: 'giveUp' }],
});

const reach: Record<string, HostRules> = {
  unheard: { heard: [{ to: 'reachable', change: 'hear' }] },
  reachable: { heard: [{ change: 'hear' }], lost: [{ to: 'lost', change: 'lose' }], ...fencing },
  lost: { heard: [{ to: 'reachable', change: 'hear' }], ...fencing },
  'fencing.endTerm': {
    ...noted,
    ...fencing,
    'endTerm.done': [
      { when: { way: 'command' }, to: 'fencing.fence', change: 'step' },
      { when: { way: 'watchdog' }, to: 'fencing.outwait', change: 'step' },
      { when: { way: 'standDown' }, to: 'fencing.standDown', change: 'step' },
      { when: { way: 'statement' }, to: 'fenced', change: 'prove' },
    ],
    ...again('fencing.endTerm', 'endTerm'),
  },
  'fencing.fence': {
    ...noted,
    ...proved,
    ...fencing,
    'fence.done': [{ to: 'fenced', change: 'prove' }],
    ...barredBy('fence'),
  },
  'fencing.outwait': {
    ...noted,
    ...proved,
    ...fencing,
    'outwait.done': [{ to: 'fenced', change: 'prove' }],
    ...barredBy('outwait'),
  },
  'fencing.standDown': {
    ...noted,
    ...proved,
    ...fencing,
    'standDown.done': [{ to: 'fenced', change: 'prove' }],
    ...barredBy('standDown'),
  },
  barred: { ...noted, ...proved, ...fencing, ...admission },
  fenced: {
    ...noted,
    ...admission,
    contradicted: [{ to: 'barred', change: 'contradict' }],
    'forget.requested': [{ to: 'forgetting.fenceInstances', change: 'forget' }],
  },
  'admitting.giveTerm': {
    ...noted,
    ...fencing,
    'giveTerm.done': [
      { when: { lost: true }, to: 'lost', change: 'admitted' },
      { to: 'reachable', change: 'admitted' },
    ],
    ...again('admitting.giveTerm', 'giveTerm'),
  },
  'forgetting.fenceInstances': {
    ...noted,
    'fenceInstances.done': [{ to: 'forgotten', change: 'forgotten' }],
    ...again('forgetting.fenceInstances', 'fenceInstances'),
  },
  forgotten: { ...noted, ...admission },
};

const toldTo = (to: string, value: string): HostRules => ({
  'setHostEnabled.done': [{ to: value, change: 'told' }],
  'setHostEnabled.failed': [{ to, change: 'tellAgain' }],
  'setHostEnabled.timedOut': [{ to, change: 'tellAgain' }],
});
const serviceOrders: HostRules = {
  'setHostEnabled.requested': [
    { when: { data: { enabled: true } }, to: 'enabling.setHostEnabled', change: 'setService' },
    { when: { data: { enabled: false } }, to: 'disabling.setHostEnabled', change: 'setService' },
  ],
};

const service: Record<string, HostRules> = {
  enabled: serviceOrders,
  disabled: serviceOrders,
  'enabling.setHostEnabled': { ...serviceOrders, ...toldTo('enabling.setHostEnabled', 'enabled') },
  'disabling.setHostEnabled': { ...serviceOrders, ...toldTo('disabling.setHostEnabled', 'disabled') },
};

const drain: HostRules = {
  'drain.requested': [{ to: 'draining.drain', change: 'drain' }],
};
const undrained: HostRules = { 'maintenance.ended': [{ to: 'none', change: 'endMaintenance' }] };
const leave: HostRules = { 'maintenance.ended': [{ to: 'leaving.hostMaintenanceMode', change: 'endMaintenance' }] };
const modeAgain = (to: string): HostRules => ({
  'hostMaintenanceMode.failed': [{ to, change: 'modeAgain' }],
  'hostMaintenanceMode.timedOut': [{ to, change: 'modeAgain' }],
});

const maintenance: Record<string, HostRules> = {
  none: drain,
  'draining.drain': {
    ...undrained,
    'drain.done': [
      { when: { data: { isEmpty: true } }, to: 'entering.hostMaintenanceMode', change: 'drained' },
      { to: 'drained', change: 'drained' },
    ],
    'drain.failed': [{ to: 'drained', change: 'drained' }],
    'drain.timedOut': [{ to: 'drained', change: 'drained' }],
  },
  drained: { ...drain, ...undrained },
  'entering.hostMaintenanceMode': {
    ...leave,
    'hostMaintenanceMode.done': [{ to: 'inMaintenance', change: 'modeSet' }],
    ...modeAgain('entering.hostMaintenanceMode'),
  },
  inMaintenance: { ...drain, ...leave },
  'leaving.hostMaintenanceMode': {
    ...drain,
    'hostMaintenanceMode.done': [{ to: 'none', change: 'modeSet' }],
    ...modeAgain('leaving.hostMaintenanceMode'),
  },
};

const act: HostRules = { 'hostPowerAction.requested': [{ to: 'acting.hostPowerAction', change: 'act' }] };
const power: Record<string, HostRules> = {
  none: act,
  done: act,
  failed: act,
  unknown: act,
  'acting.hostPowerAction': {
    'hostPowerAction.done': [{ to: 'done', change: 'acted' }],
    'hostPowerAction.failed': [
      { when: { data: { isUnknown: true } }, to: 'unknown', change: 'acted' },
      { to: 'failed', change: 'acted' },
    ],
    'hostPowerAction.timedOut': [{ to: 'unknown', change: 'acted' }],
  },
};

/** All rules, by part and state. */
export const hostRules: Readonly<Record<HostPart, Readonly<Record<string, HostRules>>>> = {
  reach,
  service,
  maintenance,
  power,
};

/** Where each part begins. */
export const hostBeginnings: Readonly<Record<HostPart, string>> = {
  reach: 'unheard',
  service: 'enabled',
  maintenance: 'none',
  power: 'none',
};

/** Names of all states of a part. */
export const hostValues = (part: HostPart): string[] => [
  ...Object.keys(hostRests[part]),
  ...Object.keys(hostLeaves[part]),
];
