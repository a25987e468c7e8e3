/**
 * One caller of the simulated host: an agent's connection with the calls that libvirt and the file system offer it. What a caller has
 * sent goes on after its death; a dead caller hears nothing any more.
 */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { Act, Body, CallInfo } from './call.ts';
import type { DomainDefinition } from './definition.ts';
import type { DomainView } from './domain-view.ts';
import type { DomainEvent } from './event-hub.ts';
import type { DirectoryView, KeptView, SimulatedFile } from './file-tree.ts';
import type { Domain, MoveView, SavedMemory } from './domain.ts';
import { MigrationJob, type MigrationRequest, type Steering } from './migration-job.ts';
import type { SimulatedHost } from './simulated-host.ts';

interface InFlight {
  readonly info: CallInfo;
  readonly local: boolean;
  lose(error: CallError): void;
}

const NEVER = new Promise<never>(() => {});
const lost = (what: string): CallError => new CallError('CONNECTION_LOST', what);

const destroyBody = (domain: Domain): Body<void> => ({
  begin: () => domain.mustRun(),
  finish: () => {
    if (domain.run !== null) domain.stop('destroyed');
  },
});

/** What one look at an instance on the host's own side shows: its directory, half-removed remains, its taps, the base images. */
export interface LocalView {
  readonly directory: DirectoryView | null;
  /** What a resize has set aside. */
  readonly kept: KeptView | null;
  readonly doomed: boolean;
  readonly taps: readonly string[];
  readonly base: readonly SimulatedFile[];
  /** Hashes of the images that were made here. */
  readonly images: readonly string[];
}

export class HostConnection {
  readonly caller: string;
  /** Whether hooks count this caller's calls and faults befall them; not so for acts from outside. */
  readonly watched: boolean;
  readonly #host: SimulatedHost;
  readonly #inFlight = new Set<InFlight>();
  #alive = true;
  /** What came for a caller that stands still. */
  #held: (() => void)[] | null = null;
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

  // Looks: they never wait for a job.

  /** The domain as it looks just now; null when there is none. */
  look(instance: InstanceUuid): Promise<DomainView | null> {
    return this.#quick('look', instance, () => this.#host.viewOf(instance));
  }

  lookAtAll(): Promise<readonly DomainView[]> {
    return this.#quick('lookAtAll', null, () => this.#host.allViews());
  }

