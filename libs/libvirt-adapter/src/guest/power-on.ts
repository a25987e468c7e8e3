import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import type { BlockDeviceInfo, Instance, NetworkInfo } from '@chronovirt/contract';
import { configDriveFiles } from '../config-drive/content.ts';
import { isoImage } from '../config-drive/iso9660.ts';
import { refuseVolumes } from '../disks/disk-plan.ts';
import { ensureDirectory, ensureDisks, isThere } from '../disks/instance-disks.ts';
import type { HostServices } from '../host/host-services.ts';
import { connectNetworks } from '../network/connect-networks.ts';
import { recordForStart } from '../resize/kept-directory.ts';
import { sameMark, withMark } from '../xml/metadata.ts';
import { definitionOf } from './definition.ts';
import { ensurePower } from './hands.ts';
import type { Hands } from './hands.ts';
import { askToShutDown, kill } from './power-off.ts';
import { isRescue, isRescueLeft, readWayBack, removeRescueFiles, rescueFiles, rescueInForce } from './rescued.ts';
import { define, isDefinedByUs, startFresh, storedDefinition } from './start.ts';

/** What a start is made from. */
export interface StartArgs {
  readonly instance: Instance;
  readonly networkInfo: NetworkInfo;
  readonly blockDeviceInfo: BlockDeviceInfo | null;
}

/** Starts a guest that is off; one that runs is left alone, one that is paused or asleep goes on. */
export async function powerOn(host: HostServices, hands: Hands, args: StartArgs): Promise<void> {
  refuseVolumes(args.blockDeviceInfo);
  let off = false;
  await ensurePower(hands, async (seen) => {
    const power = seen?.power ?? 'absent';
    switch (power) {
      case 'on':
        return 'done';
      case 'paused':
        await hands.act((libvirt, domain, options) => libvirt.domainResume(domain, options));
        return 'again';
      case 'asleep':
        await hands.act((libvirt, domain, options) => libvirt.domainPmWakeup(domain, 0, options));
        return 'again';
      case 'crashed':
        await kill(hands);
        return 'again';
      case 'off':
      case 'absent':
        off = true;
        return 'done';
    }
    return power satisfies never;
  });
  if (off) await startFromRecord(host, hands, args);
}

/** Starts a guest afresh from whatever it is in: its process is ended, its definition made anew from the record. */
export async function hardReboot(host: HostServices, hands: Hands, args: StartArgs): Promise<void> {
  refuseVolumes(args.blockDeviceInfo);
  const seen = await hands.look();
  if (seen.active && seen.power === 'on' && seen.busy === null && sameMark(seen.mark, hands.context.mark)) return;
  const definition = await prepare(host, hands, args);
  await kill(hands);
  await startAsRecorded(host, hands, args, definition);
}

/** Of the time left, a part is kept for the hard way. */
const SOFT_SHARE = 0.6;

/**
 * Asks the guest to shut down and starts it again; whoever does not hear is rebooted hard. The definition with the new mark is stored
 * before the guest is asked, so that a run that dies between its end and its start is told from a guest that shut itself down.
 */
export async function softReboot(host: HostServices, hands: Hands, args: StartArgs): Promise<void> {
  refuseVolumes(args.blockDeviceInfo);
  const seen = await hands.look();
  const ours = sameMark(seen.mark, hands.context.mark);
  if (seen.power === 'on' && seen.busy === null && ours) return;
  if (seen.power === 'on' && seen.busy === null) {
    const definition = await prepare(host, hands, args);
    if (!(await isDefinedByUs(hands, seen))) await define(hands, definition);
    const timeout = Math.min(host.settings.softRebootSeconds ?? 120, (hands.context.remainingMs() / 1000) * SOFT_SHARE);
    if (await askToShutDown(hands, { timeout, retryInterval: 10 }))
      return await startAsRecorded(host, hands, args, definition);
  }
  await hardReboot(host, hands, args);
}

/** After the host went down: a guest that does not run is started, every other is left alone. */
export async function startAfterHostBoot(host: HostServices, hands: Hands, args: StartArgs): Promise<void> {
  const seen = await hands.look();
  if (seen.power === 'on' || seen.power === 'paused' || seen.power === 'asleep') return;
  await hardReboot(host, hands, args);
}

/** Brings back a guest that was put aside, from its own definition and disk: one that was put aside in a rescue leaves it. */
export async function restore(host: HostServices, hands: Hands): Promise<void> {
  const { mark } = hands.context;
  const seen = await hands.look();
  if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
  if (seen.power === 'on') return;
  const directory = host.directory(hands.instance);
  const stored = await storedDefinition(hands);
  const leaves = isRescue(stored, directory) && (await isThere(rescueFiles(directory).wayBack));
  const own = withMark(leaves ? await readWayBack(directory, hands.instance) : stored, mark);
  if (leaves) await define(hands, own);
  if (!isRescue(own, directory)) await removeRescueFiles(directory, hands.context);
  await startFresh(hands, () => own);
}

/** Gets a guest out of a reboot that it is stuck in; one that runs again is left alone. */
export async function rescueFromReboot(hands: Hands): Promise<void> {
  const seen = await hands.look();
  if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
  if (seen.power === 'on') return;
  const stored = await storedDefinition(hands);
  await kill(hands);
  await startFresh(hands, () => withMark(stored, hands.context.mark));
}

async function startFromRecord(host: HostServices, hands: Hands, args: StartArgs): Promise<void> {
  const definition = await prepare(host, hands, args);
  await startAsRecorded(host, hands, args, definition);
}

/**
 * Starts a guest that is off. A rescue of which the record does not know, for it was given up in the middle, ends here: first no
 * definition needs its files any more, then they go, so that whoever is stopped in between finds the way on.
 */
async function startAsRecorded(
  host: HostServices,
  hands: Hands,
  { instance }: StartArgs,
  definition: string,
): Promise<void> {
  const directory = host.directory(instance.uuid);
  if (instance.vmState !== 'rescued' && (await isRescueLeft(directory))) {
    await define(hands, definition);
    await removeRescueFiles(directory, hands.context);
  }
  await startFresh(hands, () => definition);
}

/** Sees to it that all that a start needs is there, and returns the definition. Nothing of a running guest is touched. */
async function prepare(host: HostServices, hands: Hands, { instance, networkInfo }: StartArgs): Promise<string> {
  const directory = host.directory(instance.uuid);
  const rescued = instance.vmState === 'rescued' ? await rescueInForce(hands, directory) : null;
  if (rescued !== null) {
    // A rescued guest stays one until it is unrescued.
    await connectNetworks(hands, networkInfo);
    return rescued;
  }
  const record = await recordForStart(directory, hands.context);
  if (record === null) {
    if ((await hands.lookAtPower()) === null) throw new InstanceNotFoundError(instance.uuid);
    throw new DriverError(
      'DISK_INFO_INVALID',
      `${directory.info} is gone: nobody knows what the disks are; restore it, or rebuild the instance`,
    );
  }
  await ensureDirectory(directory, hands.context);
  await ensureDisks(directory, record, host.images, hands.context, {
    mayMake: ({ role }) => role === 'config',
    contentOf: () =>
      isoImage('config-2', configDriveFiles({ instance, networkInfo, adminPassword: null, injectedFiles: [] })),
  });
  await connectNetworks(hands, networkInfo);
  return definitionOf(instance, networkInfo, record, directory, host.profile, hands.context.mark);
}
