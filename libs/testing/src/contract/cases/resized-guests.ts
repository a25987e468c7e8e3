/** Guests on their way to another size or host, and the arguments that bring them there. */
import type { ArgsOf, Flavor, Migration } from '@chronovirt/contract';
import { expect } from 'vitest';
import type { Guest, World } from '../world.ts';
import type { Subject } from '../subject.ts';

type Away = ArgsOf<'migrateDiskAndPowerOff'>;

/** One of everything more. */
export const larger = (flavor: Flavor): Flavor => ({
  ...flavor,
  name: 'larger',
  vcpus: flavor.vcpus + 1,
  memoryMiB: flavor.memoryMiB + 32,
  rootGiB: Math.floor(flavor.rootGiB) + 1,
});

/** The record of a move; from a host to itself it is a resize in place. */
export function moveOf({ args }: Guest, dest = 'here'): Migration {
  const { flavor, uuid } = args.instance;
  return {
    id: `${uuid}.1`,
    migrationType: 'resize',
    status: 'migrating',
    sourceCompute: 'here',
    sourceNode: 'here',
    destCompute: dest,
    destNode: dest,
    destHost: dest,
    oldFlavor: flavor,
    newFlavor: larger(flavor),
  };
}

/** Arguments of the move away, in place unless there is another host to go to. */
export async function away<S extends Subject>(world: World<S>, guest: Guest, elsewhere = false): Promise<Away> {
  const { name, dest } = elsewhere ? await world.elsewhere() : { name: 'here', dest: await ownAddress(world) };
  const { context, instance, networkInfo, blockDeviceInfo } = guest.args;
  return {
    context,
    instance,
    networkInfo,
    blockDeviceInfo,
    dest,
    flavor: larger(instance.flavor),
    timeout: 0,
    retryInterval: 0,
    migration: moveOf(guest, name),
  };
}

export const ownAddress = async <S extends Subject>(world: World<S>): Promise<string> =>
  await world.arrange('getHostIpAddr', {});

/** Arguments for the destination: the instance has its new size from here on. */
export const finish = (guest: Guest, migration = moveOf(guest)): ArgsOf<'finishMigration'> => {
  const { context, instance, networkInfo, blockDeviceInfo, imageMeta } = guest.args;
  return {
    context,
    networkInfo,
    blockDeviceInfo,
    imageMeta,
    migration,
    instance: { ...instance, flavor: larger(instance.flavor) },
    diskInfo: [],
    resizeInstance: true,
    powerOn: true,
  };
};

/** Arguments for both ends: confirmed, or turned back. */
export const settle = (guest: Guest, migration = moveOf(guest)) => ({ ...guest.args, migration });

/** A guest whose files are set aside, and with copies in their place. */
export async function setAside<S extends Subject>(world: World<S>, guest: Guest): Promise<void> {
  await world.arrange('migrateDiskAndPowerOff', await away(world, guest));
}

/** A guest that was resized in place and waits to be confirmed or turned back. */
export async function resized<S extends Subject>(world: World<S>): Promise<Guest> {
  const guest = await world.guest();
  await setAside(world, guest);
  await world.arrange('finishMigration', finish(guest));
  return guest;
}

/** A guest that came up on the other host; its files of before are kept here. */
export async function movedElsewhere<S extends Subject>(world: World<S>): Promise<Guest> {
  const guest = await world.guest();
  const args = await away(world, guest, true);
  await world.arrange('migrateDiskAndPowerOff', args);
  await world.arrangeElsewhere('finishMigration', finish(guest, moveOf(guest, (await world.elsewhere()).name)));
  return guest;
}

/** What a look at the files has to show of a guest that is off and whose files are kept. */
export const offAndKept = { domain: 'defined', power: 'off', kept: expect.arrayContaining(['config', 'root']) };
