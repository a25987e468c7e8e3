import { z } from 'zod';
import { hostName, incarnation, instanceUuid } from './identifiers.ts';

/** A host's term as its agent knows it: whether it is over (`barred`), and no guest of ours runs there because of that. */
export const hostStanding = z.strictObject({
  term: z.int().nonnegative(),
  barred: z.boolean(),
  stoodDown: z.boolean(),
  /** Guests that were stopped because the term is over. */
  stopped: z.int().nonnegative(),
});
export type HostStanding = z.infer<typeof hostStanding>;

/** A watchdog outside the agent: it ends all guests when the agent has not confirmed its term for `boundMs`. */
export const watchdogReport = z.strictObject({ boundMs: z.int().positive() });

/** An instance that the agent will not go on with, and why. Nothing of it is stored: a halted actor stores nothing. */
export const haltReport = z.strictObject({
  instance: instanceUuid,
  code: z.string().max(64),
  message: z.string().max(300),
  /** Sequence of the message that could not be used, when it was one. */
  seq: z.int().nonnegative().nullable(),
});
export type HaltReport = z.infer<typeof haltReport>;

/** So many halts fit into a beat. */
export const MAX_HALTS_TOLD = 50;

/** What an agent says of its host in each beat (`hb.<host>`), and what placement reads. Memory in MiB, disk in GiB. */
export const hostReport = z.strictObject({
  host: hostName,
  incarnation,
  /** The kernel's boot id: a new one proves that nothing of before runs. */
  bootId: z.string().max(64),
  at: z.int().nonnegative(),
  driver: z.enum(['libvirt', 'simulated']),
  hypervisor: z.string().max(100),
  /** What runs guests here, found by a real probe: `kvm` or `tcg` (emulation), and why. */
  acceleration: z.strictObject({ kind: z.enum(['kvm', 'tcg', 'simulated']), why: z.string().max(300) }),
  enabled: z.boolean(),
  vcpus: z.int().nonnegative(),
  memoryMiB: z.int().nonnegative(),
  diskGiB: z.number().nonnegative(),
  freeDiskGiB: z.number().nonnegative(),
  instances: z.int().nonnegative(),
  /** Driver methods that this host's driver implements. */
  implements: z.array(z.string()),
  /** Whether libvirt answers just now; what the agent waits for when not. */
  waitingFor: z.string().max(200).nullable(),
  /** Address under which other hosts reach this one; left out: it takes no part in moves. */
  address: z.string().max(255).optional(),
  /** Where its agent takes files from other agents and hands out images; left out: nowhere. */
  peer: z.strictObject({ address: z.string().max(255), port: z.int().min(1).max(65535) }).optional(),
  /** Name of the storage on which its instances lie, if other hosts have the same; left out: its own disks. */
  sharedStorage: z.string().min(1).max(64).optional(),
  /** The host's right to run guests, as its agent has read it; left out: it acts under none. */
  standing: hostStanding.optional(),
  /** No other agent has acted since the machine booted. */
  firstOfBoot: z.boolean().optional(),
  /** A watchdog outside the agent is armed: it ends all guests when the agent has not confirmed its term for this long. */
  watchdog: watchdogReport.optional(),
  /** Halted instances, as many as fit; left out: there are none. */
  halted: z.array(haltReport).max(MAX_HALTS_TOLD).optional(),
});
export type HostReport = z.infer<typeof hostReport>;

/** A name or an address of a host as it stands in a URI: IPv6 in brackets. */
export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);

/** `address:port`, as where an agent serves other agents is written. */
export const addressAndPort = ({ address, port }: { readonly address: string; readonly port: number }): string =>
  `${bracketed(address)}:${port}`;
