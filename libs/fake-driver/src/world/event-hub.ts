/** Tells subscribers of changes, each in order, late by the profile's whim: an event may come before or after the reply it belongs to. */
import type { InstanceUuid } from '@chronovirt/contract';
import type { Clock } from '@chronovirt/runtime';

export type DomainEventType =
  | 'DEFINED'
  | 'UNDEFINED'
  | 'STARTED'
  | 'SUSPENDED'
  | 'RESUMED'
  | 'STOPPED'
  | 'PMSUSPENDED'
  | 'CRASHED';

/** `at`: wall time of the change, milliseconds since 1970. */
export interface DomainEvent {
  readonly instance: InstanceUuid;
  readonly type: DomainEventType;
  readonly detail: string;
  readonly at: number;
}

interface Subscriber {
  readonly listener: (event: DomainEvent) => void;
  lastDue: number;
}

export class EventHub {
  readonly #clock: Clock;
  readonly #subscribers = new Set<Subscriber>();
  readonly #delayMs: () => number;
  #held: (() => void)[] | null = null;

  constructor(clock: Clock, delayMs: () => number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  subscribe(listener: (event: DomainEvent) => void): () => void {
    const subscriber = { listener, lastDue: 0 };
    this.#subscribers.add(subscriber);
    return () => this.#subscribers.delete(subscriber);
  }

  /** From now on events wait until `release`. */
  hold(): void {
    this.#held ??= [];
  }

  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const deliver of held) deliver();
  }

  emit(event: DomainEvent): void {
    for (const subscriber of this.#subscribers) this.#send(subscriber, event);
  }

  #send(subscriber: Subscriber, event: DomainEvent): void {
    const deliver = (): void => {
      if (this.#held !== null) this.#held.push(deliver);
      else if (this.#subscribers.has(subscriber)) subscriber.listener(event);
    };
    const now = this.#clock.monotonic();
    const due = Math.max(now + this.#delayMs(), subscriber.lastDue);
    subscriber.lastDue = due;
    if (due <= now) queueMicrotask(deliver);
    else this.#clock.after(due - now, deliver);
  }
}
