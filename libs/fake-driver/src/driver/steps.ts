/** The steps that plans are made of: each one call on the host, and the small plans that methods share. */
import type { DomainDefinition } from '../world/definition.ts';
import type { Effect, Step } from './effect.ts';
import { isOwnTemporary, isTemporary, temporaryName } from './names.ts';
import { isCopied, isOf, type Seen } from './seen.ts';

export class Steps {
  readonly effect: Effect;

  constructor(effect: Effect) {
    this.effect = effect;
  }

  /** Waits for the job of whoever works on the domain; a lock that is not free after 30 s is asked for again. */
  barrier(): Step {
    return this.#step('barrier', (instance) => this.#connection.domains.setMetadata(instance), { patient: true });
  }

  define(definition: DomainDefinition): Step {
    return this.#step('define', () => this.#connection.domains.define(definition));
  }

  undefine(): Step {
    return this.#step('undefine', (instance) => this.#connection.domains.undefine(instance));
  }

  create(): Step {
    return this.#step('create', (instance) => this.#connection.domains.create(instance));
  }

  destroy(): Step {
    return this.#step('destroy', (instance) => this.#connection.domains.destroy(instance));
  }

  shutdown(): Step {
    return this.#step('shutdown', (instance) => this.#connection.domains.shutdown(instance));
  }

  suspend(): Step {
    return this.#step('suspend', (instance) => this.#connection.domains.suspend(instance));
  }

  resume(): Step {
    return this.#step('resume', (instance) => this.#connection.domains.resume(instance));
  }

  wakeup(): Step {
    return this.#step('wakeup', (instance) => this.#connection.domains.wakeup(instance));
  }

  managedSave(): Step {
    return this.#step('managedSave', (instance) => this.#connection.domains.managedSave(instance));
  }

  managedSaveDefine(definition: DomainDefinition): Step {
    return this.#step('managedSaveDefine', () => this.#connection.domains.managedSaveDefine(definition));
  }

  managedSaveRemove(): Step {
    return this.#step('managedSaveRemove', (instance) => this.#connection.domains.managedSaveRemove(instance));
  }

  /** Notes this operation in the running guest as the one that moves it away. */
  noteMove(): Step {
    return this.#step('noteMove', (instance) => this.#connection.moves.noteMove(instance, this.effect.context.mark));
  }

  /** Puts this operation's mark on the running guest and on its stored definition. */
  setMark(): Step {
    return this.#step('setMark', (instance) => this.#connection.domains.setMark(instance, this.effect.context.mark));
  }

