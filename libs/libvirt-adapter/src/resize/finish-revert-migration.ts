/** The old guest comes back on the source of a resize or cold move: its files as they were, its old definition, started. */
import { InstanceNotFoundError } from '@chronovirt/contract';
import type { ArgsOf, Flavor } from '@chronovirt/contract';
import { configDriveFiles } from '../config-drive/content.ts';
import { isoImage } from '../config-drive/iso9660.ts';
import { refuseVolumes } from '../disks/disk-plan.ts';
import { readDiskRecord } from '../disks/disk-record.ts';
import { ensureDirectory, ensureDisks } from '../disks/instance-disks.ts';
import { definitionOf } from '../guest/definition.ts';
import type { Hands } from '../guest/hands.ts';
import type { DomainSeen } from '../guest/look.ts';
import { kill } from '../guest/power-off.ts';
import type { HostServices } from '../host/host-services.ts';
import { connectNetworks } from '../network/connect-networks.ts';
import { sameMark } from '../xml/metadata.ts';
import { noFiles, putBack } from './kept-directory.ts';
import { settlePower } from './settle-power.ts';

/** Whether there is a guest to be left alone: one of this very operation that runs, or another's of the old size, whatever it is at. */
async function runsAsBefore(hands: Hands, seen: DomainSeen, { vcpus, memoryMiB }: Flavor): Promise<boolean> {
  if (!seen.active || seen.busy !== null) return false;
  if (sameMark(seen.mark, hands.context.mark)) return seen.power === 'on';
  const { maxMem, nrVirtCpu } = await hands.ask((libvirt, domain, options) => libvirt.domainGetInfo(domain, options));
  return nrVirtCpu === vcpus && Number(maxMem) === memoryMiB * 1024;
}

/**
 * With nothing kept, the files were never set aside or are back already: a guest that runs then, with its old size, is left alone. `instance` carries the
 * old flavor.
 */
export async function finishRevertMigration(
  host: HostServices,
  hands: Hands,
  args: ArgsOf<'finishRevertMigration'>,
): Promise<void> {
  const { context } = hands;
  // The host that kept the files is proved to be down: whoever takes the instance over takes them, too.
  const directory = host.directory(hands.instance, args.migration.migrationType === 'evacuation' ? 'any' : 'own');
  refuseVolumes(args.blockDeviceInfo);
  const isKept = await directory.keeps();
  const seen = await hands.look();
  if (!isKept && args.powerOn && (await runsAsBefore(hands, seen, args.instance.flavor))) return;
  if (isKept) {
    // On its own host the resized guest may run, on the very files that go.
    await kill(hands);
    await putBack(directory, context);
  }
  // Somebody may have started the definition of the new size meanwhile.
  if (seen.active && !isKept && !sameMark(seen.mark, context.mark)) await kill(hands);

  const record = await readDiskRecord(directory);
  if (record === null) {
    if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
    throw noFiles(directory);
  }
  await ensureDirectory(directory, context);
  await ensureDisks(directory, record, host.images, context, {
    mayMake: ({ role }) => role === 'config',
    contentOf: () => isoImage('config-2', configDriveFiles({ ...args, adminPassword: null, injectedFiles: [] })),
  });
  await connectNetworks(hands, args.networkInfo);
  const definition = definitionOf(args.instance, args.networkInfo, record, directory, host.profile, context.mark);
  await settlePower(hands, definition, args.powerOn);
}
