/** The chart `image` as XState runs it, generated from its table; only ever used through XState's pure functions. */
import { assign, setup, transition, type SnapshotFrom } from 'xstate';
import type { ImageState } from '@chronovirt/contract';
import type { ChartEvent } from '../life/chart-event.ts';
import { MACHINE_VERSION } from '../version.ts';
import { imageLeafNames, imageLeaves, imageMethodOf, imageOperations, type ImageLeafName } from './leaves.ts';

interface Rule {
  readonly to: ImageState;
  /** Fields of the event's data that it needs. */
  readonly data?: Readonly<Record<string, boolean>>;
}

/** The delete of the instance, and every other end of its ownership here, ends the work. */
export const WITHDRAWN = 'withdrawn';

/** What each state takes, in the order in which it is asked. */
export function rulesOfImage(state: ImageState): Readonly<Record<string, readonly Rule[]>> {
  if (state === 'idle') return Object.fromEntries(imageOperations.map(({ event }) => [event, [{ to: 'capturing' }]]));
  const { method } = imageLeaves[state];
  return {
    ...ends[state],
    [`${method}.timedOut`]: [{ to: 'idle' }],
    [WITHDRAWN]: [{ to: 'idle' }],
  };
}

const ends: Readonly<Record<ImageLeafName, Readonly<Record<string, readonly Rule[]>>>> = {
  capturing: {
    'snapshot.done': [{ to: 'rotating', data: { replaces: true } }, { to: 'idle' }],
    'snapshot.failed': [{ to: 'idle' }],
  },
  rotating: {
    'removeImages.done': [{ to: 'idle' }],
    'removeImages.failed': [{ to: 'rotating', data: { again: true } }, { to: 'idle' }],
  },
};

const chart = setup({
  types: { context: {} as { readonly steps: number }, events: {} as ChartEvent },
  guards: {
    data: ({ event }, wanted: Readonly<Record<string, boolean>>) =>
      Object.entries(wanted).every(([name, value]) => event.data[name] === value),
  },
  actions: {
    /** Tells a transition from none: XState gives the same object back where nothing changes. */
    step: assign(({ context }) => ({ steps: context.steps + 1 })),
  },
});

const states: readonly ImageState[] = ['idle', ...imageLeafNames];

function nodeOf(state: ImageState): object {
  const on = Object.fromEntries(
    Object.entries(rulesOfImage(state)).map(([event, rules]) => [
      event,
      rules.map(({ to, data }) => ({
        target: to,
        reenter: true,
        actions: 'step',
        ...(data === undefined ? {} : { guard: { type: 'data', params: data } }),
      })),
    ]),
  );
  if (state === 'idle') return { description: 'No image is being made.', on };
  const { method, description, deadlineMs } = imageLeaves[state];
  return { description, meta: { effect: method, deadlineMs, description }, on };
}

/** The chart as XState runs it. Generated from tables, so its type says no more than its event. */
export const imageMachine = chart.createMachine({
  id: 'image',
  version: MACHINE_VERSION,
  initial: 'idle',
  context: { steps: 0 },
  states: Object.fromEntries(states.map((state) => [state, nodeOf(state)])),
} as never);

const snapshots = new Map<ImageState, SnapshotFrom<typeof imageMachine>>();

/** Takes one event; null = the chart has no transition for it. */
export function imageStep(
  state: ImageState,
  event: ChartEvent,
): { readonly state: ImageState; readonly effect: string | null } | null {
  let before = snapshots.get(state);
  if (before === undefined) {
    before = imageMachine.resolveState({ value: state as never, context: { steps: 0 } });
    snapshots.set(state, before);
  }
  const [after] = transition(imageMachine, before, event);
  if (after === before) return null;
  const value = after.value as ImageState;
  return { state: value, effect: imageMethodOf(value) };
}
