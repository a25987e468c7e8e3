import type { ErrorCode, ImageRef, TaskState } from '@chronovirt/contract';
import { expect } from 'vitest';
import { contractCase, doesNothing, SabotagedError } from '../contract-case.ts';
import type { ContractCase, Sabotage } from '../contract-case.ts';
import { failureOf, goesOn, refused, running, undisturbed } from '../expecting.ts';
import type { Guest, World } from '../world.ts';

type Snapshot = World<'snapshot'>;

const argsOf = (guest: Guest, told: TaskState[] = []) => ({
  ...guest.args,
  imageId: 'evening',
  updateTaskState: async (state: TaskState) => void told.push(state),
});

/** A guest that boots from an image says which boot of its disk this is. */
async function bootsFrom(world: Snapshot, image: ImageRef): Promise<number> {
  const plain = await world.newInstance();
  await world.arrange('spawn', {
    ...plain,
    instance: { ...plain.instance, imageRef: image.sha256 },
    imageMeta: {
      ...plain.imageMeta,
      id: image.sha256,
      diskFormat: image.format,
      size: image.bytes,
      virtualSize: image.virtualBytes,
    },
  });
  return (await world.sign({ uuid: plain.instance.uuid, args: plain })).boot;
}

/** Of an image that demands frozen file systems of every snapshot; `agent`: and says that an agent runs in its guests. */
function demanding(guest: Guest, agent = true): Guest {
  const systemMetadata = {
    image_os_require_quiesce: 'yes',
    ...(agent && { image_hw_qemu_guest_agent: 'yes' }),
  };
  return { ...guest, args: { ...guest.args, instance: { ...guest.args.instance, systemMetadata } } };
}

/** Makes the image as it would be after a loss of power, and says nothing of it. */
const heedsNoDemand: Sabotage<'snapshot'> = (real) => (args, context) =>
  real({ ...args, instance: { ...args.instance, systemMetadata: {} } }, context);

/** Refused with that code; no image is there, and the guest does not notice. */
async function refusedUnnoticed(world: Snapshot, guest: Guest, code: ErrorCode): Promise<void> {
  const before = await world.facts(guest);
  const images = world.host.images().toSorted();
  await refused(world.call(argsOf(guest)), code);
  expect(world.host.images().toSorted()).toEqual(images);
  await undisturbed(world, guest, before);
  expect((await world.facts(guest)).everything).toEqual(before.everything);
}

const content = (when: string, bring: (world: Snapshot, guest: Guest) => Promise<void>) =>
  contractCase('snapshot', 'content', {
    when,
    async prove(world) {
      const guest = await world.awakeGuest();
      const { boot } = await world.sign(guest);
      await bring(world, guest);
      const image = await world.call(argsOf(guest));
      expect(image).toMatchObject({ name: 'evening', format: 'qcow2' });
      expect(world.host.images()).toContain(image.sha256);
      await world.arrange('destroy', guest.args);
      // The guest counts its boots on its disk: the next one is only known to a copy of it.
      expect(await bootsFrom(world, image)).toBe(boot + 1);
    },
    broken: {
      'gives the image that it was made from': (real, world) => async (args, context) => {
        const { imageMeta } = world.spawnedWith(args.instance.uuid);
        const made = await real(args, context);
        return { ...made, sha256: imageMeta.id, bytes: imageMeta.size, virtualBytes: imageMeta.virtualSize };
      },
    },
  });