  makeDirectory(): Step {
    return this.#step('makeDirectory', (instance) =>
      this.#connection.own.makeDirectory(instance, this.effect.context.mark),
    );
  }

  doomDirectory(): Step {
    return this.#step('doomDirectory', (instance) => this.#connection.own.doomDirectory(instance));
  }

  removeDirectory(): Step {
    return this.#step('removeDirectory', (instance) => this.#connection.own.removeDirectory(instance));
  }

  removeFile(name: string): Step {
    return this.#step(`removeFile ${name}`, (instance) => this.#connection.own.removeFile(instance, name));
  }

  beginMirror(name: string): Step {
    const file = { name, madeBy: this.effect.context.mark };
    return this.#step('beginMirror', (instance) => this.#connection.domains.beginMirror(instance, file));
  }

  endMirror(how = { frozen: false }): Step {
    return this.#step('endMirror', (instance) => this.#connection.domains.endMirror(instance, how));
  }

  convertDisk(name: string): Step {
    const file = { name, madeBy: this.effect.context.mark };
    return this.#step('convertDisk', (instance) =>
      this.#connection.own.convertDisk(instance, file, this.effect.signal),
    );
  }

  keepImage(copy: string, sha256: string, isPersons: boolean): Step {
    return this.#step('keepImage', (instance) => this.#connection.own.keepImage(instance, copy, sha256, isPersons));
  }

  plugTap(tap: string): Step {
    return this.#step(`plugTap ${tap}`, (instance) => this.#connection.own.plugTap(instance, tap));
  }

  unplugTap(tap: string): Step {
    return this.#step(`unplugTap ${tap}`, (instance) => this.#connection.own.unplugTap(instance, tap));
  }

  /** The next step to a whole file: written by a child under a temporary name, then renamed. Null when it is there. */
  file(seen: Seen, call: string, name: string, content: string, gib?: number): Step | null {
    const files = seen.directory?.files ?? [];
    if (files.some((file) => file.name === name)) return null;
    const { context, signal } = this.effect;
    const temporary = temporaryName(name, context);
    if (files.some((file) => file.name === temporary && file.whole))
      return this.#step(`rename ${name}`, (instance) => this.#connection.own.renameFile(instance, temporary, name));
    const file = { name: temporary, madeBy: context.mark, content, ...(gib !== undefined && { gib }) };
    return this.#step(`${call} ${name}`, (instance) => this.#connection.own.writeFile(call, instance, file, signal));
  }

  /** Sets the directory aside as a whole. */
  setAside(): Step {
    return this.#step('setAside', (instance) => this.#connection.own.setAside(instance, this.effect.context.mark));
  }

  putBack(): Step {
    return this.#step('putBack', (instance) => this.#connection.own.putBack(instance));
  }

  dropKept(): Step {
    return this.#step('dropKept', (instance) => this.#connection.own.dropKept(instance));
  }

  growDisk(name: string, gib: number): Step {
    return this.#step(`growDisk ${name}`, (instance) =>
      this.#connection.own.growDisk(instance, name, gib, this.effect.signal),
    );
  }

  /** When a copy was interrupted, the instance's files are still set aside, and what is in their place is not whole: they go back. */
  keptBack(seen: Seen): Step | null {
    return seen.live === null && seen.kept !== null && !isCopied(seen) ? this.putBack() : null;
  }

  /** The next step to a base image in the cache, in the same manner. */
  baseImage(seen: Seen, sha256: string): Step | null {
    if (seen.base.some((file) => file.name === sha256)) return null;
    const temporary = temporaryName(sha256, this.effect.context);
    if (seen.base.some((file) => file.name === temporary && file.whole))
      return this.#step('rename base image', (instance) =>
        this.#connection.own.renameBase(instance, temporary, sha256),
      );
    return this.#step('fetchImage', (instance) =>
      this.#connection.own.fetchImage(instance, sha256, temporary, this.effect.signal),
    );
  }

  /** Removes what dead writers left, of this instance's files or of base images, if anything. */
  staleFile(seen: Seen): Step | null {
    const { context } = this.effect;
    const stale = seen.directory?.files.find((file) => isTemporary(file.name) && !isOwnTemporary(file.name, context));
    if (stale !== undefined) return this.removeFile(stale.name);
    const half = seen.base.find((file) => isTemporary(file.name) && !file.name.endsWith(context.incarnation));
    if (half === undefined) return null;
    return this.#step('removeBase', (instance) => this.#connection.own.removeBase(instance, half.name));
  }

  /** Wires the first tap that is not wired yet; null when all are. */
  missingTap(seen: Seen, taps: readonly string[]): Step | null {
    const missing = taps.find((tap) => !seen.taps.includes(tap));
    return missing === undefined ? null : this.plugTap(missing);
  }

  /** A running guest without a stored definition would be gone with its run: stores the one that it runs with. */
  keepDefinition(seen: Seen): Step | null {
    return seen.live !== null && seen.stored === null ? this.define(seen.live) : null;
  }

  /**
   * From a domain that is off to one that starts under this effect's mark: wire, define with the mark, start. A saved memory is
   * continued, its mark changed inside the image, or thrown away.
   */
  start(seen: Seen, definition: DomainDefinition, memory: 'continue' | 'discard'): Step {
    const { mark } = this.effect.context;
    const { stored, saved } = seen;
    const taps = definition.interfaces.map(({ tap }) => tap);
    const unwired = seen.taps.find((tap) => !taps.includes(tap));
    if (unwired !== undefined) return this.unplugTap(unwired);
    const wire = this.missingTap(seen, taps);
    if (wire !== null) return wire;
    if (saved !== null && memory === 'discard') return this.managedSaveRemove();
    if (saved !== null && !isOf(mark, saved)) return this.managedSaveDefine({ ...saved, mark });
    if (saved === null && !isOf(mark, stored)) return this.define(definition);
    return this.create();
  }

  /** From a guest that is there but not running to one that runs; null when it does. */
  wakeUp(seen: Seen): Step | null {
    switch (seen.domain?.state) {
      case 'paused':
        return this.resume();
      case 'asleep':
        return this.wakeup();
      case 'crashed':
        return this.destroy();
      default:
        return null;
    }
  }

  get #connection(): Effect['connection'] {
    return this.effect.connection;
  }

  #step(what: string, act: (instance: Effect['instance']) => Promise<unknown>, traits: { patient?: true } = {}): Step {
    return { what, take: () => act(this.effect.instance), ...traits };
  }
}
