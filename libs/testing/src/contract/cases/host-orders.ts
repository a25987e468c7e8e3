import { expect } from 'vitest';
import { contractCase } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { nothingLeft, refused, running, undisturbed } from '../expecting.ts';
import { guestOf } from '../world.ts';
import type { World } from '../world.ts';

type Order = 'setHostEnabled' | 'hostMaintenanceMode';

/** What broken drivers remember of a case. */
const lastWord = new WeakMap<object, boolean>();
const firstAnswer = new WeakMap<object, Promise<unknown>>();
const lastAction = new WeakMap<object, Promise<unknown>>();

/** Runs a case and opens the host again, however it ends. */
const thenOpen =
  <S extends Order>(prove: (world: World<S>) => Promise<void>) =>
  async (world: World<S>): Promise<void> => {
    try {
      await prove(world);
    } finally {
      await world.arrange('setHostEnabled', { enabled: true });
      await world.arrange('hostMaintenanceMode', { host: 'test', mode: false });
    }
  };

/** A new instance is refused, and nothing of it is left. */
async function takesNone<S extends Order>(world: World<S>): Promise<void> {
  const args = await world.newInstance();
  await refused(world.arrange('spawn', args), 'COMPUTE_SERVICE_UNAVAILABLE');
  await nothingLeft(world, guestOf(args));
}

/** A new instance is taken. */
async function takesNew<S extends Order>(world: World<S>): Promise<void> {
  const args = await world.newInstance();
  const error = await world.arrange('spawn', args).catch((thrown: unknown) => thrown);
  expect(error).toBeUndefined();
  await running(world, guestOf(args));
}

