/** What a deployment may choose about its hosts. Times in milliseconds. */
import { hostName } from '@chronovirt/contract';
import { z } from 'zod';

const command = z.array(z.string().min(1)).min(1);

/** A program of the coordinator's machine with its arguments; `{host}` in one stands for the host's name. What it prints last is stored: no secrets there. */
const hostProgram = z.strictObject({ command, timeoutMs: z.int().min(1_000).max(600_000).default(60_000) });

export const fleetConfig = z.strictObject({
  /** Silence after which a host that does not answer either counts as lost. That proves nothing. */
  lostMs: z.int().min(1_000).default(30_000),
  /** Added to a watchdog's bound before its silence proves anything. */
  watchdogMarginMs: z.int().min(1_000).default(5_000),
  /** Whether a lost host with an armed watchdog has its term ended without a person. */
  fenceByWatchdog: z.boolean().default(true),
  /** Whether a fenced host that reports again may run guests again without a person. */
  admitReturning: z.boolean().default(true),
  /** By host: how its power is turned off (`fence`: exit 0 means that it is off) and on (`startup`). */
  hosts: z
    .record(hostName, z.strictObject({ fence: hostProgram.optional(), startup: hostProgram.optional() }))
    .default({}),
});
export type FleetConfig = z.infer<typeof fleetConfig>;
export type HostProgram = z.infer<typeof hostProgram>;
