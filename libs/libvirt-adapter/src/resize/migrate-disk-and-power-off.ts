/**
 * The source's half of a resize or cold move.
 *
 * ```text
 * 1  sizes, destination       refused here: nothing was touched
 * 2  guest off, in order
 * 3  directory set aside      one rename; from here on the files of before are kept
 * 4  copies made or sent
 * ```
 *
 * A failure puts the directory back; the guest stays off. A run that is killed is repeated, and goes on from wherever it was; or is not
 * repeated, and then the next start or `finishRevertMigration` puts the directory back.
 */
import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import type { ArgsOf, DiskInfoList } from '@chronovirt/contract';
import { refuseVolumes } from '../disks/disk-plan.ts';
import { endsWithoutUndoing } from '../guest/hands.ts';
import type { Hands } from '../guest/hands.ts';
import { kill, powerOff } from '../guest/power-off.ts';
import type { HostServices } from '../host/host-services.ts';
import { localDisks } from '../migration/local-disks.ts';
import { copyFiles } from './copy-files.ts';
import { destinationOf } from './destination.ts';
import { noFiles, putBack, setAside, whereabouts } from './kept-directory.ts';
import type { Whereabouts } from './kept-directory.ts';
import { refuseShrink } from './sizes.ts';

export async function migrateDiskAndPowerOff(
  host: HostServices,
  hands: Hands,
  args: ArgsOf<'migrateDiskAndPowerOff'>,
): Promise<DiskInfoList> {
  const { context } = hands;
  const directory = host.directory(hands.instance);
  const where = await filesFor(host, hands);
  refuseUnmovable(args);
  refuseShrink(where.record, args.instance.flavor, args.flavor);
  const to = await destinationOf(host, args.dest, args.migration, context);

  if (where.at !== 'aside') await powerOff(hands, args);
  try {
    await setAside(directory, where, args.migration?.id ?? null, context);
    // Whoever started the guest just before the rename writes to files that are kept now.
    await kill(hands);
    await copyFiles(host, directory, where.record, to, context);
    // Swap was not copied: nothing in it outlives the guest.
    return await localDisks(directory.aside, { disks: where.record.disks.filter(({ role }) => role !== 'swap') });
  } catch (error) {
    if (!endsWithoutUndoing(error, context)) await undo(host, hands);
    throw error;
  }
}

async function filesFor(host: HostServices, hands: Hands): Promise<Whereabouts> {
  const directory = host.directory(hands.instance);
  const where = await whereabouts(directory, hands.context);
  if (where !== null) return where;
  if ((await hands.lookAtPower()) === null) throw new InstanceNotFoundError(hands.instance);
  throw noFiles(directory);
}

function refuseUnmovable({ blockDeviceInfo }: ArgsOf<'migrateDiskAndPowerOff'>): void {
  try {
    refuseVolumes(blockDeviceInfo);
  } catch (cause) {
    throw new DriverError('MIGRATION_PRE_CHECK_ERROR', (cause as Error).message, { cause });
  }
}

/** The error that led here is the one to tell; what could not be undone is seen by the next look. */
async function undo(host: HostServices, hands: Hands): Promise<void> {
  try {
    await putBack(host.directory(hands.instance), hands.context);
  } catch (error) {
    host.settings.log.error(
      { instance: hands.instance, error: (error as Error).message },
      'the files that were set aside could not be put back',
    );
  }
}
