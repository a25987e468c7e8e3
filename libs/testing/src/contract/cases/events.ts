import { lifecycleTransition } from '@chronovirt/contract';
import type { DriverEvent, InstanceUuid } from '@chronovirt/contract';
import { expect } from 'vitest';
import { contractCase, doesNothing, SabotagedError } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { refused } from '../expecting.ts';

const { PAUSED, RESUMED, STOPPED } = lifecycleTransition;

const someUuid = '5b9f2a11-8a55-4c0c-9d0d-2f3f6c1e7a10' as InstanceUuid;
const event = (transition: 0 | 1 | 2 | 3): DriverEvent => ({
  kind: 'lifecycle',
  uuid: someUuid,
  transition,
  timestamp: 1,
});

/** A listener with a memory; `of` gives the transitions of one instance that it heard of, in order. */
function listener() {
  const heard: DriverEvent[] = [];
  const callback = (...given: DriverEvent[]) => {
    expect(given).toHaveLength(1);
    heard.push(...given);
  };
  const of = (uuid: InstanceUuid) =>
    heard.flatMap((one) => (one.uuid === uuid && one.kind === 'lifecycle' ? [one.transition] : []));
  return { callback, of };
}
const nobody = { callback: () => {} };

const emitEvent: ContractCase[] = [
  // First of all cases: later ones register a listener, and nothing takes one away again.
  contractCase('emitEvent', 'dropped', {
    prove: (world) => world.call({ event: event(PAUSED) }),
    broken: { 'fails when nobody listens': () => () => Promise.reject(new SabotagedError('nobody listens')) },
  }),
  contractCase('emitEvent', 'delivered', {
    async prove(world) {
      const { callback, of } = listener();
      await world.arrange('registerEventListener', { callback });
      const given = [STOPPED, PAUSED, RESUMED, STOPPED] as const;
      for (const transition of given) await world.call({ event: event(transition) });
      await world.until(() => of(someUuid).length >= given.length, 'the events are delivered', 2_000);
      expect(of(someUuid)).toEqual(given);
      await world.arrange('registerEventListener', nobody);
    },
    broken: {
      'delivers nothing': doesNothing,
      'delivers twice': (real) => async (args) => {
        await real(args);
        return real(args);
      },
    },
  }),
  contractCase('emitEvent', 'refusesOthers', {
    prove: (world) => refused(world.call({ event: { kind: 'news' } as never }, { unchecked: true }), 'INVALID_EVENT'),
    broken: { 'takes anything': doesNothing },
  }),
  contractCase('emitEvent', 'contained', {
    async prove(world) {
      let calls = 0;
      await world.arrange('registerEventListener', {
        callback: () => {
          calls += 1;
          throw new Error('of the listener');
        },
      });
      await world.call({ event: event(PAUSED) });
      await world.call({ event: event(RESUMED) });
      await world.until(() => calls === 2, 'the listener is called again after it threw', 2_000);
      await world.arrange('registerEventListener', nobody);
    },
    broken: {
      "lets the listener's error out": (real) => async (args) => {
        await real(args);
        throw new SabotagedError('of the listener');
      },
      'stops after an error': doesNothing,
    },
  }),
];

const registerEventListener: ContractCase[] = [
  contractCase('registerEventListener', 'called', {
    async prove(world) {
      const guest = await world.guest();
      const { callback, of } = listener();
      await world.call({ callback });
      await world.outside('suspend', guest);
      await world.outside('resume', guest);
      await world.outside('destroy', guest);
      // Events of the guest's start may still come in; what counts begins with the pause.
      const since = () => of(guest.uuid).slice(Math.max(0, of(guest.uuid).indexOf(PAUSED)));
      await world.until(() => since().includes(STOPPED), 'the hypervisor is heard', 10_000);
      expect(since()).toEqual([PAUSED, RESUMED, STOPPED]);
      await world.arrange('registerEventListener', nobody);
    },
    broken: {
      'forgets the listener': doesNothing,
      'hands on something else':
        (real) =>
        ({ callback }) =>
          real({ callback: (one) => callback({ ...one, uuid: someUuid }) }),
    },
  }),
  contractCase('registerEventListener', 'replaces', {
    async prove(world) {
      const first = listener();
      const second = listener();
      await world.call({ callback: first.callback });
      await world.call({ callback: second.callback });
      await world.arrange('emitEvent', { event: event(PAUSED) });
      await world.until(() => second.of(someUuid).length === 1, 'the later listener is called', 2_000);
      expect(first.of(someUuid)).toEqual([]);
      await world.arrange('registerEventListener', nobody);
    },
    broken: {
      'forgets the later one': doesNothing,
      'tells both':
        (real) =>
        async ({ callback }) => {
          const before = told;
          told = callback;
          return real({
            callback(one) {
              before(one);
              callback(one);
            },
          });
        },
    },
  }),
  contractCase('registerEventListener', 'once', {
    async prove(world) {
      const { callback, of } = listener();
      await world.call({ callback });
      await world.call({ callback });
      await world.arrange('emitEvent', { event: event(PAUSED) });
      await world.arrange('emitEvent', { event: event(RESUMED) });
      await world.until(() => of(someUuid).includes(RESUMED), 'the listener is called', 2_000);
      expect(of(someUuid)).toEqual([PAUSED, RESUMED]);
      await world.arrange('registerEventListener', nobody);
    },
    broken: {
      'tells it twice':
        (real) =>
        ({ callback }) =>
          real({
            callback(one) {
              callback(one);
              callback(one);
            },
          }),
    },
  }),
];
let told: (one: DriverEvent) => void = () => {};

/** What the hypervisor tells of by itself. */
export const eventCases: readonly ContractCase[] = [...emitEvent, ...registerEventListener];
