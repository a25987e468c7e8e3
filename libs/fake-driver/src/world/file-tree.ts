/** Files and directories of instances, and the cache of base images. A file is whole, or what a dead writer left of it. */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';

/** `madeBy`: the operation that made it, recorded beside it, so that a clean-up knows its own work. */
export interface SimulatedFile {
  readonly name: string;
  readonly whole: boolean;
  readonly madeBy: Mark | null;
  readonly content: string;
}

/** Content of a disk while it comes from another host. */
export const RECEIVING = 'partly received';

interface Directory {
  readonly madeBy: Mark | null;
  readonly files: Map<string, SimulatedFile>;
  boots: number;
}

/** What one look at an instance's directory shows; null where there is none. */
export interface DirectoryView {
  readonly madeBy: Mark | null;
  readonly files: readonly SimulatedFile[];
}

export class FileTree {
  readonly #directories = new Map<string, Directory>();
  /** Directories whose removal has begun: renamed first, so that half of one is never taken for an instance's. */
  readonly #doomed = new Set<string>();
  readonly #base = new Map<string, SimulatedFile>();
  /** Files by which two hosts find out whether they see the same storage. */
  readonly #probes = new Set<string>();
  #probesMade = 0;

  view(instance: InstanceUuid): DirectoryView | null {
    const directory = this.#directories.get(instance);
    return directory === undefined ? null : { madeBy: directory.madeBy, files: [...directory.files.values()] };
  }

  isDoomed(instance: InstanceUuid): boolean {
    return this.#doomed.has(instance);
  }

  /** Nothing when it is there already: who made it first stays its maker. */
  makeDirectory(instance: InstanceUuid, madeBy: Mark | null): void {
    if (!this.#directories.has(instance)) this.#directories.set(instance, { madeBy, files: new Map(), boots: 0 });
  }

  write(instance: InstanceUuid, file: SimulatedFile): void {
    this.#of(instance).files.set(file.name, file);
  }

  rename(instance: InstanceUuid, from: string, to: string): void {
    const { files } = this.#of(instance);
    const file = files.get(from);
    if (file === undefined) throw new CallError('NO_SUCH_FILE', `${from}: no such file`);
    files.delete(from);
    files.set(to, { ...file, name: to });
  }

  remove(instance: InstanceUuid, name: string): void {
    this.#directories.get(instance)?.files.delete(name);
  }

  /** A guest counts its boots on its disk: which one this is; always the first where there is no disk. */
  countBoot(instance: InstanceUuid): number {
    const directory = this.#directories.get(instance);
    if (directory === undefined) return 1;
    return ++directory.boots;
  }

  /** Moves the directory out of the way as a whole. */
  doom(instance: InstanceUuid): void {
    if (this.#directories.delete(instance)) this.#doomed.add(instance);
  }

  removeDoomed(instance: InstanceUuid): void {
    this.#doomed.delete(instance);
  }

  /** A disk of a guest that comes over: what lies here is neither blank nor the guest's until all has come. */
  receive(instance: InstanceUuid, name: string): void {
    const { files } = this.#of(instance);
    const file = files.get(name);
    if (file !== undefined) files.set(name, { ...file, content: RECEIVING });
  }

  /** The whole content of a disk, as it is on another host's storage. */
  take(instance: InstanceUuid, name: string, from: FileTree): void {
    const here = this.#of(instance);
    const source = from.#of(instance);
    const [mine, theirs] = [here.files.get(name), source.files.get(name)];
    if (mine === undefined || theirs === undefined) throw new CallError('NO_SUCH_FILE', `${name}: no such file`);
    here.files.set(name, { ...mine, content: theirs.content });
    here.boots = source.boots;
  }

  writeProbe(by: string): string {
    const name = `probe-${by}-${++this.#probesMade}`;
    this.#probes.add(name);
    return name;
  }

  removeProbe(name: string): void {
    this.#probes.delete(name);
  }

  probes(): string[] {
    return [...this.#probes];
  }

  baseFiles(): readonly SimulatedFile[] {
    return [...this.#base.values()];
  }

  writeBase(file: SimulatedFile): void {
    this.#base.set(file.name, file);
  }

  renameBase(from: string, to: string): void {
    const file = this.#base.get(from);
    if (file === undefined) throw new CallError('NO_SUCH_FILE', `${from}: no such file`);
    this.#base.delete(from);
    this.#base.set(to, { ...file, name: to });
  }

  removeBase(name: string): void {
    this.#base.delete(name);
  }

  #of(instance: InstanceUuid): Directory {
    const directory = this.#directories.get(instance);
    if (directory === undefined) throw new CallError('NO_SUCH_FILE', `no directory of instance ${instance}`);
    return directory;
  }
}
