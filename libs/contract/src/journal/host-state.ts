/**
 * A host as an aggregate of its own: what was heard of it, whether it may run guests, and what proves that it runs none. Its history lies
 * in the spine's stream under a token that no instance can have.
 *
 * A host's right to run guests is a **term**. The coordinator ends a term (`serves: false`) or gives the next one in the host's own stream
 * (`standing`); the agent reads that before it acts at all, and again each time that it renews its lease.
 */
import { z } from 'zod';
import { watchdogReport } from '../data/host.ts';
import { hostName, incarnation } from '../data/identifiers.ts';
import { answer, due } from './state.ts';

/** Version of the plain state of a host. */
export const HOST_STATE_VERSION = 1;

const text = z.string().max(500);
const time = z.int().nonnegative();
const term = z.int().nonnegative();

/**
 * Why no guest runs on a host. Silence, however long, is none of these. The host's term was ended in its own stream before the proof was
 * made; the proof holds until the coordinator gives the next term.
 *
 * - `fenceCommand`: the command of the coordinator's configuration ended with 0, so the power is off.
 * - `newBoot`: the first agent since a boot reports, and found the term ended when it began.
 * - `stoodDown`: the agent itself has stopped all guests, sees none, and starts none.
 * - `watchdog`: a watchdog outside the agent was recorded as armed, and more than its bound has passed since the term was ended.
 * - `operator`: a person says so.
 */
export const fenceProof = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('fenceCommand'), term, at: time, said: text }),
  z.strictObject({ kind: z.literal('newBoot'), term, at: time, bootId: z.string().max(64), was: z.string().max(64) }),
  z.strictObject({ kind: z.literal('stoodDown'), term, at: time, incarnation, stopped: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('watchdog'), term, at: time, boundMs: time, waitedMs: time }),
  z.strictObject({ kind: z.literal('operator'), term, at: time, name: z.string().max(100), statement: text }),
]);
export type FenceProof = z.infer<typeof fenceProof>;

/** What a host says of itself, as far as its history cares. */
export const heardOfHost = z.strictObject({
  incarnation,
  bootId: z.string().max(64),
  /** No other agent has acted since the machine booted. */
  firstOfBoot: z.boolean(),
  /** The term that the agent knows. */
  term,
  /** That term is over: the agent starts nothing. */
  barred: z.boolean(),
  /** And it has stopped what ran: a look at all shows no guest of ours. */
  stoodDown: z.boolean(),
  watchdog: watchdogReport.nullable(),
  /**
   * The storage that it shares with others, as in its report; left out: its own disks. Whether a lost host's disks can be reached
   * elsewhere has to be known to a coordinator that began after it was lost.
   */
  sharedStorage: z.string().min(1).max(64).optional(),
});
export type HeardOfHost = z.infer<typeof heardOfHost>;

/** How a host is kept from running guests. */
export const fenceWay = z.enum(['command', 'watchdog', 'standDown', 'statement']);
export type FenceWay = z.infer<typeof fenceWay>;

/** A drain's end: what was moved, and what was not and why. */
export const drainResult = z.strictObject({
  moved: z.int().nonnegative(),
  except: z.array(z.strictObject({ instance: z.string().max(64), name: z.string().max(64), why: text })).max(100),
  /** How many more there are than `except` names. */
  more: z.int().nonnegative(),
});
export type DrainResult = z.infer<typeof drainResult>;

/** Something about a host that a person has to look at; stays until one says that they did. */
export const hostAlarm = z.strictObject({ code: z.string().max(64), message: z.string().max(1000), at: time });
export type HostAlarm = z.infer<typeof hostAlarm>;

const said = z.strictObject({ reason: text, name: z.string().max(100), at: time });

/** The plain state of a host that each message of its history carries. */
export const hostState = z.strictObject({
  aggregate: z.literal('host'),
  v: z.literal(HOST_STATE_VERSION),
  host: hostName,
  /** State of `reach`: `reachable`, `lost`, `fenced`, …, or `parent.leaf` while an effect is due (`fencing.endTerm`). */
  value: z.string().max(100),
  context: z.strictObject({
    /** The host's present term, and whether it may run guests under it. */
    term,
    serves: z.boolean(),
    /** What the host said last; null = nothing yet. */
    heard: heardOfHost.nullable(),
    /** When the coordinator noticed its silence, else null. */
    lostAt: time.nullable(),
    /** How it is being fenced, who wanted it and why. */
    way: fenceWay.nullable(),
    wanted: said.nullable(),
    /** Boot id last heard when the term was ended. */
    endedBoot: z.string().max(64).nullable(),
    proof: fenceProof.nullable(),
    /** What went wrong last while fencing or admitting. */
    failure: z
      .strictObject({ method: z.string().max(64), code: z.string().max(64), message: z.string().max(1000) })
      .nullable(),
    tries: z.int().nonnegative(),
    awaiting: z.string().max(300).nullable(),
  }),
  parts: z.strictObject({
    /** Whether new instances may come; the reason and who said so. */
    service: z.strictObject({
      /** `enabled`, `disabled`, or `enabling.setHostEnabled`, `disabling.setHostEnabled` while the host's driver is being told. */
      value: z.string().max(100),
      said: said.nullable(),
      tries: z.int().nonnegative(),
    }),
    maintenance: z.strictObject({
      /** `none`, `draining.drain`, `drained`, `entering.hostMaintenanceMode`, `inMaintenance`, `leaving.hostMaintenanceMode`. */
      value: z.string().max(100),
      /** Moves at a time. */
      budget: z.int().positive(),
      result: drainResult.nullable(),
      tries: z.int().nonnegative(),
    }),
    /** The last power action: what was wanted and how it ended; null = none yet. */
    power: z
      .strictObject({
        action: z.enum(['reboot', 'shutdown', 'startup']),
        /** `acting.hostPowerAction`, `done`, `failed`, `unknown`. */
        value: z.string().max(100),
        message: z.string().max(1000).nullable(),
      })
      .nullable(),
    alarm: hostAlarm.nullable(),
  }),
  actor: z.strictObject({
    /** Always 0: ops alone name the effects of a host. */
    epoch: z.int().nonnegative(),
    op: z.int().nonnegative(),
    due: z.array(due).max(8),
    answered: z.array(answer).max(16),
    incarnation,
    at: time,
  }),
});
export type HostState = z.infer<typeof hostState>;

/** A host's right to run guests, as it lies in the host's own stream. No such message: term 0, and it serves. */
export const standing = z.strictObject({
  aggregate: z.literal('standing'),
  v: z.literal(HOST_STATE_VERSION),
  host: hostName,
  term,
  serves: z.boolean(),
  why: text,
});
export type Standing = z.infer<typeof standing>;
