/** The charts of a host as XState runs them, one per part, made from the tables; only ever used through XState's pure functions. */
import { assign, setup, transition, type SnapshotFrom } from 'xstate';
import { applyChange, type ChangeName, type HostBody, type HostEvent } from './changes.ts';
import { describeHost, hostLeafOf, type HostPart } from './leaves.ts';
import { hostBeginnings, hostRules, type HostRule, type HostRules, type HostWhen } from './rules.ts';

/** Version of the charts of hosts, stored with each of their turns. */
export const HOST_MACHINE_VERSION = 'host@1';

function holds({ data, way, lost }: HostWhen, { context }: HostBody, event: HostEvent): boolean {
  if (way !== undefined && context.way !== way) return false;
  if (lost !== undefined && (context.lostAt !== null) !== lost) return false;
  return data === undefined || Object.entries(data).every(([name, value]) => event.data[name] === value);
}

const chart = setup({
  types: { context: {} as HostBody, events: {} as HostEvent },
  guards: { when: ({ context, event }, params: HostWhen) => holds(params, context, event) },
  actions: {
    /** Declares that the effect of a leaf is due. */
    effect: () => {},
    change: assign(({ context, event }, { name }: { name: ChangeName }) => applyChange(name, context, event)),
  },
});

function transitionsOf(part: HostPart, rules: HostRules): Record<string, object[]> {
  const one = ({ when, to, change }: HostRule): object => ({
    ...(to === undefined ? {} : { target: `#${part}.${to}`, reenter: true }),
    actions: { type: 'change', params: { name: change } },
    ...(when === undefined ? {} : { guard: { type: 'when', params: when } }),
  });
  return Object.fromEntries(Object.entries(rules).map(([event, list]) => [event, list.map(one)]));
}

function machineOf(part: HostPart) {
  const states: Record<string, { initial?: string; states?: Record<string, object> } & object> = {};
  for (const [value, rules] of Object.entries(hostRules[part])) {
    const leaf = hostLeafOf(part, value);
    const node = {
      description: describeHost(part, value),
      ...(leaf === null
        ? {}
        : { entry: { type: 'effect', params: { method: leaf.method } }, meta: { effect: leaf.method, ...leaf } }),
      on: transitionsOf(part, rules),
    };
    const [parent = value, child] = value.split('.');
    if (child === undefined) states[parent] = node;
    else ((states[parent] ??= { initial: child, states: {} }).states ??= {})[child] = node;
  }
  return chart.createMachine({
    id: part,
    version: HOST_MACHINE_VERSION,
    initial: hostBeginnings[part],
    context: {} as HostBody,
    states,
  } as never);
}

/** The charts; their types say no more than context and event. */
export const hostMachines = {
  reach: machineOf('reach'),
  service: machineOf('service'),
  maintenance: machineOf('maintenance'),
  power: machineOf('power'),
} as const satisfies Record<HostPart, unknown>;

type Snapshot = SnapshotFrom<(typeof hostMachines)['reach']>;
const snapshots = new Map<string, Snapshot>();

function snapshotOf(part: HostPart, value: string, body: HostBody): Snapshot {
  const key = `${part} ${value}`;
  let known = snapshots.get(key);
  if (known === undefined) {
    const [parent, child] = value.split('.');
    known = hostMachines[part].resolveState({
      value: (child === undefined ? value : { [parent as string]: child }) as never,
      context: body,
    });
    snapshots.set(key, known);
  }
  return { ...known, context: body };
}

export interface HostTransit {
  readonly value: string;
  readonly body: HostBody;
  /** The effect that was entered, or null. */
  readonly effect: string | null;
  /** Whether the state is the one of before and was not entered anew: what was due there still is. */
  readonly stays: boolean;
}

/** One step of one part's chart on plain values; null = it has no transition for the event. */
export function transitHost(part: HostPart, value: string, body: HostBody, event: HostEvent): HostTransit | null {
  const before = snapshotOf(part, value, body);
  const [after, actions] = transition(hostMachines[part], before, event);
  // Every transition changes the context, so the same object means that none was taken.
  if (after === before) return null;
  const reached = after.value as string | Record<string, string>;
  const flat = typeof reached === 'string' ? reached : Object.entries(reached)[0]?.join('.');
  const entered = actions.find(({ type }) => type === 'effect') as { params?: { method: string } } | undefined;
  const effect = entered?.params?.method ?? null;
  const now = flat ?? value;
  return { value: now, body: after.context, effect, stays: now === value && effect === null };
}
