/**
 * One caller of the simulated host: an agent's connection with the calls that libvirt and the file system offer it. What a caller has
 * sent goes on after its death; a dead caller hears nothing any more.
 */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { Act, CallInfo } from './call.ts';
import type { DomainDefinition } from './definition.ts';
import type { DomainView } from './domain-view.ts';
import type { DomainEvent } from './event-hub.ts';
import type { DirectoryView, SimulatedFile } from './file-tree.ts';
import type { SavedMemory } from './domain.ts';
import type { SimulatedHost } from './simulated-host.ts';

interface InFlight {
  readonly info: CallInfo;
  readonly local: boolean;
  lose(error: CallError): void;
}

const NEVER = new Promise<never>(() => {});
const lost = (what: string): CallError => new CallError('CONNECTION_LOST', what);

/** What one look at an instance on the host's own side shows: its directory, half-removed remains, its taps, the base images. */
export interface LocalView {
  readonly directory: DirectoryView | null;
  readonly doomed: boolean;
  readonly taps: readonly string[];
  readonly base: readonly SimulatedFile[];
}

export class HostConnection {
  readonly caller: string;
  /** Whether hooks count this caller's calls and faults befall them; not so for acts from outside. */
  readonly watched: boolean;
  readonly #host: SimulatedHost;
  readonly #inFlight = new Set<InFlight>();
  #alive = true;
  #listener: ((event: DomainEvent | null) => void) | null = null;
  #unsubscribe: (() => void) | null = null;

  constructor(host: SimulatedHost, caller: string, watched: boolean) {
    this.#host = host;
    this.caller = caller;
    this.watched = watched;
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
  subscribe(listener: (event: DomainEvent | null) => void): void {
    this.#listener = listener;
    this.#unsubscribe = this.up ? this.#host.events.subscribe(listener) : null;
  }

  unsubscribe(): void {
    this.#listener = null;
    this.#unsubscribe?.();
    this.#unsubscribe = null;
  }

  /** Waits on the host's clock, as this caller: a dead one waits for ever. */
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        cancel();
        if (this.#alive) reject(signal.reason);
      };
      const cancel = this.#host.clock.after(ms, () => {
        signal.removeEventListener('abort', onAbort);
        if (this.#alive) resolve();
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  // Looks: they never wait for a job.

  /** The domain as it looks just now; null when there is none. */
  look(instance: InstanceUuid): Promise<DomainView | null> {
    return this.#call('look', instance, { finish: () => this.#host.viewOf(instance) });
  }

  lookAtAll(): Promise<readonly DomainView[]> {
    return this.#call('lookAtAll', null, { finish: () => this.#host.allViews() });
  }

  lookAtFiles(instance: InstanceUuid): Promise<LocalView> {
    return this.#call('lookAtFiles', instance, { local: true, finish: () => this.#host.localView(instance) });
  }

  readConsole(instance: InstanceUuid): Promise<string> {
    return this.#call('readConsole', instance, { local: true, finish: () => this.#host.consoleOf(instance) });
  }

  // Calls that change a domain.

  define(definition: DomainDefinition): Promise<void> {
    return this.#call('define', definition.uuid, {
      begin: () => this.#host.domain(definition.uuid).define(definition),
      finish: () => {},
    });
  }

