/**
 * Hears libvirt, for as long as somebody listens. Its connection is its own; when it is lost, another is tried with growing pauses,
 * and since nobody knows what was missed, everybody is told to look at all.
 */
import type { DriverEvent, Hint, InstanceUuid } from '@chronovirt/contract';
import { HypervisorUnavailableError, domainNameOf, instanceUuid } from '@chronovirt/contract';
import { DomainEventId } from '@chronovirt/libvirt';
import type { Domain, Libvirt } from '@chronovirt/libvirt';
import type { Log } from '@chronovirt/runtime';
import { eventWords, transitionOf } from './event-words.ts';

const PAUSE = { firstMs: 100, longestMs: 5_000 } as const;

/** Everything that is heard goes to all of them; none may throw. */
export interface EventSink {
  hint(hint: Hint): void;
  event(event: DriverEvent): void;
}

export class EventFeed {
  readonly #open: () => Promise<Libvirt>;
  readonly #log: Log;
  readonly #sinks = new Set<EventSink>();
  readonly #stopping = new AbortController();
  #loop: Promise<void> | null = null;
  #listening = Promise.withResolvers<void>();
  readonly #tried = Promise.withResolvers<void>();

  constructor(open: () => Promise<Libvirt>, log: Log) {
    this.#open = open;
    this.#log = log;
  }

  /** Adds one who listens; returns the way to stop. */
  add(sink: EventSink): () => void {
    this.#sinks.add(sink);
    return () => void this.#sinks.delete(sink);
  }

  /**
   * Begins to listen when nobody has; resolves after the first try. When that fails, listening goes on being tried, and the first
   * success tells everybody to look at all.
   */
  async begin(): Promise<void> {
    this.#loop ??= this.#run();
    await this.#tried.promise;
  }

  /** Resolves once libvirt has confirmed that it reports events. Throws `HYPERVISOR_UNAVAILABLE` when the time is up before. */
  async confirmed(signal: AbortSignal, timeMs: number): Promise<void> {
    this.#loop ??= this.#run();
    const unconfirmed = Promise.withResolvers<never>();
    const abort = (): void => unconfirmed.reject(signal.reason);
    const timer = setTimeout(
      () => unconfirmed.reject(new HypervisorUnavailableError('libvirt does not report events')),
      Math.max(0, timeMs),
    );
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([this.#listening.promise, unconfirmed.promise]);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    let pause: number = PAUSE.firstMs;
    for (let gaps = 0; !signal.aborted; gaps += 1) {
      try {
        const libvirt = await this.#open();
        try {
          await this.#listen(libvirt, gaps > 0);
          pause = PAUSE.firstMs;
          const end = await Promise.race([libvirt.closed, aborted(signal)]);
          if (end !== null) this.#log.warn({ reason: end.reason }, 'libvirt connection for events lost');
        } finally {
          await libvirt.close({ graceMs: 500 });
        }
        this.#listening = Promise.withResolvers();
      } catch (error) {
        this.#log.debug({ error: (error as Error).message }, 'libvirt cannot be listened to');
      }
      this.#tried.resolve();
      // Jitter, so that the agents of many hosts do not come back in step.
      await pauseFor(pause * (0.5 + Math.random()), signal);
      pause = Math.min(pause * 2, PAUSE.longestMs);
    }
  }

  async #listen(libvirt: Libvirt, afterGap: boolean): Promise<void> {
    const { events } = libvirt;
    await Promise.all([
      events.listen({ eventId: DomainEventId.LIFECYCLE }, ({ dom, event, detail }) =>
        this.#lifecycle(dom, event, detail),
      ),
      events.listen({ eventId: DomainEventId.REBOOT }, ({ dom }) => this.#hint(dom, 'REBOOT')),
      events.listen({ eventId: DomainEventId.IO_ERROR }, ({ dom, devAlias }) =>
        this.#hint(dom, `IO_ERROR on ${devAlias}`),
      ),
    ]);
    if (afterGap) this.#tell((sink) => sink.hint({ instance: null, heard: 'libvirt connected again' }));
    this.#listening.resolve();
    this.#tried.resolve();
  }

  #lifecycle(domain: Domain, event: number, detail: number): void {
    const uuid = this.#hint(domain, eventWords(event, detail));
    const transition = transitionOf(event, detail);
    if (uuid === null || transition === null) return;
    this.#tell((sink) => sink.event({ kind: 'lifecycle', uuid, timestamp: Date.now(), transition }));
  }

  #hint(domain: Domain, words: string): InstanceUuid | null {
    const uuid = ourUuid(domain);
    if (uuid !== null) this.#tell((sink) => sink.hint({ instance: uuid, heard: `libvirt ${words}` }));
    return uuid;
  }

  #tell(say: (sink: EventSink) => void): void {
    for (const sink of this.#sinks) {
      try {
        say(sink);
      } catch (error) {
        this.#log.error({ error: (error as Error).message }, 'a listener to libvirt events failed');
      }
    }
  }
}

/** The instance of a domain of ours, by its name; null for those of others. */
export function ourUuid(domain: Pick<Domain, 'name' | 'uuid'>): InstanceUuid | null {
  const uuid = instanceUuid.safeParse(domain.uuid);
  return uuid.success && domainNameOf(uuid.data) === domain.name ? uuid.data : null;
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  const timer = Promise.withResolvers<void>();
  const handle = setTimeout(timer.resolve, ms);
  await Promise.race([timer.promise, aborted(signal)]);
  clearTimeout(handle);
}
