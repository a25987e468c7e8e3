import { z } from 'zod';
import { instanceUuid } from '../identifiers.ts';
import type { InstanceUuid } from '../identifiers.ts';
import { flavor } from '../instance-spec.ts';
import { powerState, taskState, vmState } from './states.ts';

/** The name that the hypervisor knows an instance by. Made from the UUID, so nobody chooses it and no two are alike. */
export function domainNameOf(uuid: InstanceUuid): string {
  return `instance-${uuid}`;
}

/**
 * The record of an instance as a driver gets it: everything from which a guest is built and found again. It carries revealed
 * secrets (`userData`), so it is never stored or logged as a whole.
 */
export const instance = z.strictObject({
  uuid: instanceUuid.describe('Identity of the instance, and UUID of its domain.'),
  name: z
    .string()
    .min(1)
    .max(255)
    .describe('Internal name: the domain is called so (`instance-<uuid>`). Never shown to users.'),
  hostname: z.string().min(1).max(255).describe('Host name that the guest is told.'),
  displayName: z.string().max(255).optional().describe('Name that people use; a driver shows it at most in a title.'),
  host: z.string().nullable().describe('Host that owns the instance; null = none yet.'),
  node: z.string().nullable().describe("Hypervisor node on that host; null = the host's only one."),
  flavor: flavor.describe('Size of the guest.'),
  imageRef: z.string().nullable().describe('Id of the image that it was made from; null = booted from a volume.'),
  kernelId: z.string().nullable().optional().describe('Image of a kernel to boot directly.'),
  ramdiskId: z.string().nullable().optional().describe('Image of the initial ramdisk for that kernel.'),
  rootDeviceName: z
    .string()
    .nullable()
    .optional()
    .describe('Device of the root disk, e.g. /dev/vda; null = the driver chooses.'),
  osType: z.string().nullable().optional().describe('linux, windows, …'),
  architecture: z.string().nullable().optional().describe('x86_64, aarch64, …; null = as the host.'),
  vmMode: z.string().nullable().optional().describe('hvm, xen, exe; null = hvm.'),
  keyData: z.string().nullable().describe('Public SSH keys for the first user, one per line; null = none.'),
  userData: z
    .string()
    .nullable()
    .describe('User data for cloud-init, revealed, as text or base64 of gzip; null = none.'),
  metadata: z.record(z.string(), z.string()).describe('Key-value pairs that the guest can read.'),
  systemMetadata: z
    .record(z.string(), z.string())
    .describe('Key-value pairs that the service keeps for itself; `image_<name>`: a property of its image.'),
  vmState: vmState.describe('Stable state in the record; a driver reads it and never writes it.'),
  taskState: taskState.nullable().describe('Work in progress in the record; null = idle.'),
  powerState: powerState.describe('Power as last recorded. The hypervisor is right, this is a copy.'),
  numaTopology: z.json().optional().describe('Placement of vCPUs and memory on NUMA nodes.'),
  pciDevices: z.array(z.json()).optional().describe('Passthrough devices claimed for it.'),
  migrationContext: z.json().optional().describe('Old and new resources while a resize or move is under way.'),
  cleaned: z.boolean().optional().describe('False while files of a deleted instance still wait for removal.'),
});
export type Instance = z.infer<typeof instance>;
