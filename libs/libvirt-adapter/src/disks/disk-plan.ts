/** Which disks an instance gets, from its record: decided once, before anything is made. */
import { DriverError } from '@chronovirt/contract';
import type { BlockDeviceInfo, ImageMeta, Instance, Mark } from '@chronovirt/contract';
import { ImageUnacceptableError, wholeSectors } from '@chronovirt/images';
import type { DiskEntry } from './disk-record.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;
/** Slots of the guest; the root disk and the config drive take two. */
const MOST_DISKS = 24;

/** File systems that an ephemeral disk can be made with, and how. */
export const fileSystems: Readonly<Record<string, readonly string[]>> = {
  ext4: ['mke2fs', '-q', '-F', '-t', 'ext4', '-L', 'ephemeral0'],
  ext3: ['mke2fs', '-q', '-F', '-t', 'ext3', '-L', 'ephemeral0'],
};

/**
 * The disks of a new instance. Throws `IMAGE_UNACCEPTABLE` when the image does not fit the flavor, `DISK_INFO_INVALID` for a file
 * system that is not known here, `VOLUME_DRIVER_NOT_FOUND` for volumes, `TOO_MANY_DISK_DEVICES`.
 */
export function planDisks(
  instance: Instance,
  image: ImageMeta,
  devices: BlockDeviceInfo | null,
  madeBy: Mark,
): DiskEntry[] {
  refuseVolumes(devices);
  const planned = [
    rootDisk(instance, image, madeBy),
    ...ephemerals(instance, devices, madeBy),
    ...swap(instance, devices, madeBy),
  ];
  if (planned.length > MOST_DISKS) {
    throw new DriverError(
      'TOO_MANY_DISK_DEVICES',
      `${planned.length} disks are asked for, at most ${MOST_DISKS} are possible`,
    );
  }
  return planned;
}

/** Volumes are not connected by this host. */
export function refuseVolumes(devices: BlockDeviceInfo | null): void {
  const volume = devices?.blockDeviceMapping.find(({ connectionInfo }) => connectionInfo !== null);
  if (volume !== undefined) {
    const type = volume.connectionInfo?.driverVolumeType ?? 'unknown';
    throw new DriverError(
      'VOLUME_DRIVER_NOT_FOUND',
      `volume ${volume.mountDevice}: this host does not connect volumes of type ${type}`,
    );
  }
}

/** The config drive; its size is that of its content. */
export const configDisk = (bytes: number, madeBy: Mark): DiskEntry => ({
  role: 'config',
  file: 'disk.config',
  format: 'raw',
  bytes,
  backing: null,
  fileSystem: null,
  madeBy,
});

function rootDisk(instance: Instance, image: ImageMeta, madeBy: Mark): DiskEntry {
  if (!/^[0-9a-f]{64}$/.test(image.id))
    throw new ImageUnacceptableError(`image id: expected a SHA-256, got ${JSON.stringify(image.id)}`);
  if (image.minRam > instance.flavor.memoryMiB) {
    throw new ImageUnacceptableError(
      `the image needs ${image.minRam} MiB of memory, the flavor has ${instance.flavor.memoryMiB}`,
    );
  }
  const wanted = instance.flavor.rootGiB * GiB;
  const bytes = wholeSectors(wanted === 0 ? image.virtualSize : wanted);
  if (bytes < image.virtualSize || (wanted !== 0 && instance.flavor.rootGiB < image.minDisk)) {
    const needs = Math.max(image.virtualSize / GiB, image.minDisk);
    throw new ImageUnacceptableError(
      `the image needs a root disk of ${needs.toFixed(2)} GiB, the flavor has ${instance.flavor.rootGiB}; take a larger one`,
    );
  }
  return {
    role: 'root',
    file: 'disk',
    format: 'qcow2',
    bytes,
    backing: { sha256: image.id, format: image.diskFormat },
    madeBy,
    fileSystem: null,
  };
}

function ephemerals(instance: Instance, devices: BlockDeviceInfo | null, madeBy: Mark): DiskEntry[] {
  const asked = devices?.ephemerals ?? [];
  const wanted =
    asked.length > 0 || instance.flavor.ephemeralGiB === 0
      ? asked
      : [{ num: 0, size: instance.flavor.ephemeralGiB, guestFormat: null }];
  return wanted.map(({ num, size, guestFormat }) => {
    if (guestFormat !== null && !(guestFormat in fileSystems)) {
      const known = Object.keys(fileSystems).join(', ');
      throw new DriverError(
        'DISK_INFO_INVALID',
        `ephemeral disk ${num}: unknown file system ${JSON.stringify(guestFormat)}; known: ${known}, or null`,
      );
    }
    return {
      role: `ephemeral${num}`,
      file: `disk.eph${num}`,
      format: guestFormat === null ? 'qcow2' : 'raw',
      bytes: wholeSectors(size * GiB),
      backing: null,
      madeBy,
      fileSystem: guestFormat,
    };
  });
}

function swap(instance: Instance, devices: BlockDeviceInfo | null, madeBy: Mark): DiskEntry[] {
  const sizeMiB = devices?.swap?.swapSize ?? instance.flavor.swapMiB;
  if (sizeMiB === 0) return [];
  return [
    {
      role: 'swap',
      file: 'disk.swap',
      format: 'raw',
      bytes: wholeSectors(sizeMiB * MiB),
      backing: null,
      madeBy,
      fileSystem: 'swap',
    },
  ];
}
