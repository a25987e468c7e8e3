/** With what one effect touches libvirt: looks that change nothing, acts that the permit allows, waits that end in time. */
import { ChronovirtError, DriverError, HypervisorUnavailableError, POST_COPY_FAILED } from '@chronovirt/contract';
import type { EffectContext, InstanceUuid } from '@chronovirt/contract';
import {
  domainByUuid,
  isNoDomain,
  isOperationInvalid,
  isOperationTimeout,
  DomainMetadataType,
} from '@chronovirt/libvirt';
import type { CallOptions, Domain, Libvirt } from '@chronovirt/libvirt';
import type { EventFeed } from '../events/event-feed.ts';
import type { Connections } from '../host/connections.ts';
import { translated } from '../host/faults.ts';
import { serialize } from '../xml/element.ts';
import { PREFIX, barrierElement, namespace } from '../xml/metadata.ts';
import { lookAtDomain, lookAtPower } from './look.ts';
import type { DomainSeen } from './look.ts';
import type { PowerSeen } from './state-words.ts';

/** A look that takes longer than this is no look. */
const LOOK_MS = 15_000;

/** A call that changes something. */
type Act<T> = (libvirt: Libvirt, domain: Domain, options: CallOptions) => Promise<T>;

export class Hands {
  readonly context: EffectContext;
  readonly instance: InstanceUuid;
  readonly #connections: Connections;
  readonly #feed: EventFeed;

  constructor(connections: Connections, feed: EventFeed, context: EffectContext, instance = context.instance) {
    this.#connections = connections;
    this.#feed = feed;
    this.context = context;
    this.instance = instance;
  }

  /** Time left, at least a little: a call begun without any would be refused before it is sent. Throws when it is up. */
  #left(): number {
    const left = this.context.remainingMs();
    if (left <= 0) throw new DriverError('CALL_FAILED', 'the time for the operation is up');
    return left;
  }

  /** Asks libvirt; changes nothing, needs no permit, ends when the permit is revoked. */
  async ask<T>(question: (libvirt: Libvirt, domain: Domain, options: CallOptions) => Promise<T>): Promise<T> {
    const options = { signal: this.context.permit.signal, deadlineMs: Math.min(LOOK_MS, this.#left()) };
    return await this.#connections.ask((libvirt) => question(libvirt, domainByUuid(this.instance), options), options);
  }

  look(): Promise<DomainSeen> {
    return this.ask((libvirt, _domain, options) => lookAtDomain(libvirt, this.instance, options));
  }

  /** Power alone, for what depends on nothing else; null = absent. */
  lookAtPower(): Promise<PowerSeen | null> {
    return this.ask((libvirt, _domain, options) => lookAtPower(libvirt, this.instance, options));
  }

  /**
   * Makes one call that changes something, if the permit allows it. Once sent it is waited for, also when the permit is revoked
   * meanwhile: the next effect must not begin while the daemon is at it. libvirt's own errors come through as they are.
   */
  async act<T>(call: Act<T>, lane: 'normal' | 'urgent' = 'normal'): Promise<T> {
    const { permit } = this.context;
    return await this.#connections.control.run(this.instance, lane, permit.signal, async (libvirt) => {
      const options = { deadlineMs: this.#left() };
      permit.check();
      return await call(libvirt, domainByUuid(this.instance), options);
    });
  }

  /**
   * Gives back what this effect took from the guest a moment ago, also when the permit is gone meanwhile: a guest whose file systems
   * stay frozen is worse than one late call that changes nothing else. For nothing but that.
   */
  async giveBack<T>(call: Act<T>): Promise<T> {
    const { signal } = new AbortController();
    return await this.#connections.control.run(this.instance, 'urgent', signal, (libvirt) =>
      call(libvirt, domainByUuid(this.instance), { deadlineMs: LOOK_MS }),
    );
  }

  /** Waits until libvirt tells of the domain or `ms` have passed; ends with the permit or the time. */
  async change(ms: number): Promise<void> {
    const { signal } = this.context.permit;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const abort = (): void => reject(signal.reason);
    const timer = setTimeout(resolve, Math.min(ms, this.#left()));
    const stop = this.#feed.add({
      hint: (hint) => (hint.instance === null || hint.instance === this.instance) && resolve(),
      event: () => {},
    });
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      await promise;
    } finally {
      clearTimeout(timer);
      stop();
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * Returns when the domain's job lock was free once: no earlier call works on it any more. A harmless modifying call waits in line
   * for the lock; after 30 s libvirt gives up, which means "still busy": again, until the time is up. A post-copy that broke off holds the
   * lock for as long as it stays so, and nobody works on it.
   */
  async barrier(): Promise<void> {
    const { ELEMENT } = DomainMetadataType;
    const value = serialize(barrierElement(this.context.incarnation));
    for (;;) {
      try {
        return await this.act((libvirt, domain, options) =>
          libvirt.domainSetMetadata(domain, ELEMENT, value, PREFIX, namespace.barrier, 0, options),
        );
      } catch (error) {
        // Gone or stopped while it waited: whoever held the lock has ended.
        if (isNoDomain(error) || isOperationInvalid(error)) return;
        if (!isOperationTimeout(error)) throw error;
        if ((await this.lookAtPower())?.busy === POST_COPY_FAILED) return;
      }
    }
  }
}

