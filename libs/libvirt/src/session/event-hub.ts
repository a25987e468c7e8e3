/**
 * Events of one session. Subscribers to the same thing share one registration at the daemon, which is made with the
 * first and taken back with the last.
 *
 * A message may overtake the reply of its own registration, and the reply is only acted on after the bytes that came
 * with it. So messages with an unknown callback ID are kept while a registration is under way, and delivered when its
 * ID is known.
 */
import { messages } from '../generated/messages.ts';
import type { EventBodies } from '../generated/messages.ts';
import type { Packet } from '../wire/packet.ts';
import { decodeBody } from '../wire/procedure.ts';
import type { AnyMessage } from '../wire/procedure.ts';
import { LibvirtAbortError, LibvirtConnectionError, LibvirtProtocolError } from './errors.ts';
import { deregister, register, registrationKey } from './event-registrations.ts';
import type { AnyEventRequest, Caller, EventRequest } from './event-registrations.ts';
import { Listener, Subscription } from './event-sinks.ts';
import type { EventSink } from './event-sinks.ts';

/** Settings of one subscriber. */
export interface SubscribeOptions {
  /** Most events that may wait unread. Default 1,024. */
  readonly capacity?: number;
  /** Ends the wait for the registration. */
  readonly signal?: AbortSignal;
}

/** What the hub needs of its session. */
export interface EventLink {
  call: Caller;
  /** The daemon sent an event that belongs to nothing. */
  protocolFailure(error: LibvirtProtocolError): void;
}

type AnySink = EventSink<unknown>;

interface Registration {
  readonly key: string;
  readonly source: keyof EventBodies;
  readonly sinks: Set<AnySink>;
  /** Resolves when the daemon has confirmed it. */
  ready: Promise<void>;
  callbackId: number | undefined;
}

const messageKey = (program: number, procedure: number): string => `${program}:${procedure}`;
const known = new Map<string, AnyMessage>(
  messages.map((message) => [messageKey(message.program, message.number), message]),
);

export class EventHub {
  private readonly link: EventLink;
  private readonly registrations = new Map<string, Registration>();
  private readonly byCallback = new Map<string, Registration>();
  /** Callback IDs that were given back; a message may still be under way. */
  private readonly retired = new Set<string>();
  private registering = 0;
  private early: { callback: string; body: unknown }[] = [];
  private ended = false;

  /** Made by the session. */
  constructor(link: EventLink) {
    this.link = link;
  }

  /**
   * Subscribes; resolves when the daemon has confirmed it, and every event from then on is in the iterator. Rejects as a
   * call does.
   */
  subscribe<Id extends keyof EventBodies['domain']>(
    request: EventRequest<'domain', Id>,
    options?: SubscribeOptions,
  ): Promise<Subscription<EventBodies['domain'][Id]>>;
  subscribe<Source extends keyof EventBodies, Id extends keyof EventBodies[Source]>(
    request: EventRequest<Source, Id>,
    options?: SubscribeOptions,
  ): Promise<Subscription<EventBodies[Source][Id]>>;
  async subscribe(request: AnyEventRequest, options: SubscribeOptions = {}): Promise<Subscription<unknown>> {
    const subscription: Subscription<unknown> = new Subscription(options.capacity ?? 1_024, () =>
      this.detach(request, subscription),
    );
    await this.attach(request, subscription, options);
    return subscription;
  }

  /** As {@link subscribe}, with a function that is called for each event instead of an iterator. It must not block. */
  listen<Id extends keyof EventBodies['domain']>(
    request: EventRequest<'domain', Id>,
    handler: (body: EventBodies['domain'][Id]) => void,
    options?: SubscribeOptions,
  ): Promise<Listener<EventBodies['domain'][Id]>>;
  listen<Source extends keyof EventBodies, Id extends keyof EventBodies[Source]>(
    request: EventRequest<Source, Id>,
    handler: (body: EventBodies[Source][Id]) => void,
    options?: SubscribeOptions,
  ): Promise<Listener<EventBodies[Source][Id]>>;
  async listen(
    request: AnyEventRequest,
    handler: (body: never) => void,
    options: SubscribeOptions = {},
  ): Promise<Listener<never>> {
    const listener: Listener<never> = new Listener(handler, () => this.detach(request, listener));
    await this.attach(request, listener, options);
    return listener;
  }

