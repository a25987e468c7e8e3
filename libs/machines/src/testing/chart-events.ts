/** Every event that the chart may be shown, with every variant that a guard can tell apart. For tests and tools only. */
import type { ChartEvent, Fits } from '../life/chart-event.ts';
import { leafNames, leaves, type Leaf } from '../life/leaves.ts';
import { HOST_BOOT, observedEvent } from '../life/observations.ts';
import { operations } from '../life/operations.ts';

const allFits: readonly Fits[] = ['goal', 'origin', 'other', 'unknown'];
const event = (type: string, data: Record<string, unknown> = {}, of: number | null = null): ChartEvent => ({
  type,
  data,
  of,
});
const withRequest = (request: Readonly<Record<string, string>> | undefined): Record<string, unknown> =>
  request === undefined ? {} : { request };

const intents = operations.flatMap((operation) =>
  operation.goal === 'given'
    ? ['running', 'stopped'].map((goal) => event(operation.event, { ...withRequest(operation.request), goal }))
    : [event(operation.event, withRequest(operation.request))],
);

/** Methods whose outcome rests on a look. */
const looked = [
  ...new Set(
    Object.values<Leaf>(leaves)
      .filter(({ awaits }) => awaits === undefined)
      .map(({ method }) => method),
  ),
].filter((method) => method !== 'place' && method !== 'order');

const outcomes = looked.flatMap((method) => [
  ...allFits.flatMap((fits) => [event(`${method}.done`, { fits }, 1), event(`${method}.failed`, { fits }, 1)]),
  event(`${method}.timedOut`, {}, 1),
]);

const host = 'alpha';
const special = [
  event('create.requested', { request: {} }),
  event('destroy.requested'),
  event('destroy.timedOut', { again: true }, 1),
  event('reboot.timedOut', { unstick: true }, 1),
  event('place.done', { host, epoch: 1, request: { host, epoch: 1 } }, 1),
  event('place.failed', { again: true }, 1),
  event('place.failed', { again: false }, 1),
  event('place.timedOut', { again: true }, 1),
  event('place.timedOut', { again: false }, 1),
  event('order.done', { host }, 1),
  event('order.failed', { host }, 1),
  event('order.failed', { host, withdrawn: true }, 1),
  event('order.failed', { host, withdrawn: true, retry: true }, 1),
  event('order.timedOut', {}, 1),
  ...['running', 'paused', 'suspended', 'stopped'].map((looks) => event('probe.done', { fits: 'other', looks }, 1)),
  ...['deleted', 'released', 'offloaded'].map((outcome) =>
    event('returned', { host, epoch: 1, outcome, failure: null, retry: false }),
  ),
  event('returned', { host, epoch: 1, outcome: 'released', failure: null, retry: true }),
  event('destroy.requested', { there: true, request: { host, epoch: 1 } }),
  event('liveMigration.requested', { request: { migrationId: 'm' } }),
  event('migrateDiskAndPowerOff.requested', { request: { migrationId: 'm' } }),
  ...['probe', 'unpause', 'revert'].map((onwards) => event('moveOver', { migration: 'm', outcome: 'undone', onwards })),
  event('moveOver', { migration: 'm', outcome: 'confirmed', onwards: 'probe' }),
];

const observed = Object.entries(observedEvent).flatMap(([seen, type]) => [
  event(type),
  ...['usual', 'adopt', 'repair', HOST_BOOT].map((choice) => event(type, { choice, seen })),
]);

/** All of them, each once. */
export const chartEvents: readonly ChartEvent[] = [
  ...new Map([...intents, ...outcomes, ...special, ...observed].map((one) => [JSON.stringify(one), one])).values(),
];

export const chartEventTypes: readonly string[] = [...new Set(chartEvents.map(({ type }) => type))].toSorted();

/** Leaves in which a method is due. */
export const leavesOf = (method: string): string[] => leafNames.filter((name) => leaves[name].method === method);
