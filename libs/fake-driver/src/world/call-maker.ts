import type { InstanceUuid } from '@chronovirt/contract';
import type { Act, Body } from './call.ts';
import type { Domain } from './domain.ts';

/** Sends a call to the host and waits for its answer, as one caller. */
export type SendCall = <R>(
  name: string,
  instance: InstanceUuid | null,
  act: Act<R>,
  signal?: AbortSignal,
) => Promise<R>;

/** The kinds of calls that a caller makes. */
export class CallMaker {
  readonly #send: SendCall;
  /** The domain; throws `NO_DOMAIN`. */
  readonly #existing: (instance: InstanceUuid) => Domain;

  constructor(send: SendCall, existing: (instance: InstanceUuid) => Domain) {
    this.#send = send;
    this.#existing = existing;
  }

  /** A look: it waits for no lock. */
  quick<R>(name: string, instance: InstanceUuid | null, finish: () => R): Promise<R> {
    return this.#send(name, instance, { body: () => ({ finish }) });
  }

  /** Acts on arrival, without the domain's lock. */
  atOnce(name: string, instance: InstanceUuid, begin: () => void): Promise<void> {
    return this.#send(name, instance, { body: () => ({ begin, finish: () => {} }) });
  }

  /** Holds the domain's job lock while it lasts. */
  locked(
    name: string,
    instance: InstanceUuid,
    body: (domain: Domain) => Body<void>,
    lock: 'wait' | 'preempt' = 'wait',
  ): Promise<void> {
    return this.#send(name, instance, { lock, body: () => body(this.#existing(instance)) });
  }

  /** No call to the daemon. */
  local<R>(name: string, instance: InstanceUuid | null, finish: () => R): Promise<R> {
    return this.#send(name, instance, { local: true, body: () => ({ finish }) });
  }

  /** A process of the caller does it, and dies with it. */
  child(name: string, instance: InstanceUuid, signal: AbortSignal, body: Body<void>): Promise<void> {
    return this.#send(name, instance, { local: true, child: true, body: () => body }, signal);
  }
}
