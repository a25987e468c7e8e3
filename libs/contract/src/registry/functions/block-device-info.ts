/** Reading block device information without minding what is absent. All pure; `null` and `undefined` mean that there is none. */
import type {
  BlockDeviceInfo,
  BlockDeviceMapping,
  EphemeralDevice,
  SwapDevice,
} from '../../data/nova/block-device-info.ts';

type Info = Partial<BlockDeviceInfo> | null | undefined;

/** Root device name (/dev/vda), or null: then the first disk of the chosen bus is meant. */
export const blockDeviceInfoGetRoot = (info: Info): string | null => info?.rootDeviceName ?? null;

/** The swap disk, always as a record: without swap its device name is null and its size 0 (MiB). */
export const blockDeviceInfoGetSwap = (info: Info): SwapDevice => info?.swap ?? { deviceName: null, swapSize: 0 };

/** Whether there is a swap disk to be made: it has a device name and a size above 0. */
export const swapIsUsable = (swap: SwapDevice | null | undefined): boolean =>
  Boolean(swap?.deviceName) && (swap?.swapSize ?? 0) > 0;

/** The ephemeral disks; an empty list when there are none. */
export const blockDeviceInfoGetEphemerals = (info: Info): EphemeralDevice[] => info?.ephemerals ?? [];

/** The attached volumes; an empty list when there are none. An entry without connection info is to be passed over. */
export const blockDeviceInfoGetMapping = (info: Info): BlockDeviceMapping[] => info?.blockDeviceMapping ?? [];
