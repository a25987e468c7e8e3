/** Parameters that many methods share, each with its meaning, so that they mean the same everywhere. */
import { z } from 'zod';
import { blockDeviceInfo as blockDevices } from '../data/nova/block-device-info.ts';
import { imageMeta as image } from '../data/nova/image-meta.ts';
import { instance as record } from '../data/nova/instance.ts';
import { networkInfo as vifs } from '../data/nova/network-info.ts';
import { requestContext } from '../data/nova/request-context.ts';

export const context = requestContext.describe('Who asks, and under which request.');
export const instance = record.describe('The record of the instance.');
export const imageMeta = image.describe('The image that the instance was made from.');
export const networkInfo = vifs.describe(
  'Interfaces of the instance, one per port, in the order in which the guest sees them.',
);
export const blockDeviceInfo = blockDevices
  .nullable()
  .default(null)
  .describe('Root device name, swap, ephemeral disks and attached volumes; null = nothing but the root disk.');
export const host = z.string().min(1).max(255).describe('Name of the host that the call is about.');
export const mountpoint = z
  .string()
  .min(1)
  .max(255)
  .describe('Device that the guest is meant to see, e.g. /dev/vdb; its last part names the disk.');
export const instanceName = z
  .string()
  .min(1)
  .max(255)
  .describe('Internal name of the instance (`Instance.name`), not its UUID.');
export const timeout = z
  .number()
  .nonnegative()
  .default(0)
  .describe('Seconds that the guest gets to shut down by itself; 0 = it is cut off at once.');
export const retryInterval = z
  .number()
  .nonnegative()
  .default(0)
  .describe('Seconds after which the guest is asked once more, within `timeout`; 0 = asked once.');
export const powerOn = z.boolean().default(true).describe('False = the guest was off before and stays off.');
export const securityGroupId = z
  .union([z.int(), z.string().min(1).max(255)])
  .describe('Id of the security group that changed.');

/** A function as an argument: only inside one process, never sent. `signature` is its TypeScript type, for readers. */
export const callback = <F extends (...given: never[]) => unknown>(signature: string, meaning: string) =>
  z
    .custom<F>((value) => typeof value === 'function', 'expected a function')
    .meta({ description: meaning, 'x-callback': signature });

/** Returning normally is the answer. */
export const nothing = z.void();
