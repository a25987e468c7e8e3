/**
 * Makes a guest and starts it. A failure takes away what this operation made, no more: each disk says in `disk.info` who made it, so
 * that holds also when a run was killed and the next one fails.
 */
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf } from '@chronovirt/contract';
import { configDriveFiles } from '../config-drive/content.ts';
import { isoImage } from '../config-drive/iso9660.ts';
import { configDisk, planDisks } from '../disks/disk-plan.ts';
import { readDiskRecord } from '../disks/disk-record.ts';
import type { DiskRecord } from '../disks/disk-record.ts';
import { ensureDirectory, ensureDisks, removeMadeBy, settleRecord } from '../disks/instance-disks.ts';
import type { HostServices } from '../host/host-services.ts';
import { connectNetworks } from '../network/connect-networks.ts';
import { sameMark } from '../xml/metadata.ts';
import { definitionOf, hardwareOf, interfacesOf } from './definition.ts';
import { endsWithoutUndoing } from './hands.ts';
import type { Hands } from './hands.ts';
import { kill } from './power-off.ts';
import { startFresh } from './start.ts';
import { undefine } from './undefine.ts';

const CONFIG_LABEL = 'config-2';

export async function spawn(host: HostServices, hands: Hands, args: ArgsOf<'spawn'>): Promise<void> {
  const { instance, networkInfo } = args;
  const { context } = hands;
  const before = await hands.look();
  if (before.domain !== 'absent' && !sameMark(before.mark, context.mark)) {
    throw new DriverError(
      'INSTANCE_EXISTS',
      `a domain of instance ${instance.uuid} is here already (${before.power}); it was left alone`,
    );
  }
  if (before.power === 'on' && before.busy === null) return;

  const directory = host.directory(instance.uuid);
  // An instance that is made anew in its place (rebuilt, evacuated to here) is no new one; nor is one that this operation has begun.
  const begun = (await readDiskRecord(directory))?.disks.some(({ madeBy }) => sameMark(madeBy, context.mark)) ?? false;
  if (instance.vmState === 'building' && !begun) await host.availability.refuseWhenClosed();

  const drive = isoImage(CONFIG_LABEL, configDriveFiles(args));
  const planned = plan(host, hands, args, drive.length);
  try {
    await ensureDirectory(directory, context);
    const record = await settleRecord(directory, planned, context);
    await ensureDisks(directory, record, host.images, context, {
      mayMake: (disk) => sameMark(disk.madeBy, context.mark),
      contentOf: (disk) => (disk.role === 'config' ? drive : null),
    });
    await connectNetworks(hands, networkInfo);
    context.progress('starting');
    await startFresh(hands, () => definitionOf(instance, networkInfo, record, directory, host.profile, context.mark));
  } catch (error) {
    if (!endsWithoutUndoing(error, context)) await undo(host, hands);
    throw error;
  }
}

/** Everything that can be refused is refused here, before anything is made. */
function plan(host: HostServices, hands: Hands, args: ArgsOf<'spawn'>, driveBytes: number): DiskRecord {
  const { mark } = hands.context;
  const hardware = hardwareOf(args.imageMeta, host.profile);
  interfacesOf(args.instance, args.networkInfo, hardware.nicModel);
  const disks = planDisks(args.instance, args.imageMeta, args.blockDeviceInfo, mark);
  return { v: 1, ...hardware, disks: [...disks, configDisk(driveBytes, mark)] };
}

/** The error that led here is the one to tell; what could not be undone is seen by the next look. */
async function undo(host: HostServices, hands: Hands): Promise<void> {
  try {
    await kill(hands);
    await undefine(hands, { keepFiles: false });
    await removeMadeBy(host.directory(hands.instance), hands.context);
  } catch (error) {
    host.settings.log.error(
      { instance: hands.instance, error: (error as Error).message },
      'what a failed spawn made could not be removed',
    );
  }
}
