import { z } from 'zod';
import { hostName, incarnation } from './identifiers.ts';

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
});
export type HostReport = z.infer<typeof hostReport>;
