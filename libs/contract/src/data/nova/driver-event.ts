import { z } from 'zod';
import { instanceUuid } from '../identifiers.ts';

/** Nova's codes of what a guest's life went through. 0-3 are the contract's; 4-6 came later. */
export const lifecycleTransition = {
  STARTED: 0,
  STOPPED: 1,
  PAUSED: 2,
  RESUMED: 3,
  SUSPENDED: 4,
  POSTCOPY_STARTED: 5,
  MIGRATION_COMPLETED: 6,
} as const;
export type LifecycleTransition = (typeof lifecycleTransition)[keyof typeof lifecycleTransition];

const envelope = {
  uuid: instanceUuid.describe('The instance.'),
  timestamp: z.int().nonnegative().describe('Milliseconds since 1970.'),
};

/** The hypervisor saw a guest start, stop, pause or go on. */
export const lifecycleEvent = z.strictObject({
  kind: z.literal('lifecycle').describe('Tells the events apart.'),
  ...envelope,
  transition: z
    .literal(Object.values(lifecycleTransition))
    .describe('0 STARTED, 1 STOPPED, 2 PAUSED, 3 RESUMED, 4 SUSPENDED, 5 POSTCOPY_STARTED, 6 MIGRATION_COMPLETED.'),
});
export type LifecycleEvent = z.infer<typeof lifecycleEvent>;

const alias = z.string().min(1).max(255).describe('Name of the device inside the domain.');

/** A guest let go of a device, or refused to. Consumed inside a driver by whoever waits for that device. */
export const deviceEvent = z.strictObject({
  kind: z.enum(['deviceRemoved', 'deviceRemovalFailed']).describe('Gone, or kept by the guest.'),
  ...envelope,
  alias,
});
export type DeviceEvent = z.infer<typeof deviceEvent>;

/** What a driver tells of by itself. */
export const driverEvent = z.discriminatedUnion('kind', [lifecycleEvent, deviceEvent]);
export type DriverEvent = z.infer<typeof driverEvent>;

/** Receives each event, in the order in which they happened. */
export type EventListener = (event: DriverEvent) => void;
