import { z } from 'zod';
import { imageFormat } from '../instance-spec.ts';

/** What is known of the image that a guest boots. */
export const imageMeta = z.strictObject({
  id: z.string().min(1).max(255).describe('Id in the image store: the SHA-256 of the content.'),
  name: z.string().max(255).describe('Name for people.'),
  diskFormat: imageFormat.describe('Format as recorded when the image came in; never probed again.'),
  containerFormat: z.string().max(32).describe('bare, or the container that wraps the disk.'),
  minDisk: z.number().nonnegative().describe('Smallest root disk that it fits on, in GiB.'),
  minRam: z.number().nonnegative().describe('Smallest memory that it boots with, in MiB.'),
  size: z.int().nonnegative().describe('Bytes of the file.'),
  virtualSize: z.int().nonnegative().describe('Bytes of the disk that the guest sees.'),
  properties: z
    .record(z.string(), z.string())
    .describe('Wishes about hardware and guest: hw_disk_bus, hw_vif_model, hw_qemu_guest_agent, os_admin_user, …'),
});
export type ImageMeta = z.infer<typeof imageMeta>;
