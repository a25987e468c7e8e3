import { z } from 'zod';
import { connectionInfo } from './connection-info.ts';

/** The swap disk of an instance. Without one `deviceName` is null and `swapSize` 0. */
export const swapDevice = z.strictObject({
  deviceName: z.string().nullable().describe('Device in the guest, e.g. /dev/vdb; null = no swap.'),
  swapSize: z.number().nonnegative().describe('MiB.'),
});
export type SwapDevice = z.infer<typeof swapDevice>;

/** A blank local disk that lives and dies with the instance. */
export const ephemeralDevice = z.strictObject({
  num: z.int().nonnegative().describe('Counts from 0; names the file.'),
  deviceName: z.string().describe('Device in the guest.'),
  size: z.number().positive().describe('GiB.'),
  guestFormat: z.string().nullable().describe('File system to make on it; null = none.'),
});
export type EphemeralDevice = z.infer<typeof ephemeralDevice>;

/** One attached volume. */
export const blockDeviceMapping = z.strictObject({
  connectionInfo: connectionInfo
    .nullable()
    .describe('How the host reaches it; null after a failed boot, then it is passed over.'),
  mountDevice: z.string().describe('Device in the guest, e.g. /dev/vdc.'),
  deleteOnTermination: z.boolean().describe('True = the volume service deletes it with the instance.'),
  bootIndex: z.int().nullable().optional().describe('0 = boots first; null or negative = not booted.'),
  diskBus: z.string().nullable().optional().describe('virtio, scsi, …; null = default of the machine.'),
  deviceType: z.enum(['disk', 'cdrom', 'lun']).nullable().optional().describe('What the guest sees; null = disk.'),
  volumeId: z.string().optional().describe('Id at the volume service.'),
  attachmentId: z.string().optional().describe('Id of the attachment at the volume service.'),
});
export type BlockDeviceMapping = z.infer<typeof blockDeviceMapping>;

/** All block devices of an instance besides its root disk from an image. */
export const blockDeviceInfo = z.strictObject({
  rootDeviceName: z.string().nullable().describe('Device of the root disk; null = first disk of the chosen bus.'),
  swap: swapDevice.nullable().describe('Swap disk; null = none.'),
  ephemerals: z.array(ephemeralDevice).max(32).describe('Blank local disks.'),
  blockDeviceMapping: z.array(blockDeviceMapping).max(256).describe('Attached volumes.'),
  image: z.array(z.json()).optional().describe('Disks made from images, as recorded today.'),
});
export type BlockDeviceInfo = z.infer<typeof blockDeviceInfo>;