  undefine(instance: InstanceUuid): Promise<void> {
    return this.#call('undefine', instance, {
      begin: () => this.#host.existing(instance).undefine(),
      finish: () => {},
    });
  }

  create(instance: InstanceUuid): Promise<void> {
    return this.#call('create', instance, {
      lock: 'wait',
      begin: (domain) => domain?.beginStart(),
      finish: (domain) => domain?.finishStart(),
      cut: (domain) => {
        if (domain?.run?.reason === 'starting-up') domain.stop('failed');
      },
    });
  }

  /** Ends the run at once, going through a busy domain. */
  destroy(instance: InstanceUuid): Promise<void> {
    return this.#call('destroy', instance, {
      lock: 'preempt',
      begin: (domain) => {
        if (domain?.run == null) throw new CallError('OPERATION_INVALID', 'domain is not running');
      },
      finish: (domain) => {
        if (domain?.run != null) domain.stop('destroyed');
      },
    });
  }

  /** Asks the guest to shut down; returns when it was asked. */
  shutdown(instance: InstanceUuid): Promise<void> {
    return this.#call('shutdown', instance, {
      lock: 'wait',
      finish: (domain) => this.#host.guest(instance).askToShutDown(domain),
    });
  }

  suspend(instance: InstanceUuid): Promise<void> {
    return this.#call('suspend', instance, { lock: 'wait', finish: (domain) => domain?.pause('user') });
  }

  resume(instance: InstanceUuid): Promise<void> {
    return this.#call('resume', instance, { lock: 'wait', finish: (domain) => domain?.unpause() });
  }

  wakeup(instance: InstanceUuid): Promise<void> {
    return this.#call('wakeup', instance, { lock: 'wait', finish: (domain) => domain?.wake() });
  }

  managedSave(instance: InstanceUuid): Promise<void> {
    let saved: SavedMemory | undefined;
    return this.#call('managedSave', instance, {
      lock: 'wait',
      begin: (domain) => {
        saved = domain?.beginSave();
      },
      finish: (domain) => {
        if (saved !== undefined) domain?.finishSave(saved);
      },
      cut: (domain) => {
        if (domain?.run != null) domain.cancelSave();
      },
    });
  }

  /** Changes the definition inside the managed save image. */
  managedSaveDefine(definition: DomainDefinition): Promise<void> {
    return this.#call('managedSaveDefine', definition.uuid, {
      lock: 'wait',
      finish: (domain) => {
        if (domain?.saved == null) throw new CallError('OPERATION_INVALID', 'domain has no managed save image');
        domain.saved = { ...domain.saved, definition };
      },
    });
  }

  managedSaveRemove(instance: InstanceUuid): Promise<void> {
    return this.#call('managedSaveRemove', instance, {
      lock: 'wait',
      finish: (domain) => {
        if (domain !== null) domain.saved = null;
      },
    });
  }

  /** Changes nothing that matters, but waits for the domain's running job: the barrier. */
  setMetadata(instance: InstanceUuid): Promise<void> {
    return this.#call('setMetadata', instance, { lock: 'wait', finish: () => {} });
  }

  // The caller's own work on the host.

  makeDirectory(instance: InstanceUuid, madeBy: Mark): Promise<void> {
    return this.#call('makeDirectory', instance, {
      local: true,
      finish: () => this.#host.files.makeDirectory(instance, madeBy),
    });
  }

  /** A child process writes a file; until it has ended the file is not whole. */
  writeFile(
    call: string,
    instance: InstanceUuid,
    file: Omit<SimulatedFile, 'whole'>,
    signal: AbortSignal,
  ): Promise<void> {
    const write = (whole: boolean) => (): void => this.#host.files.write(instance, { ...file, whole });
    return this.#call(call, instance, { local: true, child: true, begin: write(false), finish: write(true) }, signal);
  }

  /** Renames a file of the instance: at once as a whole. */
  renameFile(instance: InstanceUuid, from: string, to: string): Promise<void> {
    return this.#call('renameFile', instance, {
      local: true,
      finish: () => this.#host.files.rename(instance, from, to),
    });
  }

  removeFile(instance: InstanceUuid, name: string): Promise<void> {
    return this.#call('removeFile', instance, { local: true, finish: () => this.#host.files.remove(instance, name) });
  }

  /** A child fetches an image into the cache, under a temporary name. */
  fetchImage(instance: InstanceUuid, sha256: string, temporary: string, signal: AbortSignal): Promise<void> {
    const write = (whole: boolean) => (): void =>
      this.#host.files.writeBase({ name: temporary, whole, madeBy: null, content: sha256 });
    return this.#call(
      'fetchImage',
      instance,
      {
        local: true,
        child: true,
        begin: () => {
          if (this.#host.missingImages.has(sha256)) throw new CallError('IMAGE_NOT_FOUND', `no image ${sha256}`);
          write(false)();
        },
        finish: write(true),
      },
      signal,
    );
  }

  renameBase(instance: InstanceUuid, from: string, to: string): Promise<void> {
    return this.#call('renameBase', instance, { local: true, finish: () => this.#host.files.renameBase(from, to) });
  }

  removeBase(instance: InstanceUuid, name: string): Promise<void> {
    return this.#call('removeBase', instance, { local: true, finish: () => this.#host.files.removeBase(name) });
  }

  /** Moves the instance's directory out of the way, before its removal. */
  doomDirectory(instance: InstanceUuid): Promise<void> {
    return this.#call('doomDirectory', instance, { local: true, finish: () => this.#host.files.doom(instance) });
  }

  removeDirectory(instance: InstanceUuid): Promise<void> {
    return this.#call('removeDirectory', instance, {
      local: true,
      finish: () => this.#host.files.removeDoomed(instance),
    });
  }

  plugTap(instance: InstanceUuid, tap: string): Promise<void> {
    return this.#call('plugTap', instance, {
      local: true,
      finish: () => {
        this.#host.taps.set(tap, instance);
      },
    });
  }

  unplugTap(instance: InstanceUuid, tap: string): Promise<void> {
    return this.#call('unplugTap', instance, {
      local: true,
      finish: () => {
        this.#host.taps.delete(tap);
      },
    });
  }

  async #call<R>(name: string, instance: InstanceUuid | null, act: Act<R>, signal?: AbortSignal): Promise<R> {
    if (!this.#alive) return NEVER;
    const info: CallInfo = { name, instance, connection: this };
    this.#host.announce(info, 'before');
    if (!this.#alive) return NEVER;
    if (act.local !== true && !this.up) throw lost('the daemon does not answer');
    signal?.throwIfAborted();

    const performed = this.#host.perform(info, act, signal);
    this.#host.announce(info, 'sent');
    return new Promise<R>((resolve, reject) => {
      const flight: InFlight = { info, local: act.local === true, lose: (error) => settle(() => reject(error)) };
      const settle = (answer: () => void): void => {
        if (this.#inFlight.delete(flight)) answer();
      };
      if (this.#alive) this.#inFlight.add(flight);
      const answered = (answer: () => void): void => {
        if (this.#inFlight.has(flight)) this.#host.announce(info, 'answered');
        settle(answer);
      };
      performed.then(
        (value) => answered(() => resolve(value)),
        (error: unknown) => answered(() => reject(error)),
      );
    });
  }
}
