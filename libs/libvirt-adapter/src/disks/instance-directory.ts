/**
 * Where an instance's files lie: `<instances>/<uuid>/`, with Nova's names.
 *
 * ```text
 * _base/<sha256>.<format>   images, each once: copies, which may go when nobody uses them
 * _images/<sha256>          images that were made here, and may be nowhere else
 * <uuid>/disk               root        <uuid>/disk.eph0 …  <uuid>/disk.swap   further disks
 * <uuid>/disk.config        config drive, readable by its owner alone
 * <uuid>/disk.info          what each file is; formats are never guessed
 * <uuid>/snapshot.json      which image the last snapshot made
 * <uuid>/console.log        what the guest wrote to its serial console
 * <uuid>_resize             the whole directory as it was before a resize or cold move; shows as disk `kept`
 * <uuid>_del                a directory on its way out
 * ```
 */
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { InstanceUuid } from '@chronovirt/contract';
import { isOwn, readKeptNote } from './kept-note.ts';
import { isTemporary } from './temporary-name.ts';
import { nothingThere } from './whole-file.ts';

/** Files that go with an instance and are no disks. */
const companions = /^(disk\.info|console\.log(\.\d+)?|unrescue\.xml|resize\.info|snapshot\.json)$/;

/** Disk files by name, and the role that each plays; ephemeral and swap disks may belong to a rescue too. */
function roleOf(name: string): string | null {
  const rescue = name.endsWith('.rescue');
  const plain = rescue ? name.slice(0, -'.rescue'.length) : name;
  if (plain === 'disk') return rescue ? 'rescue' : 'root';
  const ephemeral = /^disk\.eph(\d+)$/.exec(plain);
  const role =
    plain === 'disk.config' ? 'config' : plain === 'disk.swap' ? 'swap' : ephemeral ? `ephemeral${ephemeral[1]}` : null;
  return role !== null && rescue ? `${role}.rescue` : role;
}

/** What of an instance lies on this host: disks by role, and what should not be there. */
export interface DirectoryContent {
  readonly exists: boolean;
  readonly disks: string[];
  readonly leftovers: string[];
}

export class InstanceDirectory {
  readonly path: string;
  /** Identity of this host; null = not known yet. */
  readonly keeper: string | null;
  readonly base: string;
  readonly #uuid: InstanceUuid;

  constructor(instances: string, uuid: InstanceUuid, keeper: string | null = null) {
    this.#uuid = uuid;
    this.keeper = keeper;
    this.path = join(instances, uuid);
    this.base = join(instances, '_base');
  }

  file(name: string): string {
    return join(this.path, name);
  }

  get consoleLog(): string {
    return this.file('console.log');
  }

  get info(): string {
    return this.file('disk.info');
  }

  /** Where a resize or cold move sets the directory aside. */
  get kept(): string {
    return `${this.path}_resize`;
  }

  /** What a resize keeps, as a directory of its own. */
  get aside(): InstanceDirectory {
    return new InstanceDirectory(dirname(this.path), basename(this.kept) as InstanceUuid, this.keeper);
  }

  /** Whether a resize on this host keeps something. What another host keeps on storage that both see is none of its business. */
  async keeps(): Promise<boolean> {
    if ((await readdir(this.kept).catch(nothingThere)) === null) return false;
    return isOwn(await readKeptNote(this.kept), this.keeper);
  }

  /** Where the directory goes when it is to be removed. */
  get doomed(): string {
    return `${this.path}_del`;
  }

  /** The directory itself, what an interrupted removal leaves beside it, and what a resize here keeps. */
  async all(): Promise<string[]> {
    return [this.path, this.doomed, ...((await this.keeps()) ? [this.kept] : [])];
  }

  async look(): Promise<DirectoryContent> {
    const [names, doomed, keeps] = await Promise.all([
      readdir(this.path).catch(nothingThere),
      readdir(this.doomed).catch(nothingThere),
      this.keeps(),
    ]);
    const disks = (names ?? []).flatMap((name) => roleOf(name) ?? []).toSorted();
    const strange = (names ?? []).filter((name) => roleOf(name) === null && !companions.test(name));
    const directory = names !== null && disks.length === 0 ? ['directory'] : [];
    const leftovers = [
      ...directory,
      ...strange.map((name) => (isTemporary(name) ? `temporary file ${name}` : `file ${name}`)),
      ...(doomed === null ? [] : [`directory ${this.#uuid}_del`]),
    ];
    return {
      exists: names !== null,
      disks: [...disks, ...(keeps ? ['kept'] : [])].toSorted().slice(0, 64),
      leftovers: leftovers.slice(0, 64).map((one) => one.slice(0, 200)),
    };
  }

  /** Temporary files of runs other than this incarnation's: nobody writes them any more. */
  async staleTemporaries(incarnation: string): Promise<string[]> {
    const names = (await readdir(this.path).catch(nothingThere)) ?? [];
    return names
      .filter((name) => isTemporary(name) && !name.endsWith(`-${incarnation}.tmp`))
      .map((name) => this.file(name));
  }

  /** UUIDs of all directories under the instances directory. */
  static async list(instances: string): Promise<string[]> {
    const names = (await readdir(instances).catch(nothingThere)) ?? [];
    return names.filter((name) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(name));
  }
}