/** An image of a guest is made, and the guest does not notice. */
export const snapshotCases: readonly ContractCase[] = [
  content('a guest that runs', async () => {}),
  content('a guest that is off', (world, guest) => world.arrange('powerOff', guest.args)),
  contractCase('snapshot', 'inherits', {
    async prove(world) {
      const guest = demanding(await world.guest());
      await world.arrange('powerOff', guest.args);
      const properties = { os_require_quiesce: 'yes', hw_qemu_guest_agent: 'yes' };
      expect(await world.call(argsOf(guest))).toMatchObject({ properties });
      const plain = await world.call(argsOf({ ...guest, args: world.spawnedWith(guest.uuid) }));
      expect(plain).not.toHaveProperty('properties');
    },
    broken: {
      'forgets them': (real) => async (args, context) => {
        const { properties: _forgotten, ...image } = await real(args, context);
        return image;
      },
    },
  }),
  contractCase('snapshot', 'guestGoesOn', {
    async prove(world) {
      const guest = await world.guest();
      const sign = await world.sign(guest);
      const before = await running(world, guest);
      await world.call(argsOf(guest));
      await undisturbed(world, guest, before);
      const { domain, mark, disks, attached } = await world.facts(guest);
      expect({ domain, mark, disks, attached }).toEqual({
        domain: 'defined',
        mark: before.mark,
        disks: before.disks,
        attached: before.attached,
      });
      // A disk with a job could not be copied again.
      await world.call(argsOf(guest));
      await goesOn(world, guest, sign);
    },
    broken: {
      'cuts it off for that': (real, world) => async (args, context) => {
        await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
      'leaves it paused': (real, world) => async (args, context) => {
        const image = await real(args, context);
        await world.host.outside.suspend(args.instance.uuid);
        return image;
      },
    },
  }),
  contractCase('snapshot', 'guestGoesOn', {
    when: 'a guest that is paused, then one that is suspended',
    async prove(world) {
      const guest = await world.guest();
      await world.outside('suspend', guest);
      const paused = await world.facts(guest);
      await world.call(argsOf(guest));
      await undisturbed(world, guest, paused);
      await world.arrange('suspend', guest.args);
      const { everything } = await world.facts(guest);
      await world.call(argsOf(guest));
      expect(await world.facts(guest)).toMatchObject({ power: 'off', savedMemory: true, everything });
    },
    broken: {
      'lets it go on': (real, world) => async (args, context) => {
        const image = await real(args, context);
        if ((await world.host.inspect(args.instance.uuid)).power === 'paused')
          await world.host.outside.resume(args.instance.uuid);
        return image;
      },
      'loses its memory': (real, world) => async (args, context) => {
        const image = await real(args, context);
        if ((await world.host.inspect(args.instance.uuid)).savedMemory)
          await world.host.outside.dropSavedMemory(args.instance.uuid);
        return image;
      },
    },
  }),
  contractCase('snapshot', 'progress', {
    async prove(world) {
      const guest = await world.guest();
      const told: TaskState[] = [];
      await world.call(argsOf(guest, told));
      expect(told).toEqual(['image_pending_upload', 'image_uploading']);
    },
    broken: {
      'says nothing': (real) => (args, context) => real({ ...args, updateTaskState: async () => {} }, context),
    },
  }),
  contractCase('snapshot', 'whole', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      const images = world.host.images().toSorted();
      await failureOf(world.call(argsOf(guest), { timeLeftMs: 1 }));
      expect(world.host.images().toSorted()).toEqual(images);
      await undisturbed(world, guest, before);
      expect((await world.facts(guest)).everything).toEqual(before.everything);
    },
    broken: {
      'makes it and says that it failed': (real) => async (args, context) => {
        await real(args, { ...context, remainingMs: () => 240_000 });
        throw new SabotagedError('no time left');
      },
    },
  }),
  contractCase('snapshot', 'repeat', {
    when: 'the same operation',
    async prove(world) {
      const guest = await world.guest();
      const mark = world.nextMark();
      const image = await world.call(argsOf(guest), { mark });
      const images = world.host.images().toSorted();
      expect(await world.call(argsOf(guest), { mark })).toEqual(image);
      expect(world.host.images().toSorted()).toEqual(images);
    },
    broken: {
      'makes another each time': (real, world) => (args, context) => real(args, { ...context, mark: world.nextMark() }),
    },
  }),
  contractCase('snapshot', 'INSTANCE_NOT_RUNNING', {
    async prove(world) {
      const args = await world.newInstance();
      await refused(world.call(argsOf({ uuid: args.instance.uuid, args })), 'INSTANCE_NOT_RUNNING');
    },
    broken: { 'says that it did': doesNothing },
  }),
  contractCase('snapshot', 'INSTANCE_QUIESCE_FAILED', {
    when: 'no agent runs in the guest, then it is suspended',
    async prove(world) {
      const guest = demanding(await world.awakeGuest());
      await refusedUnnoticed(world, guest, 'INSTANCE_QUIESCE_FAILED');
      await world.arrange('suspend', guest.args);
      await refusedUnnoticed(world, guest, 'INSTANCE_QUIESCE_FAILED');
    },
    broken: { 'copies it as after a loss of power': heedsNoDemand },
  }),
  contractCase('snapshot', 'QEMU_GUEST_AGENT_NOT_ENABLED', {
    async prove(world) {
      const guest = demanding(await world.guest(), false);
      await refusedUnnoticed(world, guest, 'QEMU_GUEST_AGENT_NOT_ENABLED');
    },
    broken: { 'copies it as after a loss of power': heedsNoDemand },
  }),
];
