/**
 * Where an instance's files lie: `<instances>/<uuid>/`, with Nova's names.
 *
 * ```text
 * _base/<sha256>.<format>   images, each once
 * <uuid>/disk               root        <uuid>/disk.eph0 …  <uuid>/disk.swap   further disks
 * <uuid>/disk.config        config drive, readable by its owner alone
 * <uuid>/disk.info          what each file is; formats are never guessed
 * <uuid>/console.log        what the guest wrote to its serial console
 * <uuid>_del                a directory on its way out
 * ```
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstanceUuid } from '@chronovirt/contract';
import { isTemporary } from './temporary-name.ts';
import { nothingThere } from './whole-file.ts';

/** Files that go with an instance and are no disks. */
const companions = /^(disk\.info|console\.log(\.\d+)?|unrescue\.xml)$/;

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
  readonly base: string;
  readonly #uuid: InstanceUuid;

  constructor(instances: string, uuid: InstanceUuid) {
    this.#uuid = uuid;
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

  /** The directory itself and what an interrupted removal or resize leaves beside it. */
  get all(): string[] {
    return ['', '_del', '_resize'].map((suffix) => `${this.path}${suffix}`);
  }

  async look(): Promise<DirectoryContent> {
    const [names, beside] = await Promise.all([readdir(this.path).catch(nothingThere), this.#beside()]);
    const disks = (names ?? []).flatMap((name) => roleOf(name) ?? []).toSorted();
    const strange = (names ?? []).filter((name) => roleOf(name) === null && !companions.test(name));
    const directory = names !== null && disks.length === 0 ? ['directory'] : [];
    const leftovers = [
      ...directory,
      ...strange.map((name) => (isTemporary(name) ? `temporary file ${name}` : `file ${name}`)),
      ...beside,
    ];
    return {
      exists: names !== null,
      disks: disks.slice(0, 64),
      leftovers: leftovers.slice(0, 64).map((one) => one.slice(0, 200)),
    };
  }

  async #beside(): Promise<string[]> {
    const found = await Promise.all(
      this.all
        .slice(1)
        .map(async (path) =>
          (await readdir(path).catch(nothingThere)) === null
            ? null
            : `directory ${this.#uuid}${path.slice(this.path.length)}`,
        ),
    );
    return found.filter((one) => one !== null);
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
