/** A guest is switched off; its definition, disks and wires stay. */
import { InstanceNotFoundError, type EffectContext, type InstanceUuid } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { DomainDefinition } from '../world/definition.ts';
import { Effect, type Step } from './effect.ts';
import type { Seen } from './seen.ts';
import { Steps } from './steps.ts';

/** How the guest is asked, in seconds: not at all with `timeout` 0. */
export interface Asking {
  readonly timeout: number;
  readonly retryInterval: number;
  /** True = a missing domain is an error, not a guest that is off. */
  readonly mustExist?: boolean;
}

/** How often a guest that was asked is looked at when no event tells of it, in milliseconds. */
const SHUTDOWN_LOOK_MS = 1000;
/** Kept back from the time that is left, for the kill. */
const RESERVE_MS = 15_000;

/** A missing domain is off as well. `memory: 'keep'` leaves a saved memory where it is. */
export async function powerOff(
  connection: HostConnection,
  instance: InstanceUuid,
  asking: Asking,
  context: EffectContext,
  memory: 'keep' | 'discard',
): Promise<void> {
  const steps = new Steps(new Effect(connection, context, instance));
  const ask = new ShutdownRequest(steps, asking.timeout * 1000, asking.retryInterval * 1000);
  let known: DomainDefinition | null = null;
  await steps.effect.reach((seen) => {
    // A definition that somebody removes just before the kill is gone with the run: an instance that is off has one.
    if (seen.domain === null && known !== null) return steps.define(known);
    if (seen.domain === null && asking.mustExist === true) throw new InstanceNotFoundError(instance);
    if (seen.domain === null) return null;
    known = seen.stored ?? seen.live;
    if (seen.live === null) return seen.saved !== null && memory === 'discard' ? steps.managedSaveRemove() : null;
    return steps.keepDefinition(seen) ?? ask.next(seen) ?? steps.destroy();
  });
}

/** Asks a running guest to shut down and waits, until it is off or has had its time; then there is no next step of it. */
export class ShutdownRequest {
  readonly #steps: Steps;
  readonly #retryMs: number;
  #waitMs: number;
  #askAgainMs = 0;

  constructor(steps: Steps, timeoutMs: number, retryMs: number) {
    this.#steps = steps;
    this.#waitMs = timeoutMs;
    this.#retryMs = retryMs;
  }

  next({ domain }: Seen): Step | null {
    const { effect } = this.#steps;
    if (domain?.state !== 'running' || this.#waitMs <= 0 || effect.context.remainingMs() <= RESERVE_MS) return null;
    if (this.#askAgainMs <= 0) {
      this.#askAgainMs = this.#retryMs > 0 ? this.#retryMs : Infinity;
      return this.#steps.shutdown();
    }
    const ms = Math.min(SHUTDOWN_LOOK_MS, this.#waitMs, this.#askAgainMs);
    this.#waitMs -= ms;
    this.#askAgainMs -= ms;
    return effect.waitForChange(ms);
  }
}
