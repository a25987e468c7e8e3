/** Files and directories of instances, and the cache of base images. A file is whole, or what a dead writer left of it. */
import type { InstanceUuid, MadeImage, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';

/** `madeBy`: the operation that made it, recorded beside it, so that a clean-up knows its own work. */
export interface SimulatedFile {
  readonly name: string;
  readonly whole: boolean;
  readonly madeBy: Mark | null;
  readonly content: string;
  /** Size that a guest sees, in GiB; of disks alone. */
  readonly gib?: number;
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

/** What a resize has set aside of an instance, and which operation did. */
export interface KeptView {
  readonly by: Mark;
  readonly files: readonly SimulatedFile[];
}

/** `madeFor`: the instances that the system made it for; null = it is a person's. */
interface KeptImage {
  readonly boots: number;
  readonly madeFor: readonly InstanceUuid[] | null;
  readonly revision: string;
}

export class FileTree {
  readonly #directories = new Map<string, Directory>();
  /** Directories that a resize has set aside as a whole. */
  readonly #kept = new Map<string, { readonly by: Mark; readonly keeper: string; readonly directory: Directory }>();
  /** Directories whose removal has begun: renamed first, so that half of one is never taken for an instance's. */
  readonly #doomed = new Set<string>();
  readonly #base = new Map<string, SimulatedFile>();
  /** Hours since a cached image was wanted; one that is not in here was wanted just now. */
  readonly baseAge = new Map<string, number>();
  /** Images that were made here, by hash: how often a guest has booted from each. */
  readonly #images = new Map<string, KeptImage>();
  #imagesMade = 0;
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

  /** Nothing when it is there already: who made it first stays its maker. What is made beside kept files is a copy of them, boots and all. */
  makeDirectory(instance: InstanceUuid, madeBy: Mark | null): void {
    const boots = this.#kept.get(instance)?.directory.boots ?? 0;
    if (!this.#directories.has(instance)) this.#directories.set(instance, { madeBy, files: new Map(), boots });
  }

  /** What a host has set aside (null: any host); what another one has, on storage that both see, is none of its business. */
  kept(instance: InstanceUuid, keeper: string | null): KeptView | null {
    const kept = this.#kept.get(instance);
    return kept === undefined || (keeper !== null && kept.keeper !== keeper)
      ? null
      : { by: kept.by, files: [...kept.directory.files.values()] };
  }

  /** Sets the directory aside as a whole. */
  setAside(instance: InstanceUuid, by: Mark, keeper: string): void {
    const directory = this.#of(instance);
    this.#directories.delete(instance);
    this.#kept.set(instance, { by, keeper, directory });
  }

  /** What was set aside takes its old place, whatever is there. */
  putBack(instance: InstanceUuid): void {
    const kept = this.#kept.get(instance);
    if (kept === undefined) return;
    this.#kept.delete(instance);
    this.#directories.set(instance, kept.directory);
  }

  dropKept(instance: InstanceUuid): void {
    this.#kept.delete(instance);
  }

  /** A disk gets larger. */
  grow(instance: InstanceUuid, name: string, gib: number): void {
    const { files } = this.#of(instance);
    const file = files.get(name);
    if (file === undefined) throw new CallError('NO_SUCH_FILE', `${name}: no such file`);
    files.set(name, { ...file, gib });
  }

  /** A file of what is kept on another host's storage begins to come, or has come as a whole. The boots are counted on the disk. */
  receiveFile(instance: InstanceUuid, name: string, from: FileTree, whole: boolean): void {
    const kept = from.#kept.get(instance);
    const file = kept?.directory.files.get(name);
    if (kept === undefined || file === undefined) throw new CallError('NO_SUCH_FILE', `${name}: no such file`);
    this.makeDirectory(instance, kept.by);
    const directory = this.#of(instance);
    const half = `.${name}.part`;
    if (whole) directory.files.delete(half);
    directory.files.set(whole ? name : half, { ...file, name: whole ? name : half, whole });
    if (whole) directory.boots = kept.directory.boots;
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
    const image = to === 'root' ? this.#images.get(file.content.replace(/^overlay of /, '')) : undefined;
    if (image !== undefined) this.#of(instance).boots = image.boots;
  }

  /** A whole copy of the root disk becomes an image: the instance's own, or a person's, whose it then stays. */
  keepImage(instance: InstanceUuid, copy: string, sha256: string, isPersons: boolean): void {
    const { files } = this.#of(instance);
    const file = files.get(copy);
    if (file === undefined) throw new CallError('NO_SUCH_FILE', `${copy}: no such file`);
    files.delete(copy);
    const known = this.#images.get(sha256);
    const madeFor = isPersons || known?.madeFor === null ? null : [...new Set([...(known?.madeFor ?? []), instance])];
    this.#images.set(sha256, { boots: Number(file.content), madeFor, revision: `${++this.#imagesMade}` });
  }

  madeImages(): MadeImage[] {
    return [...this.#images].flatMap(([sha256, { madeFor, revision }]) =>
      madeFor === null ? [] : [{ sha256, madeFor: [...madeFor], revision }],
    );
  }

  removeMade({ sha256, revision }: MadeImage): boolean {
    const known = this.#images.get(sha256);
    if (known === undefined || known.madeFor === null || known.revision !== revision) return false;
    return this.#images.delete(sha256);
  }

  images(): string[] {
    return [...this.#images.keys()];
  }

  /** How often the guest has booted from its disk. */
  boots(instance: InstanceUuid): number {
    return this.#directories.get(instance)?.boots ?? 0;
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

  /** Hashes of the images that any disk rests on. */
  imagesInUse(): string[] {
    const kept = [...this.#kept.values()].map(({ directory }) => directory);
    const files = [...this.#directories.values(), ...kept].flatMap((directory) => [...directory.files.values()]);
    return files.flatMap(({ content }) => /^overlay of (.+)$/.exec(content)?.[1] ?? []);
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
    this.baseAge.delete(name);
  }

  #of(instance: InstanceUuid): Directory {
    const directory = this.#directories.get(instance);
    if (directory === undefined) throw new CallError('NO_SUCH_FILE', `no directory of instance ${instance}`);
    return directory;
  }
}