  /** A message came. False when this library does not know it. */
  receive({ header, bytes }: Packet): boolean {
    const message = known.get(messageKey(header.program, header.procedure));
    if (!message || header.version !== message.version) return false;
    const body = decodeBody(`${message.name} message`, message.body, bytes) as { readonly callbackId?: number };
    const callback = `${message.source}:${body.callbackId ?? 0}`;
    const registration = this.byCallback.get(callback);
    if (registration) for (const sink of registration.sinks) sink.deliver(body);
    else if (this.retired.has(callback)) return true;
    else if (this.registering > 0) this.early.push({ callback, body });
    else throw orphan(callback);
    return true;
  }

  /** The session is over. */
  end(error: LibvirtConnectionError): void {
    this.ended = true;
    const sinks = [...this.registrations.values()].flatMap((registration) => [...registration.sinks]);
    this.registrations.clear();
    this.byCallback.clear();
    for (const sink of sinks) sink.end(error.reason === 'closed' ? undefined : error);
  }

  private async attach(request: AnyEventRequest, sink: AnySink, { signal }: SubscribeOptions): Promise<void> {
    const aborted = (): LibvirtAbortError => new LibvirtAbortError('event registration', true, signal?.reason);
    if (signal?.aborted) throw aborted();
    const key = registrationKey(request);
    const registration = this.registrations.get(key) ?? this.register(key, request);
    registration.sinks.add(sink);
    // The registration goes on without this subscriber: others may share it, and its reply must be dealt with.
    const given = Promise.withResolvers<never>();
    const onAbort = (): void => given.reject(aborted());
    signal?.addEventListener('abort', onAbort);
    try {
      await Promise.race([registration.ready, given.promise]);
    } catch (error) {
      sink.end();
      throw error;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private register(key: string, request: AnyEventRequest): Registration {
    const registration: Registration = {
      key,
      source: request.source ?? 'domain',
      sinks: new Set(),
      ready: Promise.resolve(),
      callbackId: undefined,
    };
    this.registrations.set(key, registration);
    this.registering += 1;
    registration.ready = register(this.link.call, request).then(
      (callbackId) => this.registered(registration, callbackId),
      (error: unknown) => {
        if (this.registrations.get(key) === registration) this.registrations.delete(key);
        this.settled();
        throw error;
      },
    );
    return registration;
  }

  private registered(registration: Registration, callbackId: number): void {
    const callback = `${registration.source}:${callbackId}`;
    registration.callbackId = callbackId;
    this.byCallback.set(callback, registration);
    this.retired.delete(callback);
    const mine = this.early.filter((event) => event.callback === callback);
    this.early = this.early.filter((event) => event.callback !== callback);
    for (const { body } of mine) for (const sink of registration.sinks) sink.deliver(body);
    this.settled();
    if (registration.sinks.size === 0) this.giveBack(registration);
  }

  private settled(): void {
    this.registering -= 1;
    const [stray] = this.early;
    if (this.registering === 0 && stray && !this.ended) this.link.protocolFailure(orphan(stray.callback));
  }

  private detach(request: AnyEventRequest, sink: AnySink): void {
    const registration = this.registrations.get(registrationKey(request));
    if (!registration?.sinks.delete(sink) || registration.sinks.size > 0) return;
    // Before its reply has come there is nothing to give back yet; `registered` will see that nobody is left.
    if (registration.callbackId !== undefined) this.giveBack(registration);
  }

  private giveBack(registration: Registration): void {
    if (this.ended) return;
    const callbackId = registration.callbackId!;
    this.registrations.delete(registration.key);
    const forget = (): void => {
      const callback = `${registration.source}:${callbackId}`;
      if (this.byCallback.get(callback) === registration) this.byCallback.delete(callback);
      this.retired.add(callback);
    };
    // A failure means that the daemon does not know it, or is gone: in both cases there is no registration any more.
    deregister(this.link.call, registration.source, callbackId).then(forget, forget);
  }
}

function orphan(callback: string): LibvirtProtocolError {
  return new LibvirtProtocolError(`an event came for callback ${callback}, which nothing is registered under`);
}
