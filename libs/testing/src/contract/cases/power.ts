import { expect } from 'vitest';
import { contractCase, doesNothing, SabotagedError } from '../contract-case.ts';
import type { ContractCase, Sabotage } from '../contract-case.ts';
import { goesOn, refused, running, undisturbed } from '../expecting.ts';
import type { Guest, World } from '../world.ts';
import type { Subject } from '../subject.ts';

type Power = 'powerOn' | 'powerOff' | 'pause' | 'unpause' | 'suspend' | 'resume' | 'resumeStateOnHostBoot';

/** An instance that nobody has made is not found. */
const notFound = (method: Power) =>
  contractCase(method, 'INSTANCE_NOT_FOUND' as never, {
    prove: async (world) => refused(world.call((await world.newInstance()) as never), 'INSTANCE_NOT_FOUND'),
    broken: { 'says that it did': doesNothing as never },
  });

/** Cuts the guest off, whatever it does, and then does as the real one. */
const cutsOffFirst = ((real: (...given: unknown[]) => Promise<unknown>, world: World<Subject>) =>
  async (args: { instance: { uuid: Guest['uuid'] } }, context: unknown) => {
    const { run } = await world.host.inspect(args.instance.uuid);
    if (run !== null) await world.host.outside.destroy(args.instance.uuid);
    return real(args, context);
  }) as unknown as Sabotage<Power>;

/** Starts the guest afresh: its memory is lost. */
const bootsAfresh = ((_real: unknown, world: World<Subject>) => async (args: { instance: { uuid: Guest['uuid'] } }) => {
  const { uuid } = args.instance;
  if ((await world.host.inspect(uuid)).run !== null) await world.host.outside.destroy(uuid);
  await world.host.outside.dropSavedMemory(uuid);
  await world.host.outside.start(uuid);
}) as unknown as Sabotage<Power>;

const powerOn: ContractCase[] = [
  contractCase('powerOn', 'running', {
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('powerOff', guest.args);
      const mark = world.nextMark();
      await world.call(guest.args, { mark });
      expect((await running(world, guest)).mark).toEqual(mark);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('powerOn', 'reconnects', {
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('powerOff', guest.args);
      const networkInfo = guest.args.networkInfo.map((vif) => ({ ...vif, address: '52:54:00:0c:0c:0c' }));
      await world.call({ ...guest.args, networkInfo });
      const { macs } = await running(world, guest);
      expect(macs).toEqual(networkInfo.map(({ address }) => address));
    },
    broken: {
      'starts it with its old interfaces': (real, world) => (args, context) =>
        real({ ...args, networkInfo: world.spawnedWith(args.instance.uuid).networkInfo }, context),
    },
  }),
  contractCase('powerOn', 'leavesRunning', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call(guest.args);
      await undisturbed(world, guest, before);
    },
    broken: { 'starts it anew': cutsOffFirst as Sabotage<'powerOn'> },
  }),
  notFound('powerOn'),
];

const powerOff: ContractCase[] = [
  contractCase('powerOff', 'off', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ power: 'off', run: null });
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('powerOff', 'off', {
    when: 'a paused guest',
    async prove(world) {
      const guest = await world.guest();
      await world.outside('suspend', guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ power: 'off', run: null });
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('powerOff', 'off', {
    when: 'a suspended guest, whose next start is a boot then',
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('suspend', guest.args);
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ domain: 'defined', power: 'off', savedMemory: false });
    },
    broken: { 'takes it for off already and leaves its memory': doesNothing },
  }),
  contractCase('powerOff', 'keepsAll', {
    when: 'a guest whose definition somebody removed while it ran',
    async prove(world) {
      const guest = await world.guest();
      const { disks, macs } = await world.facts(guest);
      await world.outside('undefine', guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ domain: 'defined', power: 'off', disks, macs });
    },
    broken: {
      'only cuts it off':
        (_real, world) =>
        ({ instance }) =>
          world.host.outside.destroy(instance.uuid),
    },
  }),
  contractCase('powerOff', 'keepsAll', {
    async prove(world) {
      const guest = await world.guest();
      const { disks, macs, vcpus, memoryMiB } = await world.facts(guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ domain: 'defined', disks, macs, vcpus, memoryMiB });
    },
    broken: {
      'forgets the definition': (real, world) => async (args, context) => {
        await real(args, context);
        await world.host.outside.undefine(args.instance.uuid);
      },
    },
  }),
  contractCase('powerOff', 'graceful', {
    when: 'a guest that listens',
    async prove(world) {
      const guest = await world.awakeGuest();
      await world.call({ ...guest.args, timeout: 60, retryInterval: 5 });
      expect(await world.facts(guest)).toMatchObject({ power: 'off', lastEnd: 'orderly' });
    },
    broken: { 'cuts it off at once': (real) => (args, context) => real({ ...args, timeout: 0 }, context) },
  }),
  contractCase('powerOff', 'graceful', {
    when: 'a guest that does not listen',
    async prove(world) {
      const guest = await world.awakeGuest({ deaf: true });
      const began = world.time.now();
      await world.call({ ...guest.args, timeout: 4, retryInterval: 2 });
      expect(world.time.now() - began).toBeGreaterThanOrEqual(3_500);
      expect(await world.facts(guest)).toMatchObject({ power: 'off', lastEnd: 'cut' });
    },
    broken: {
      'cuts it off at once': (real) => (args, context) => real({ ...args, timeout: 0 }, context),
      'only asks': doesNothing,
    },
  }),
  contractCase('powerOff', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      const before = await world.facts(guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toEqual(before);
    },
    broken: {
      'fails when it is off': (real, world) => async (args, context) => {
        if ((await world.host.inspect(args.instance.uuid)).run === null) throw new SabotagedError('it is off');
        return real(args, context);
      },
    },
  }),
];

