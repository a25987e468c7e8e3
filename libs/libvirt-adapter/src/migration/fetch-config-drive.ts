/**
 * The config drive of a guest that comes over. QEMU copies no disk that the guest cannot write to, and it cannot be made anew: it may hold
 * secrets that only the first host was given. So it is read through the source's libvirt, the way that the guest's memory takes too.
 */
import { DriverError, HypervisorUnavailableError } from '@chronovirt/contract';
import type { LiveMigrateData } from '@chronovirt/contract';
import { Libvirt, domainByUuid } from '@chronovirt/libvirt';
import type { DiskEntry } from '../disks/disk-record.ts';
import { writeWhole } from '../disks/whole-file.ts';
import type { Hands } from '../guest/hands.ts';
import { isConnectionFault } from '../host/faults.ts';
import type { HostServices } from '../host/host-services.ts';
import { asToldOf } from './local-disks.ts';
import { checkHostName, libvirtAt, migrationPolicy } from './settings.ts';

/** As much as libvirt hands out at a time is four times this. */
const PIECE = 2 ** 20;

export async function fetchConfigDrive(
  host: HostServices,
  hands: Hands,
  file: string,
  drive: DiskEntry,
  { sourceConnectAddr, disks, diskRecord }: LiveMigrateData,
): Promise<void> {
  const told = disks?.find(({ path }) => path.endsWith(`/${drive.file}`));
  if (sourceConnectAddr === null || sourceConnectAddr === undefined || told === undefined)
    throw new DriverError('MIGRATION_ERROR', 'migrateData: how the config drive is reached at the source is missing');
  checkHostName('sourceConnectAddr', sourceConnectAddr);
  const { bytes } = asToldOf(diskRecord as never, told);
  const uri = libvirtAt(migrationPolicy(host.settings), sourceConnectAddr);
  const { signal } = hands.context.permit;
  try {
    const source = await Libvirt.connect({ uri, signal });
    try {
      await writeWhole(file, hands.context, async (handle) => {
        for (let at = 0; at < bytes; at += PIECE) {
          signal.throwIfAborted();
          const size = Math.min(PIECE, bytes - at);
          const options = { signal, deadlineMs: Math.max(1, hands.context.remainingMs()) };
          const piece = await source.domainBlockPeek(
            domainByUuid(hands.instance),
            told.path,
            BigInt(at),
            size,
            0,
            options,
          );
          await handle.writeFile(piece);
        }
      });
    } finally {
      await source.close({ graceMs: 500 });
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (isConnectionFault(cause))
      throw new HypervisorUnavailableError(`the source's libvirt does not answer at ${uri}`, cause);
    throw cause;
  }
}