  /** `kept`: what this host has set aside, or whichever did. */
  lookAtFiles(instance: InstanceUuid, kept: 'own' | 'any' = 'own'): Promise<LocalView> {
    return this.#local('lookAtFiles', instance, () =>
      kept === 'any' ? this.#host.localView(instance, null) : this.#host.localView(instance),
    );
  }

  readConsole(instance: InstanceUuid): Promise<string> {
    return this.#local('readConsole', instance, () => this.#host.consoleOf(instance));
  }

  // Calls that change a domain. Those without the lock act on arrival.

  define(definition: DomainDefinition): Promise<void> {
    return this.#atOnce('define', definition.uuid, () => this.#host.domain(definition.uuid).define(definition));
  }

  undefine(instance: InstanceUuid): Promise<void> {
    return this.#atOnce('undefine', instance, () => this.#host.existing(instance).undefine());
  }

  create(instance: InstanceUuid): Promise<void> {
    return this.#locked('create', instance, (domain) => ({
      begin: () => domain.beginStart(),
      finish: () => domain.finishStart(),
      cut: () => {
        if (domain.run?.reason === 'starting-up') domain.stop('failed');
      },
    }));
  }

  /** Ends the run at once, going through a busy domain. */
  destroy(instance: InstanceUuid): Promise<void> {
    return this.#locked('destroy', instance, destroyBody, 'preempt');
  }

  /** Asks the guest to shut down; returns when it was asked. */
  shutdown(instance: InstanceUuid): Promise<void> {
    return this.#locked('shutdown', instance, (domain) => ({
      finish: () => this.#host.guest(instance).askToShutDown(domain),
    }));
  }

  suspend(instance: InstanceUuid): Promise<void> {
    return this.#locked('suspend', instance, (domain) => ({ finish: () => domain.pause('user') }));
  }

  resume(instance: InstanceUuid): Promise<void> {
    return this.#locked('resume', instance, (domain) => ({ finish: () => domain.unpause() }));
  }

  wakeup(instance: InstanceUuid): Promise<void> {
    return this.#locked('wakeup', instance, (domain) => ({ finish: () => domain.wake() }));
  }

  managedSave(instance: InstanceUuid): Promise<void> {
    return this.#locked('managedSave', instance, (domain) => {
      let saved: SavedMemory | null = null;
      return {
        begin: () => {
          saved = domain.beginSave();
        },
        finish: () => {
          if (saved !== null) domain.finishSave(saved);
        },
        cut: () => domain.cancelSave(),
      };
    });
  }

  /** Changes the definition inside the managed save image. */
  managedSaveDefine(definition: DomainDefinition): Promise<void> {
    return this.#locked('managedSaveDefine', definition.uuid, (domain) => ({
      finish: () => domain.redefineSaved(definition),
    }));
  }

  managedSaveRemove(instance: InstanceUuid): Promise<void> {
    return this.#locked('managedSaveRemove', instance, (domain) => ({
      finish: () => {
        domain.saved = null;
      },
    }));
  }

  /** Changes nothing that matters, but waits for the domain's running job: the barrier. */
  setMetadata(instance: InstanceUuid): Promise<void> {
    return this.#locked('setMetadata', instance, () => ({ finish: () => {} }));
  }

  // Moves to another host.

  /** Has the daemon take the guest to another host; ends when the move has. The daemon goes on with it whatever becomes of the caller. */
  migrate(instance: InstanceUuid, request: MigrationRequest): Promise<void> {
    return this.#locked('migrate', instance, (domain) => {
      const { neighbours } = this.#host;
      if (neighbours === null) throw new CallError('OPERATION_FAILED', 'this host knows no other');
      const job = new MigrationJob(this.#host, neighbours, domain, request);
      return {
        begin: () => {
          domain.move = job;
        },
        work: (lock) => job.run(lock),
        finish: () => job.finish(),
      };
    });
  }

  /** Notes in the live metadata which operation moves the guest away. Waits for a running job, as every change does. */
  noteMove(instance: InstanceUuid, by: Mark): Promise<void> {
    return this.#locked('noteMove', instance, (domain) => ({
      finish: () => {
        domain.mustRun().movedBy = by;
      },
    }));
  }

  /** Changes the mark of a running guest, and of its stored definition. */
  setMark(instance: InstanceUuid, mark: Mark): Promise<void> {
    return this.#locked('setMark', instance, (domain) => ({ finish: () => domain.setMark(mark) }));
  }

  /** Has the daemon of another host read a small file of an instance there. Throws `OPERATION_FAILED` when that cannot be reached. */
  readFrom(host: string, instance: InstanceUuid, name: string): Promise<string> {
    return this.#local('readFrom', instance, () => {
      const { neighbours } = this.#host;
      const other = neighbours?.find(host) ?? null;
      if (other === null || !other.daemonUp || neighbours?.connected(this.#host, other) !== true)
        throw new CallError('OPERATION_FAILED', `unable to connect to server at '${host}'`);
      const file = other.files.view(instance)?.files.find((one) => one.name === name);
      if (file === undefined) throw new CallError('NO_SUCH_FILE', `${name}: no such file on ${host}`);
      return file.content;
    });
  }

  /** Steers the running move; waits for no lock. Throws `OPERATION_INVALID` when there is none, or it is too late. */
  steerMigration(instance: InstanceUuid, how: Steering): Promise<void> {
    return this.#atOnce('steerMigration', instance, () => {
      const { move } = this.#host.existing(instance);
      if (move === null) throw new CallError('OPERATION_INVALID', 'no job is active on the domain');
      move.steer(how);
    });
  }

  /** How far the running move is; null when none runs. */
  moveOf(instance: InstanceUuid): Promise<MoveView | null> {
    return this.#quick('moveOf', instance, () => this.#host.find(instance)?.move?.view() ?? null);
  }

  /** Leaves an empty file with a new name on this host's storage, which it answers. */
  writeProbe(): Promise<string> {
    return this.#local('writeProbe', null, () => this.#host.files.writeProbe(this.#host.name));
  }

  removeProbe(name: string): Promise<void> {
    return this.#local('removeProbe', null, () => this.#host.files.removeProbe(name));
  }

  probes(): Promise<string[]> {
    return this.#local('probes', null, () => this.#host.files.probes());
  }

  // The caller's own work on the host.

  makeDirectory(instance: InstanceUuid, madeBy: Mark): Promise<void> {
    return this.#local('makeDirectory', instance, () => this.#host.files.makeDirectory(instance, madeBy));
  }

  /** A child process writes a file; until it has ended the file is not whole. */
  writeFile(
    call: string,
    instance: InstanceUuid,
    file: Omit<SimulatedFile, 'whole'>,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#child(call, instance, signal, {
      begin: () => this.#host.files.write(instance, { ...file, whole: false }),
      finish: () => this.#host.files.write(instance, { ...file, whole: true }),
    });
  }

  /** Begins to mirror the root disk of a running guest into a file; the mirror goes on without its caller. */
  beginMirror(instance: InstanceUuid, file: Omit<SimulatedFile, 'whole' | 'content'>): Promise<void> {
    return this.#locked('beginMirror', instance, (domain) => ({
      begin: () => {
        domain.mustRun();
        if (domain.mirror !== null) throw new CallError('OPERATION_INVALID', 'the disk has a job already');
        this.#host.files.write(instance, { ...file, content: '', whole: false });
        domain.mirror = { file: file.name, ready: false };
      },
      finish: () => {
        if (domain.mirror !== null) domain.mirror = { ...domain.mirror, ready: true };
      },
    }));
  }

  /**
   * Ends the mirror: a file that is alike holds the disk of this moment, any other is worth nothing. `frozen`: with the guest's file systems
   * frozen for that moment, or not at all.
   */
  endMirror(instance: InstanceUuid, { frozen }: { readonly frozen: boolean } = { frozen: false }): Promise<void> {
    return this.#locked('endMirror', instance, (domain) => ({
      finish: () => {
        const { mirror } = domain;
        if (frozen && (domain.run?.state !== 'running' || !this.#host.agentGuests.has(instance)))
          throw new CallError('AGENT_UNRESPONSIVE', 'no agent answers in the guest');
        if (mirror === null) throw new CallError('OPERATION_INVALID', 'the disk has no job');
        domain.mirror = null;
        const { files } = this.#host;
        const file = files.view(instance)?.files.find(({ name }) => name === mirror.file);
        if (file !== undefined && mirror.ready)
          files.write(instance, { ...file, content: `${files.boots(instance)}`, whole: true });
      },
    }));
  }

  /** A child copies the root disk of a guest that is off. */
  convertDisk(
    instance: InstanceUuid,
    file: Omit<SimulatedFile, 'whole' | 'content'>,
    signal: AbortSignal,
  ): Promise<void> {
    const { files } = this.#host;
    return this.#child('convertDisk', instance, signal, {
      begin: () => files.write(instance, { ...file, content: '', whole: false }),
      finish: () => files.write(instance, { ...file, content: `${files.boots(instance)}`, whole: true }),
    });
  }

  /** A copy gets the name of an image: at once as a whole. */
  keepImage(instance: InstanceUuid, copy: string, sha256: string): Promise<void> {
    return this.#local('keepImage', instance, () => this.#host.files.keepImage(instance, copy, sha256));
  }

  /** Renames a file of the instance: at once as a whole. */
  renameFile(instance: InstanceUuid, from: string, to: string): Promise<void> {
    return this.#local('renameFile', instance, () => this.#host.files.rename(instance, from, to));
  }

  removeFile(instance: InstanceUuid, name: string): Promise<void> {
    return this.#local('removeFile', instance, () => this.#host.files.remove(instance, name));
  }

  /** A child fetches an image into the cache, under a temporary name. */
  fetchImage(instance: InstanceUuid, sha256: string, temporary: string, signal: AbortSignal): Promise<void> {
    const file = { name: temporary, madeBy: null, content: sha256 };
    return this.#child('fetchImage', instance, signal, {
      begin: () => {
        if (this.#host.missingImages.has(sha256)) throw new CallError('IMAGE_NOT_FOUND', `no image ${sha256}`);
        this.#host.files.writeBase({ ...file, whole: false });
      },
      finish: () => this.#host.files.writeBase({ ...file, whole: true }),
    });
  }

  renameBase(instance: InstanceUuid, from: string, to: string): Promise<void> {
    return this.#local('renameBase', instance, () => this.#host.files.renameBase(from, to));
  }

  /** Answers whether it was there. Guests rest on copies of their own. */
  removeImage(sha256: string): Promise<boolean> {
    return this.#local('removeImage', null, () => this.#host.files.removeImage(sha256));
  }

  /** Cached images that no disk rests on, by how many hours ago each was wanted. */
  unusedBase(): Promise<ReadonlyMap<string, number>> {
    return this.#local('unusedBase', null, () => {
      const { files } = this.#host;
      const used = new Set(files.imagesInUse());
      const unused = files.baseFiles().filter(({ name, whole }) => whole && !name.startsWith('.') && !used.has(name));
      return new Map(unused.map(({ name }) => [name, files.baseAge.get(name) ?? 0]));
    });
  }

  /** Removes one if no disk rests on it now and nobody has wanted it for that many hours. */
  removeUnusedBase(name: string, hours: number): Promise<void> {
    return this.#local('removeUnusedBase', null, () => {
      const { files } = this.#host;
      const isUsed = files.imagesInUse().includes(name);
      if (!isUsed && (files.baseAge.get(name) ?? 0) >= hours) files.removeBase(name);
    });
  }

  removeBase(instance: InstanceUuid, name: string): Promise<void> {
    return this.#local('removeBase', instance, () => this.#host.files.removeBase(name));
  }

  /** Sets the instance's directory aside as a whole, by one rename. */
  setAside(instance: InstanceUuid, by: Mark): Promise<void> {
    return this.#local('setAside', instance, () => this.#host.files.setAside(instance, by, this.#host.name));
  }

  putBack(instance: InstanceUuid): Promise<void> {
    return this.#local('putBack', instance, () => this.#host.files.putBack(instance));
  }

  dropKept(instance: InstanceUuid): Promise<void> {
    return this.#local('dropKept', instance, () => this.#host.files.dropKept(instance));
  }

  growDisk(instance: InstanceUuid, name: string, gib: number, signal: AbortSignal): Promise<void> {
    return this.#child('growDisk', instance, signal, {
      finish: () => this.#host.files.grow(instance, name, gib),
    });
  }

  /**
   * Asks another host whether it waits for the files of a move, and whether it sees the same storage. Throws `OPERATION_FAILED` when it
   * cannot be reached, `OPERATION_INVALID` when it waits for none.
   */
  askForFiles(host: string, migration: string, instance: InstanceUuid): Promise<{ readonly shared: boolean }> {
    return this.#local('askForFiles', instance, () => {
      const other = this.#receiver(host, migration, instance);
      return { shared: other.files === this.#host.files };
    });
  }

  /** Sends a kept file to another host. It is there as a whole or, when the way breaks, as a half that the next time goes on from. */
  sendFile(host: string, migration: string, instance: InstanceUuid, name: string, signal: AbortSignal): Promise<void> {
    return this.#child('sendFile', instance, signal, {
      begin: () => this.#receiver(host, migration, instance).files.receiveFile(instance, name, this.#host.files, false),
      finish: () => this.#receiver(host, migration, instance).files.receiveFile(instance, name, this.#host.files, true),
    });
  }

  /** The host that files go to; throws when it cannot be reached, or does not wait for them. */
  #receiver(host: string, migration: string, instance: InstanceUuid): SimulatedHost {
    const { neighbours } = this.#host;
    const other = neighbours?.find(host) ?? null;
    const reached = other !== null && neighbours?.connected(this.#host, other) === true;
    const answer = reached ? other.answerToFiles(migration, instance) : 'silent';
    if (other === null || answer === 'silent')
      throw new CallError('OPERATION_FAILED', `the peer service at '${host}' does not answer`);
    if (answer === 'refused')
      throw new CallError('OPERATION_INVALID', `host ${host} waits for no files of instance ${instance}`);
    return other;
  }

  /** Moves the instance's directory out of the way, before its removal. */
  doomDirectory(instance: InstanceUuid): Promise<void> {
    return this.#local('doomDirectory', instance, () => this.#host.files.doom(instance));
  }

  removeDirectory(instance: InstanceUuid): Promise<void> {
    return this.#local('removeDirectory', instance, () => this.#host.files.removeDoomed(instance));
  }

  plugTap(instance: InstanceUuid, tap: string): Promise<void> {
    return this.#local('plugTap', instance, () => this.#host.taps.plug(tap, instance));
  }

  unplugTap(instance: InstanceUuid, tap: string): Promise<void> {
    return this.#local('unplugTap', instance, () => this.#host.taps.unplug(tap));
  }

  #quick<R>(name: string, instance: InstanceUuid | null, finish: () => R): Promise<R> {
    return this.#call(name, instance, { body: () => ({ finish }) });
  }

  #atOnce(name: string, instance: InstanceUuid, begin: () => void): Promise<void> {
    return this.#call(name, instance, { body: () => ({ begin, finish: () => {} }) });
  }

  #locked(
    name: string,
    instance: InstanceUuid,
    body: (domain: Domain) => Body<void>,
    lock: 'wait' | 'preempt' = 'wait',
  ): Promise<void> {
    return this.#call(name, instance, { lock, body: () => body(this.#host.existing(instance)) });
  }

  #local<R>(name: string, instance: InstanceUuid | null, finish: () => R): Promise<R> {
    return this.#call(name, instance, { local: true, body: () => ({ finish }) });
  }

  #child(name: string, instance: InstanceUuid, signal: AbortSignal, body: Body<void>): Promise<void> {
    return this.#call(name, instance, { local: true, child: true, body: () => body }, signal);
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
        if (this.#inFlight.delete(flight)) this.#whenAwake(answer);
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