const pause: ContractCase[] = [
  contractCase('pause', 'paused', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ power: 'paused' });
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('pause', 'keepsMemory', {
    async prove(world) {
      const guest = await world.guest();
      const sign = await world.sign(guest);
      const { run } = await world.facts(guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ power: 'paused', run });
      await world.outside('resume', guest);
      await goesOn(world, guest, sign);
    },
    broken: {
      'starts it afresh and pauses that': (real, world) => async (args, context) => {
        await (bootsAfresh as unknown as Sabotage<'pause'>)(real, world)(args, context);
        return real(args, context);
      },
    },
  }),
  contractCase('pause', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      const before = await world.facts(guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toEqual(before);
    },
    broken: {
      'lets it go on the second time': (real, world) => async (args, context) => {
        const paused = (await world.host.inspect(args.instance.uuid)).power === 'paused';
        return paused ? world.host.outside.resume(args.instance.uuid) : real(args, context);
      },
    },
  }),
  notFound('pause'),
];

const unpause: ContractCase[] = [
  contractCase('unpause', 'running', {
    async prove(world) {
      const guest = await world.guest();
      const sign = await world.sign(guest);
      await world.outside('suspend', guest);
      await world.call(guest.args);
      await running(world, guest);
      await goesOn(world, guest, sign);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'starts it afresh': bootsAfresh as unknown as Sabotage<'unpause'>,
    },
  }),
  contractCase('unpause', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call(guest.args);
      await undisturbed(world, guest, before);
    },
    broken: {
      'fails on a guest that runs': (real, world) => async (args, context) => {
        if ((await world.host.inspect(args.instance.uuid)).power === 'on') throw new SabotagedError('it runs');
        return real(args, context);
      },
    },
  }),
  notFound('unpause'),
];

const suspend: ContractCase[] = [
  contractCase('suspend', 'saved', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ domain: 'defined', savedMemory: true });
    },
    broken: {
      'says so and does nothing': doesNothing,
      'only cuts it off':
        (_real, world) =>
        ({ instance }) =>
          world.host.outside.destroy(instance.uuid),
    },
  }),
  contractCase('suspend', 'released', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ power: 'off', run: null });
    },
    broken: {
      'only pauses it':
        (_real, world) =>
        ({ instance }) =>
          world.host.outside.suspend(instance.uuid),
    },
  }),
  contractCase('suspend', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      const sign = await world.sign(guest);
      await world.call(guest.args);
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ power: 'off', savedMemory: true });
      await world.arrange('resume', guest.args);
      await goesOn(world, guest, sign);
    },
    broken: {
      'loses the memory the second time': (real, world) => async (args, context) => {
        if (!(await world.host.inspect(args.instance.uuid)).savedMemory) return real(args, context);
        return world.host.outside.dropSavedMemory(args.instance.uuid);
      },
    },
  }),
  notFound('suspend'),
];

const resume: ContractCase[] = [
  contractCase('resume', 'continues', {
    async prove(world) {
      const guest = await world.guest();
      const sign = await world.sign(guest);
      await world.arrange('suspend', guest.args);
      const mark = world.nextMark();
      await world.call(guest.args, { mark });
      const facts = await running(world, guest);
      expect(facts).toMatchObject({ mark, savedMemory: false });
      await goesOn(world, guest, sign);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'starts it afresh': bootsAfresh as unknown as Sabotage<'resume'>,
    },
  }),
  contractCase('resume', 'reconnects', {
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('suspend', guest.args);
      await world.call(guest.args);
      const { macs } = await running(world, guest);
      expect(macs).toEqual(guest.args.networkInfo.map(({ address }) => address));
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('resume', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call(guest.args);
      await undisturbed(world, guest, before);
    },
    broken: { 'starts it anew': bootsAfresh as unknown as Sabotage<'resume'> },
  }),
  notFound('resume'),
];

const resumeStateOnHostBoot: ContractCase[] = [
  contractCase('resumeStateOnHostBoot', 'running', {
    async prove(world) {
      const guest = await world.guest();
      await world.outside('destroy', guest);
      await world.call(guest.args);
      await running(world, guest);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('resumeStateOnHostBoot', 'leavesRunning', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call(guest.args);
      await undisturbed(world, guest, before);
      await world.outside('suspend', guest);
      const paused = await world.facts(guest);
      await world.call(guest.args);
      await undisturbed(world, guest, paused);
    },
    broken: { 'starts it anew': cutsOffFirst as Sabotage<'resumeStateOnHostBoot'> },
  }),
];

const pollRebootingInstances: ContractCase[] = [
  contractCase('pollRebootingInstances', 'unsticks', {
    async prove(world) {
      const guest = await world.guest();
      await world.outside('destroy', guest);
      await world.call({ timeout: 1, instances: [{ ...guest.args.instance, taskState: 'reboot_started' }] });
      await running(world, guest);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('pollRebootingInstances', 'leavesRunning', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call({ timeout: 1, instances: [{ ...guest.args.instance, taskState: 'reboot_started' }] });
      await undisturbed(world, guest, before);
    },
    broken: {
      'reboots them all': (real, world) => async (args, context) => {
        for (const { uuid } of args.instances) await world.host.outside.destroy(uuid);
        return real(args, context);
      },
    },
  }),
];

/** A guest runs, rests and runs again. */
export const powerCases: readonly ContractCase[] = [
  ...powerOn,
  ...powerOff,
  ...pause,
  ...unpause,
  ...suspend,
  ...resume,
  ...resumeStateOnHostBoot,
  ...pollRebootingInstances,
];
