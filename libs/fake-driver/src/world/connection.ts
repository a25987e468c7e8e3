/**
 * One caller of the simulated host: an agent's connection with the calls that libvirt and the file system offer it. What a caller has
 * sent goes on after its death; a dead caller hears nothing any more.
 */
import type { InstanceUuid } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { Act, Caller, CallInfo } from './call.ts';
import { CallMaker } from './call-maker.ts';
import type { CallRunner } from './call-runner.ts';
import { DomainCalls } from './domain-calls.ts';
import type { DomainEvent } from './event-hub.ts';
import type { Hypervisor } from './hypervisor.ts';
import { MoveCalls } from './move-calls.ts';
import type { Neighbours } from './neighbours.ts';
import { OwnWork } from './own-work.ts';

interface InFlight {
  readonly info: CallInfo;
  readonly local: boolean;
  lose(error: CallError): void;
}

const NEVER = new Promise<never>(() => {});
const lost = (what: string): CallError => new CallError('CONNECTION_LOST', what);

export class HostConnection implements Caller {
  readonly domains: DomainCalls;
  readonly moves: MoveCalls;
  /** What it does on the host by itself. */
  readonly own: OwnWork;
  readonly caller: string;
  /** Whether hooks count this caller's calls and faults befall them; not so for acts from outside. */
  readonly watched: boolean;
  readonly #host: Hypervisor;
  readonly #runner: CallRunner;
  readonly #inFlight = new Set<InFlight>();
  #alive = true;
  /** What came for a caller that stands still. */
  #held: (() => void)[] | null = null;
  #listener: ((event: DomainEvent | null) => void) | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(
    { host, runner, neighbours }: { host: Hypervisor; runner: CallRunner; neighbours: Neighbours | null },
    caller: string,
    watched: boolean,
  ) {
    this.#host = host;
    this.#runner = runner;
    this.caller = caller;
    this.watched = watched;
    const calls = new CallMaker(
      (name, instance, act, signal) => this.#call(name, instance, act, signal),
      (instance) => host.existing(instance),
    );
    this.domains = new DomainCalls(host, calls);
    this.moves = new MoveCalls(host, neighbours, calls);
    this.own = new OwnWork(host, calls);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether the daemon can be reached. */
  get up(): boolean {
    return this.#host.daemonUp;
  }

  /** The caller dies as under kill -9: no promise of it ever settles, its children die, what it sent goes on. */
  kill(): void {
    this.#alive = false;
    this.#inFlight.clear();
    this.unsubscribe();
    this.#host.forget(this);
  }

  /** The caller stands still as under SIGSTOP: answers and events wait for it, what it sent goes on. */
  freeze(): void {
    this.#held ??= [];
  }

  thaw(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const callback of held) if (this.#alive) callback();
  }

  #whenAwake(callback: () => void): void {
    if (this.#held === null) callback();
    else this.#held.push(callback);
  }

  /** Closes what calls for one instance use (or all): they end as lost, and go on in the daemon. */
  drop(instance?: InstanceUuid): void {
    for (const call of this.#inFlight) {
      if (instance === undefined || call.info.instance === instance) call.lose(lost('connection closed'));
    }
  }

  /** The connection broke: calls of the daemon end as lost, events stop until it is back; `null` tells of the gap. */
  breakDown(): void {
    for (const call of this.#inFlight) if (!call.local) call.lose(lost('connection reset'));
    this.#unsubscribe?.();
    this.#unsubscribe = null;
    if (this.#listener !== null && this.up) this.comeBack();
  }

  comeBack(): void {
    const listener = this.#listener;
    if (listener === null || !this.#alive || this.#unsubscribe !== null) return;
    this.#unsubscribe = this.#host.events.subscribe(listener);
    queueMicrotask(() => listener(null));
  }

  /** Events from now on; `null` = some may have been missed. */
  subscribe(hear: (event: DomainEvent | null) => void): void {
    const listener = (event: DomainEvent | null): void => this.#whenAwake(() => hear(event));
    this.#listener = listener;
    this.#unsubscribe = this.up ? this.#host.events.subscribe(listener) : null;
  }

  unsubscribe(): void {
    this.#listener = null;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  /** Waits for an event of the domain, at most `ms`; as this caller: a dead one waits for ever. */
  changed(instance: InstanceUuid, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const end = (answer: () => void) => (): void => {
        cancel();
        unsubscribe();
        signal.removeEventListener('abort', onAbort);
        if (this.#alive) this.#whenAwake(answer);
      };
      const onAbort = end(() => reject(signal.reason));
      const onTime = end(resolve);
      const cancel = this.#host.clock.after(ms, onTime);
      const unsubscribe = this.#host.events.subscribe((event) => {
        if (event.instance === instance) onTime();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  async #call<R>(name: string, instance: InstanceUuid | null, act: Act<R>, signal?: AbortSignal): Promise<R> {
    if (!this.#alive) return NEVER;
    const info: CallInfo = { name, instance, connection: this };
    this.#runner.announce(info, 'before');
    if (!this.#alive) return NEVER;
    if (act.local !== true && !this.up) throw lost('the daemon does not answer');
    signal?.throwIfAborted();

    const performed = this.#runner.perform(info, act, signal);
    this.#runner.announce(info, 'sent');
    return new Promise<R>((resolve, reject) => {
      const flight: InFlight = { info, local: act.local === true, lose: (error) => settle(() => reject(error)) };
      const settle = (answer: () => void): void => {
        if (this.#inFlight.delete(flight)) this.#whenAwake(answer);
      };
      if (this.#alive) this.#inFlight.add(flight);
      const answered = (answer: () => void): void => {
        if (this.#inFlight.has(flight)) this.#runner.announce(info, 'answered');
        settle(answer);
      };
      performed.then(
        (value) => answered(() => resolve(value)),
        (error: unknown) => answered(() => reject(error)),
      );
    });
  }
}
