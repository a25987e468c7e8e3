import { flavor, hostName, instanceSpec } from '@chronovirt/contract';
import { z } from 'zod';
import { passwordText } from './order-secret.ts';

const base64 = (limit: number) =>
  z.base64('expected base64').max(Math.ceil(limit / 3) * 4, `expected at most ${limit} bytes, written in base64`);

/** Numbers of a size; with `base` those of a flavor by name, changed by what is given here. */
export const flavorChoice = z.union([
  z.string().min(1).max(255),
  z.strictObject({
    base: z.string().min(1).max(255).optional(),
    vcpus: flavor.shape.vcpus.optional(),
    memoryMiB: flavor.shape.memoryMiB.optional(),
    rootGiB: flavor.shape.rootGiB.optional(),
    ephemeralGiB: z
      .number()
      .nonnegative()
      .max(1024 * 1024)
      .optional(),
    swapMiB: z
      .int()
      .nonnegative()
      .max(1024 * 1024)
      .optional(),
  }),
]);
export type FlavorChoice = z.infer<typeof flavorChoice>;

const [onNetwork, onBridge] = [
  z.strictObject({ network: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'expected the name of a libvirt network') }),
  z.strictObject({
    bridge: z.string().regex(/^[A-Za-z0-9_.-]{1,15}$/, 'expected the name of a bridge, at most 15 characters'),
  }),
];

/** What a person says of a new instance; the coordinator makes the spec of it. Secrets in here are sealed before anything is stored. */
export const createBody = z.strictObject({
  name: instanceSpec.shape.name.describe(
    'Name of the instance, also its host name; unique among those that are not deleted.',
  ),
  image: z.string().min(1).max(255).describe('An image of the store, by SHA-256 or by name.'),
  flavor: flavorChoice.optional().describe('A flavor by name, or numbers.'),
  networks: z
    .array(z.union([onNetwork, onBridge]))
    .max(32)
    .optional()
    .describe('One NIC each, in this order; none given: the default network; []: no NIC.'),
  sshKeys: instanceSpec.shape.sshKeys.default([]),
  userData: base64(256 * 1024)
    .optional()
    .describe('For cloud-init, in base64; at most 256 KiB. Sealed.'),
  adminPassword: passwordText.optional().describe('Password of the administrator in the guest. Sealed.'),
  injectedFiles: z
    .array(
      z.strictObject({
        path: z.string().startsWith('/', 'expected an absolute path').max(1024),
        content: base64(64 * 1024),
      }),
    )
    .max(32)
    .default([])
    .describe('Files for the guest: absolute path, content in base64. Sealed.'),
  metadata: instanceSpec.shape.metadata.default({}),
  host: hostName.optional().describe('A host to be placed on; none: the coordinator chooses.'),
});
export type CreateBody = z.infer<typeof createBody>;
