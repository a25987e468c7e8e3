/** What another flavor means for the disks of an instance. Disks grow; they never shrink, for nobody knows what lies at their end. */
import { DriverError } from '@chronovirt/contract';
import type { BlockDeviceInfo, Flavor, ImageMeta, Instance, Mark } from '@chronovirt/contract';
import { wholeSectors } from '@chronovirt/images';
import { planDisks } from '../disks/disk-plan.ts';
import type { DiskEntry, DiskRecord } from '../disks/disk-record.ts';

const GiB = 2 ** 30;

const isEphemeral = ({ role }: DiskEntry): boolean => role.startsWith('ephemeral');

/** Throws `RESIZE_ERROR` when a disk would have to shrink. A root disk of 0 GiB is as large as the image, so smaller than any other. */
export function refuseShrink(record: DiskRecord, before: Flavor, wanted: Flavor): void {
  const root = record.disks.find(({ role }) => role === 'root');
  const bytes = wholeSectors(wanted.rootGiB * GiB);
  const toImage = wanted.rootGiB === 0 && before.rootGiB !== 0;
  if (root !== undefined && (toImage || (bytes !== 0 && bytes < root.bytes))) {
    throw tooSmall('root disk', root.bytes, toImage ? 'the size of the image' : `${wanted.rootGiB} GiB`);
  }
  const ephemeral = record.disks.filter(isEphemeral).reduce((sum, one) => sum + one.bytes, 0);
  if (wholeSectors(wanted.ephemeralGiB * GiB) < ephemeral)
    throw tooSmall('ephemeral disk', ephemeral, `${wanted.ephemeralGiB} GiB`);
}

const tooSmall = (what: string, has: number, wanted: string): DriverError =>
  new DriverError(
    'RESIZE_ERROR',
    `the ${what} has ${(has / GiB).toFixed(2)} GiB and the flavor gives it ${wanted}: disks do not shrink; take a larger flavor`,
  );

/**
 * The record of the disks with the sizes of the instance's flavor: what is there grows and keeps its format and what lies beneath it;
 * swap is made anew; what was not there before is new. `madeBy` stands in what is to be made.
 */
export function resized(
  record: DiskRecord,
  instance: Instance,
  image: ImageMeta,
  devices: BlockDeviceInfo | null,
  madeBy: Mark,
): DiskRecord {
  const planned = planDisks(instance, image, devices, madeBy);
  const size = (disk: DiskEntry): number => {
    if (disk.role === 'root' && instance.flavor.rootGiB === 0) return disk.bytes;
    const wanted = planned.find(({ role }) => role === disk.role);
    return Math.max(disk.bytes, wanted?.bytes ?? 0);
  };
  const kept = record.disks.filter(({ role }) => role !== 'swap').map((disk) => ({ ...disk, bytes: size(disk) }));
  const fresh = planned.filter(({ role }) => role === 'swap' || !kept.some((disk) => disk.role === role));
  return { ...record, disks: inOrder([...kept, ...fresh]) };
}

/** The record with swap as it was, to be made anew. */
export const sameSizes = (record: DiskRecord, madeBy: Mark): DiskRecord => ({
  ...record,
  disks: record.disks.map((disk) => (disk.role === 'swap' ? { ...disk, madeBy } : disk)),
});

/** The order in which a guest sees its disks: root, ephemeral ones, swap, config drive. */
function inOrder(disks: readonly DiskEntry[]): DiskEntry[] {
  const rank = (disk: DiskEntry): number =>
    disk.role === 'root' ? 0 : isEphemeral(disk) ? 1 : disk.role === 'swap' ? 2 : 3;
  return disks.toSorted((a, b) => rank(a) - rank(b));
}
