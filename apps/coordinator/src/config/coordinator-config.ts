import { flavor } from '@chronovirt/contract';
import { z } from 'zod';
import { defaultFlavors } from './flavors.ts';

/** What a deployment may choose about the API. Sizes in bytes, times in milliseconds. */
export const coordinatorConfig = z.strictObject({
  /** Address to listen on. Only loopback: there is no TLS here. */
  listen: z
    .enum(['127.0.0.1', '::1', 'localhost'], {
      error: 'expected a loopback address (127.0.0.1, ::1): the API has no TLS',
    })
    .default('127.0.0.1'),
  /** 0 = any free port. */
  port: z.int().min(0).max(65_535).default(0),
  flavors: z
    .array(flavor)
    .min(1)
    .default([...defaultFlavors]),
  /** Flavor of a create that names none. */
  defaultFlavor: z.string().default('small'),
  /** libvirt network of a create that names none. */
  defaultNetwork: z.string().default('chronovirt'),
  maxBodyBytes: z
    .int()
    .positive()
    .default(1024 * 1024),
  maxImageBytes: z
    .int()
    .positive()
    .default(64 * 1024 ** 3),
  /** Directory in which images are received; on a disk with room for them. */
  incomingDirectory: z.string().min(1),
  /** How long a read waits for the sequence that it was asked to see. */
  sinceTimeoutMs: z.int().positive().default(5_000),
  /** A sign of life on idle event streams. */
  heartbeatMs: z.int().positive().default(15_000),
  /** Events that a slow reader may fall behind before its stream is ended; it comes back with the position it reached. */
  maxEventsBehind: z.int().positive().default(2_000),
});
export type CoordinatorConfig = z.infer<typeof coordinatorConfig>;
export type CoordinatorConfigInput = z.input<typeof coordinatorConfig>;
