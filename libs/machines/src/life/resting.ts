/**
 * The states in which nothing is due: what each means, and what a look at the hypervisor shows when an instance is in it. This one
 * table decides what an outcome is believed for.
 */
import { isEmpty, type Observation, type Power, type RestingState } from '@chronovirt/contract';

export interface Resting {
  readonly description: string;
  /** Power that the hypervisor shows; null = any (a resized guest may be on or off, a failed one is whatever it is). */
  readonly power: Power | null;
  /** Whether a look shows this state. Never asked of a domain that is busy. */
  readonly looks: (seen: Observation) => boolean;
}

/** Reasons under which a paused guest is on its way to somewhere, or in trouble, and was not paused by anybody's wish; letters only. */
const notAtRest = new Set([
  'startingup',
  'save',
  'dump',
  'migration',
  'shuttingdown',
  'snapshot',
  'ioerror',
  'crashed',
  'postcopy',
  'postcopyfailed',
]);

/** Whether a pause for this reason is nobody's wish: hypervisors spell their reasons in several ways. */
export function isInTrouble(reason: string): boolean {
  return notAtRest.has(reason.toLowerCase().replaceAll(/[^a-z]/g, ''));
}

const isOn = (seen: Observation): boolean => seen.power === 'on';
const isOff = (seen: Observation): boolean => (seen.power === 'off' || seen.power === 'crashed') && seen.definition;

export const resting: Readonly<Record<RestingState, Resting>> = {
  running: { description: 'The guest runs.', power: 'on', looks: isOn },
  paused: {
    description: 'The vCPUs stand still, the memory stays in RAM.',
    power: 'paused',
    looks: (seen) => seen.power === 'paused' && !isInTrouble(seen.reason),
  },
  suspended: {
    description: 'The memory is saved on disk, the guest is off.',
    power: 'off',
    looks: (seen) => seen.power === 'off' && seen.definition && seen.savedMemory,
  },
  stopped: {
    description: 'The guest is off, its definition and disks are kept.',
    power: 'off',
    looks: (seen) => isOff(seen) && !seen.savedMemory,
  },
  rescued: {
    description: 'The guest runs from a rescue system, its own disk beside it.',
    power: 'on',
    looks: (seen) => isOn(seen) && seen.disks.includes('rescue'),
  },
  resized: {
    description: 'The guest has its new size or host and waits for confirm or revert.',
    power: null,
    looks: (seen) => isOn(seen) || (isOff(seen) && !seen.savedMemory),
  },
  shelved: { description: 'Off; the root disk is also an image.', power: 'off', looks: isOff },
  offloaded: {
    description: 'No host holds it: only history, ports and image remain.',
    power: 'absent',
    looks: isEmpty,
  },
  trashed: { description: 'Off, and deleted for its user; it can still be restored.', power: 'off', looks: isOff },
  failed: {
    description: 'What was seen fits neither where the operation began nor where it led; the facts are kept.',
    power: null,
    looks: () => false,
  },
  deleted: { description: 'Gone from the host; the history stays.', power: 'absent', looks: isEmpty },
};

export const restingStates = Object.keys(resting) as readonly RestingState[];

/** Whether nothing is due in a state of `life`: true for the resting states and for `unplaced`. */
export function isResting(value: string): boolean {
  return value === UNPLACED || Object.hasOwn(resting, value);
}

/** The value of an instance without history. */
export const UNPLACED = 'unplaced';

/** The resting state of a value, or null while an effect is named. */
export function restingOf(value: string): RestingState | null {
  return Object.hasOwn(resting, value) ? (value as RestingState) : null;
}

/** States that a person's reset may end in, in the order in which they are tried. */
const recognizable = ['running', 'paused', 'suspended', 'stopped'] as const;

/** The resting state that a guest looks like by itself, or null: absent, busy, asleep or in trouble. */
export function looksLike(seen: Observation): RestingState | null {
  if (seen.busy !== null) return null;
  return recognizable.find((state) => resting[state].looks(seen)) ?? null;
}
