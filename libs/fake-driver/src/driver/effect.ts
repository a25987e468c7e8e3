/**
 * One run of one effect, as an *ensure*: look, take the one step that the look calls for, look again, until a look shows the goal.
 * A method is therefore a function from what is seen to the next step, and it does not matter where an earlier run of it ended.
 */
import { PermitRevokedError, type EffectContext, type InstanceUuid } from '@chronovirt/contract';
import { CallError } from '../world/call-error.ts';
import type { HostConnection } from '../world/connection.ts';
import { failure, translated } from './failure.ts';
import { look, type Seen } from './seen.ts';

/** One call that changes something; `what` names it in errors and counts its failures. */
export interface Step {
  readonly what: string;
  take(): Promise<unknown>;
  /** Nothing is changed by it: needs no permit. */
  readonly harmless?: true;
  /** Its failure is not counted: it is tried until the time is up. */
  readonly patient?: true;
}

/** From what is seen to what is next; null = the goal is reached. May throw a failure. */
export type Plan = (seen: Seen) => Step | null;

/** A step that fails this often has failed: once more than chance would explain. */
const TRIES = 3;
/** No plan is this long; one that is does not come to an end. */
const MOST_STEPS = 500;

export class Effect {
  readonly connection: HostConnection;
  readonly context: EffectContext;
  readonly instance: InstanceUuid;

  /** @param instance the instance acted on; the context's own unless a method is about several */
  constructor(connection: HostConnection, context: EffectContext, instance: InstanceUuid = context.instance) {
    this.connection = connection;
    this.context = context;
    this.instance = instance;
  }

  get signal(): AbortSignal {
    return this.context.permit.signal;
  }

  /** Follows a plan to its goal; answers the look that shows it. `kept`: whether it sees what other hosts have set aside. */
  async reach(plan: Plan, kept: 'own' | 'any' = 'own'): Promise<Seen> {
    const failures = new Map<string, number>();
    for (let steps = 0; steps < MOST_STEPS;) {
      const seen = await this.#try('look', failures, () => look(this.connection, this.instance, kept));
      if (seen === undefined) continue;
      const step = plan(seen);
      if (step === null) return seen;
      if (this.context.remainingMs() <= 0) throw failure('HYPERVISOR_ERROR', `no time left for ${step.what}`);
      if (step.harmless !== true) {
        this.context.permit.check();
        steps++;
      }
      await this.#try(step.what, step.patient === true ? new Map() : failures, () => step.take());
    }
    throw failure('HYPERVISOR_ERROR', 'what is seen does not settle');
  }

  /** Waits until the domain tells of a change, or `ms`; not longer than the time that is left. */
  waitForChange(ms: number): Step {
    return {
      what: 'wait',
      harmless: true,
      take: () =>
        this.connection.changed(this.instance, Math.max(1, Math.min(ms, this.context.remainingMs())), this.signal),
    };
  }

  /** A failed call is no outcome: look again and try again, unless it keeps failing or cannot go better. */
  async #try<T>(what: string, failures: Map<string, number>, act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.code === 'CHILD_KILLED') throw new PermitRevokedError(`${what}: cut off`);
      const times = (failures.get(what) ?? 0) + 1;
      failures.set(what, times);
      const hopeless = error.code === 'CONNECTION_LOST' || error.code === 'IMAGE_NOT_FOUND';
      if (hopeless || times >= TRIES) throw translated(error, this.instance, what);
      return undefined;
    }
  }
}
