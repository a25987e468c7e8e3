import { z } from 'zod';

/**
 * What the hypervisor shows of a guest's power. `asleep` is the guest's own sleep (ACPI S3, Nova's SUSPENDED), never our `suspend`,
 * which leaves `off` with saved memory. `absent`: the hypervisor does not know the domain.
 */
export const power = z.enum(['on', 'paused', 'off', 'asleep', 'crashed', 'absent']);
export type Power = z.infer<typeof power>;

/** Nova's numeric power states (`nova.compute.power_state`); 2 and 5 are unused. */
export const powerStateCode = { NOSTATE: 0, RUNNING: 1, PAUSED: 3, SHUTDOWN: 4, CRASHED: 6, SUSPENDED: 7 } as const;
export type PowerStateCode = (typeof powerStateCode)[keyof typeof powerStateCode];

const codes: Record<Power, PowerStateCode> = {
  on: powerStateCode.RUNNING,
  paused: powerStateCode.PAUSED,
  off: powerStateCode.SHUTDOWN,
  asleep: powerStateCode.SUSPENDED,
  crashed: powerStateCode.CRASHED,
  absent: powerStateCode.NOSTATE,
};

/** Nova's code of a power. */
export function powerStateOf(value: Power): PowerStateCode {
  return codes[value];
}
