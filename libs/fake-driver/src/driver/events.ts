/** What the simulated host tells of: hints for the runtime, lifecycle events for a listener. */
import {
  driverEvent,
  lifecycleTransition,
  type DriverEvent,
  type EventListener,
  type Hint,
  type LifecycleTransition,
} from '@chronovirt/contract';
import type { Log } from '@chronovirt/runtime';
import type { HostConnection } from '../world/connection.ts';
import type { DomainEvent, DomainEventType } from '../world/event-hub.ts';
import { failure } from './failure.ts';

const transitions: Partial<Record<DomainEventType, LifecycleTransition>> = {
  STARTED: lifecycleTransition.STARTED,
  STOPPED: lifecycleTransition.STOPPED,
  SUSPENDED: lifecycleTransition.PAUSED,
  RESUMED: lifecycleTransition.RESUMED,
  PMSUSPENDED: lifecycleTransition.SUSPENDED,
};

export class EventFeed {
  readonly #connection: HostConnection;
  readonly #log: Log | null;
  readonly #watchers = new Set<(hint: Hint) => void>();
  #listener: EventListener | null = null;
  #subscribed = false;

  constructor(connection: HostConnection, log: Log | null) {
    this.#connection = connection;
    this.#log = log;
  }

  /** Subscribes to the host's events; again changes nothing. */
  open(): void {
    if (this.#subscribed) return;
    this.#subscribed = true;
    this.#connection.subscribe((event) => this.#onEvent(event));
  }

  close(): void {
    this.#subscribed = false;
    this.#watchers.clear();
    this.#listener = null;
    this.#connection.unsubscribe();
  }

  watch(onHint: (hint: Hint) => void): () => void {
    this.#watchers.add(onHint);
    this.open();
    return () => this.#watchers.delete(onHint);
  }

  /** One listener; a later one takes its place. */
  listen(listener: EventListener): void {
    this.#listener = listener;
    this.open();
  }

  /** Hands an event to the listener; dropped without one. What the listener throws is logged and goes no further. */
  emit(event: DriverEvent): void {
    if (!driverEvent.safeParse(event).success)
      throw failure('INVALID_EVENT', 'event: expected a lifecycle or device event of the contract');
    if (this.#listener === null) {
      this.#log?.debug({ instance: event.uuid, kind: event.kind }, 'event dropped: nobody listens');
      return;
    }
    try {
      this.#listener(event);
    } catch (error) {
      this.#log?.error({ instance: event.uuid, kind: event.kind, err: error }, 'listener of events failed');
    }
  }

  #onEvent(event: DomainEvent | null): void {
    const hint =
      event === null
        ? { instance: null, heard: 'simulated host: connected again' }
        : { instance: event.instance, heard: `simulated ${event.type}/${event.detail}` };
    for (const watcher of this.#watchers) watcher(hint);
    const transition = event === null ? undefined : transitions[event.type];
    if (event !== null && transition !== undefined)
      this.emit({ kind: 'lifecycle', uuid: event.instance, timestamp: event.at, transition });
  }
}