/** So often it is looked at whether a post-copy that broke off goes on, in milliseconds: nothing tells of each way in which it may. */
const BROKEN_LOOK_MS = 1_000;

/** How often "already so" may send an effect back to its look before it is an error after all. */
const MOST_ROUNDS = 6;

/** What a step of an effect says: the goal is reached, or something was done and it has to be looked at. */
export type Step = 'done' | 'again';

/**
 * The shape of every effect: look, and while the goal is not there, act and look again. A domain on which somebody is at work is
 * waited for first. An act that libvirt refuses for the state it found ("already running", "no such domain") leads to another look.
 */
export const ensure = (hands: Hands, step: (seen: DomainSeen) => Promise<Step>): Promise<void> =>
  looking(hands, () => hands.look(), step);

/** As `ensure`, for what depends on power alone: one call a look instead of five. `null` = absent. */
export const ensurePower = (hands: Hands, step: (seen: PowerSeen | null) => Promise<Step>): Promise<void> =>
  looking(hands, () => hands.lookAtPower(), step);

async function looking<Seen extends { readonly busy: string | null } | null>(
  hands: Hands,
  look: () => Promise<Seen>,
  step: (seen: Seen) => Promise<Step>,
): Promise<void> {
  let refused = 0;
  for (let waited = 0; ;) {
    const seen = await look();
    if (seen !== null && seen.busy !== null) {
      // A barrier that waits in line would stand in the way of whoever brings the rest over.
      if (seen.busy === POST_COPY_FAILED) {
        await hands.change(BROKEN_LOOK_MS);
        continue;
      }
      await hands.barrier();
      // Some work holds no lock: the barrier passes and the domain is still busy.
      if ((waited += 1) > 1) await hands.change(100);
      continue;
    }
    try {
      if ((await step(seen)) === 'done') return;
    } catch (error) {
      if (!(isNoDomain(error) || isOperationInvalid(error)) || (refused += 1) >= MOST_ROUNDS) throw error;
    }
  }
}

/** Runs an effect and lets only the contract's errors out. */
export async function asContract<T>(instance: InstanceUuid, effect: () => Promise<T>): Promise<T> {
  try {
    return await effect();
  } catch (error) {
    throw translated(error, instance);
  }
}

/** Whether after this error nothing may be undone: the right is gone, or libvirt is. The next run looks and goes on. */
export function endsWithoutUndoing(error: unknown, context: EffectContext): boolean {
  const fault = translated(error);
  return (
    context.permit.signal.aborted ||
    fault instanceof HypervisorUnavailableError ||
    (fault instanceof ChronovirtError && fault.code === 'PERMIT_REVOKED')
  );
}
