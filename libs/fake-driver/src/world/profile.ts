import type { Random } from './random.ts';

/** How long things take on a simulated host, in milliseconds. */
export interface DelayProfile {
  /** The work of a call itself; the job lock is held while it lasts. */
  workMs(call: string, random: Random): number;
  /** From the end of the work to the answer. */
  replyMs(random: Random): number;
  /** From a change to its event. */
  eventMs(random: Random): number;
  /** What a guest takes to shut down when asked. */
  guestShutdownMs(random: Random): number;
  /** What a guest takes to boot; its console fills meanwhile. */
  bootMs(random: Random): number;
}

export type ProfileName = 'instant' | 'lively';

const between = (low: number, high: number, random: Random): number => Math.round(low + random() * (high - low));

/** Typical times of calls that take longer than a few milliseconds. */
const slow: Readonly<Record<string, readonly [low: number, high: number]>> = {
  create: [40, 120],
  destroy: [20, 80],
  managedSave: [80, 300],
  fetchImage: [50, 200],
  createDisk: [10, 40],
  copyDisk: [20, 100],
  sendFile: [20, 150],
  writeConfigDrive: [5, 20],
  plugTap: [5, 20],
  'migrate.prepare': [100, 300],
  'migrate.copy': [300, 1200],
  'migrate.handOver': [20, 80],
  'migrate.confirm': [1, 10],
};

export const profiles: Readonly<Record<ProfileName, DelayProfile>> = {
  /** Nothing takes time: for tests of order, and for speed. */
  instant: { workMs: () => 0, replyMs: () => 0, eventMs: () => 0, guestShutdownMs: () => 0, bootMs: () => 0 },
  /** Times as on a small real host. */
  lively: {
    workMs: (call, random) => between(...(slow[call] ?? ([0, 4] as const)), random),
    replyMs: (random) => between(0, 2, random),
    eventMs: (random) => between(0, 15, random),
    guestShutdownMs: (random) => between(300, 1500, random),
    bootMs: (random) => between(800, 2500, random),
  },
};
