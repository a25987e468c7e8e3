import { z } from 'zod';
import { instanceUuid } from './identifiers.ts';
import { imageProperties } from './image-properties.ts';
import { secretRef, wrappedKey } from './secret.ts';

/** A flavor as numbers: what the guest gets. The name is for people; the numbers are copied, so that a later change of a flavor changes nothing. */
export const flavor = z.strictObject({
  name: z.string().min(1).max(255),
  vcpus: z.int().min(1).max(1024),
  /** MiB of RAM. */
  memoryMiB: z
    .int()
    .min(16)
    .max(64 * 1024 * 1024),
  /** GiB of the root disk; 0 = as large as the image. */
  rootGiB: z
    .number()
    .nonnegative()
    .max(1024 * 1024),
  ephemeralGiB: z
    .number()
    .nonnegative()
    .max(1024 * 1024)
    .default(0),
  swapMiB: z
    .int()
    .nonnegative()
    .max(1024 * 1024)
    .default(0),
  extraSpecs: z.record(z.string(), z.string()).default({}),
});
export type Flavor = z.infer<typeof flavor>;

export const imageFormat = z.enum(['qcow2', 'raw']);
export type ImageFormat = z.infer<typeof imageFormat>;

/** An image in the content-addressed store. Its format was read once, when it came in, and is never probed again. */
export const imageRef = z.strictObject({
  /** `sha256` is the identity; the name is for people. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits'),
  name: z.string().min(1).max(255),
  format: imageFormat,
  bytes: z.int().positive(),
  /** Size that the guest sees, in bytes. */
  virtualBytes: z.int().positive(),
  /** What it says of guests made from it; left out: nothing. */
  properties: imageProperties.exactOptional(),
});
export type ImageRef = z.infer<typeof imageRef>;

/** One NIC: on a libvirt network or on a bridge of the host, by name. The MAC is fixed when the instance is made. */
export const port = z.strictObject({
  id: z.uuid(),
  mac: z.string().regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'expected aa:bb:cc:dd:ee:ff in lower case'),
  network: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('network'), name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/) }),
    z.strictObject({
      kind: z.literal('bridge'),
      name: z.string().regex(/^[A-Za-z0-9_.-]{1,15}$/, 'expected the name of a bridge, at most 15 characters'),
    }),
  ]),
});
export type Port = z.infer<typeof port>;

/** What an instance is made from; stored once in `create.requested` and again in each `adopted`. Later intents hold what they change. */
export const instanceSpec = z.strictObject({
  uuid: instanceUuid,
  /** The name that people use: unique among instances that are not deleted. */
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'expected a host name: 1-63 of a-z 0-9 -, not at the ends'),
  flavor,
  image: imageRef,
  /** The image that shelving made of its disk: an unshelve on another host starts from it. */
  shelved: imageRef.optional(),
  /** What its root disk rests on, where that is not `image`: the shelved image that an unshelve has made it from. Needed as long as the disk. */
  restsOn: imageRef.optional(),
  ports: z.array(port).max(32),
  sshKeys: z
    .array(
      z.string().regex(/^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?$/, 'expected a public key in OpenSSH form'),
    )
    .max(64),
  metadata: z.record(z.string().min(1).max(255), z.string().max(1024)),
  key: wrappedKey.nullable(),
  secrets: z.strictObject({
    userData: secretRef.optional(),
    adminPassword: secretRef.optional(),
    /** Sealed JSON: `[path, base64 content][]`. */
    injectedFiles: secretRef.optional(),
  }),
});
export type InstanceSpec = z.infer<typeof instanceSpec>;