const setHostEnabled: ContractCase[] = [
  contractCase('setHostEnabled', 'closed', {
    prove: thenOpen(async (world) => {
      expect(await world.call({ enabled: false })).toBe('disabled');
      await takesNone(world);
      expect(await world.call({ enabled: true })).toBe('enabled');
      await takesNew(world);
    }),
    broken: {
      'says so and does nothing': () => async (args) => (args.enabled ? 'enabled' : 'disabled'),
      'never opens again': (real) => async (args, context) => (args.enabled ? 'enabled' : real(args, context)),
    },
  }),
  contractCase('setHostEnabled', 'guestsStay', {
    prove: thenOpen(async (world) => {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call({ enabled: false });
      await undisturbed(world, guest, before);
      // What is made anew in its place, with its disks or without, is no new instance.
      await world.arrange('destroy', guest.args);
      await world.arrange('spawn', { ...guest.args, instance: { ...guest.args.instance, vmState: 'active' } });
      await running(world, guest);
    }),
    broken: {
      'cuts its guests off': (real, world) => async (args, context) => {
        for (const uuid of await world.arrange('listInstanceUuids', {})) await world.host.outside.destroy(uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('setHostEnabled', 'repeat', {
    prove: thenOpen(async (world) => {
      await world.call({ enabled: false });
      expect(await world.call({ enabled: false })).toBe('disabled');
      await takesNone(world);
    }),
    broken: {
      'turns it over each time': (real, world) => async (_args, context) => {
        const enabled = !(lastWord.get(world) ?? true);
        lastWord.set(world, enabled);
        return real({ enabled }, context);
      },
    },
  }),
];

const hostMaintenanceMode: ContractCase[] = [
  contractCase('hostMaintenanceMode', 'on', {
    prove: thenOpen(async (world) => {
      expect(await world.call({ host: 'test', mode: true })).toBe('on_maintenance');
      await takesNone(world);
    }),
    broken: { 'says so and does nothing': () => async () => 'on_maintenance' },
  }),
  contractCase('hostMaintenanceMode', 'NO_VALID_HOST', {
    prove: thenOpen(async (world) => {
      const guest = await world.guest();
      const before = await running(world, guest);
      await refused(world.call({ host: 'test', mode: true }), 'NO_VALID_HOST');
      await undisturbed(world, guest, before);
      await takesNone(world);
    }),
    broken: {
      'says that it is empty': (real) => (args, context) => real(args, context).catch(() => 'on_maintenance' as const),
      'ends them instead': (_real, world) => async (args) => {
        for (const uuid of await world.arrange('listInstanceUuids', {})) await world.host.outside.destroy(uuid);
        return world.arrange('hostMaintenanceMode', args);
      },
    },
  }),
  contractCase('hostMaintenanceMode', 'off', {
    prove: thenOpen(async (world) => {
      await world.call({ host: 'test', mode: true });
      expect(await world.call({ host: 'test', mode: false })).toBe('off_maintenance');
      await takesNew(world);
    }),
    broken: {
      'never ends it': (real) => async (args, context) => (args.mode ? real(args, context) : 'off_maintenance'),
    },
  }),
  contractCase('hostMaintenanceMode', 'off', {
    when: 'a host that was disabled before: it stays so',
    prove: thenOpen(async (world) => {
      await world.arrange('setHostEnabled', { enabled: false });
      await world.call({ host: 'test', mode: true });
      await world.call({ host: 'test', mode: false });
      await takesNone(world);
    }),
    broken: {
      'enables it on the way': (real, world) => async (args, context) => {
        await world.arrange('setHostEnabled', { enabled: true });
        return real(args, context);
      },
    },
  }),
  contractCase('hostMaintenanceMode', 'repeat', {
    prove: thenOpen(async (world) => {
      const guest = await world.guest();
      await refused(world.call({ host: 'test', mode: true }), 'NO_VALID_HOST');
      await world.arrange('destroy', guest.args);
      const again = await world.call({ host: 'test', mode: true }).catch((error: unknown) => error);
      expect(again).toBe('on_maintenance');
      await world.call({ host: 'test', mode: false });
      expect(await world.call({ host: 'test', mode: false })).toBe('off_maintenance');
      await takesNew(world);
    }),
    broken: {
      'repeats its first answer': (real, world) => (args, context) => {
        const answer = firstAnswer.get(world) ?? real(args, context);
        firstAnswer.set(world, answer);
        return answer;
      },
    },
  }),
];

const hostPowerAction: ContractCase[] = [
  contractCase('hostPowerAction', 'done', {
    async prove(world) {
      const before = world.host.powerActions().length;
      expect(await world.call({ action: 'reboot' })).toBeTypeOf('string');
      await world.call({ action: 'shutdown' });
      expect(world.host.powerActions().slice(before)).toEqual(['reboot', 'shutdown']);
    },
    broken: {
      'says so and does nothing': () => async () => 'done',
      'always reboots': (real) => (_args, context) => real({ action: 'reboot' }, context),
    },
  }),
  contractCase('hostPowerAction', 'repeat', {
    async prove(world) {
      const before = world.host.powerActions().length;
      await world.settle(() => Promise.all([world.call({ action: 'reboot' }), world.call({ action: 'reboot' })]));
      expect(world.host.powerActions().slice(before)).toEqual(['reboot']);
    },
    broken: {
      'does it each time': (real, world) => (args, context) => {
        const after = (lastAction.get(world) ?? Promise.resolve()).then(() => real(args, context));
        lastAction.set(world, after);
        return after;
      },
    },
  }),
  contractCase('hostPowerAction', 'NOT_IMPLEMENTED', {
    async prove(world) {
      const before = world.host.powerActions().length;
      await refused(world.call({ action: 'startup' }), 'NOT_IMPLEMENTED');
      expect(world.host.powerActions().length).toBe(before);
    },
    broken: { 'says that it did': () => async () => 'started' },
  }),
];

/** What an operator orders of a host. */
export const hostOrderCases: readonly ContractCase[] = [...setHostEnabled, ...hostMaintenanceMode, ...hostPowerAction];
