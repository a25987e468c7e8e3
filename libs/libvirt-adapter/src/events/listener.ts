import { DriverError, driverEvent } from '@chronovirt/contract';
import type { DriverEvent, EventListener } from '@chronovirt/contract';
import type { Log } from '@chronovirt/runtime';

/** The one who is told of events (`registerEventListener`); a later registration takes the place of an earlier one. */
export class Listener {
  readonly #log: Log;
  #callback: EventListener | null = null;
  constructor(log: Log) {
    this.#log = log;
  }

  register(callback: EventListener): void {
    this.#callback = callback;
  }

  /** Tells the listener. Throws `INVALID_EVENT` for what is none; an error of the listener stays here. */
  emit(event: DriverEvent): void {
    const parsed = driverEvent.safeParse(event);
    if (!parsed.success)
      throw new DriverError('INVALID_EVENT', 'event: expected a lifecycle or device event', { cause: parsed.error });
    if (this.#callback === null) {
      this.#log.debug({ instance: event.uuid }, 'event dropped: nobody listens');
      return;
    }
    try {
      this.#callback(parsed.data);
    } catch (error) {
      this.#log.error({ instance: event.uuid, error: (error as Error).message }, 'the event listener failed');
    }
  }
}
