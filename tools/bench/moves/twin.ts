/** A guest like the system's, defined by hand, of which no agent knows: it is moved with virsh alone. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDir } from '../../setup/places.mjs';
import type { LabHost } from '../../lab/lab-host.ts';
import { timed } from '../measure/samples.ts';
import type { Pair } from './pair.ts';

export class Twin {
  readonly uuid = randomUUID();
  readonly #pair: Pair;
  #at: LabHost;

  private constructor(pair: Pair, at: LabHost) {
    this.#pair = pair;
    this.#at = at;
  }

  /** Copies a guest that is off or does not write; the twin runs where that guest is. */
  static async of(uuid: string, pair: Pair, at: LabHost): Promise<Twin> {
    const twin = new Twin(pair, at);
    const { host } = at;
    const directory = pair.directory(twin.uuid, at);
    await host.exec(['cp', '-r', '--sparse=always', pair.directory(uuid, at), directory]);
    const xml = (await host.virsh('dumpxml', '--inactive', uuid))
      .replaceAll(uuid, twin.uuid)
      .replace(/<name>.*?<\/name>/, `<name>twin-${twin.uuid.slice(0, 8)}</name>`)
      .replace(/<metadata>.*?<\/metadata>/s, '')
      .replace(/<target dev='tap[^']*'\/>/, '')
      .replace(/<mac address='[^']*'/, "<mac address='52:54:00:97:00:01'");
    const file = join(stateDir(), 'twin.xml');
    writeFileSync(file, xml);
    await host.virsh('define', file);
    await host.virsh('start', twin.uuid);
    return twin;
  }

  get at(): LabHost {
    return this.#at;
  }

  /** To the other host; milliseconds of virsh. `copiesDisk`: into a file that lies there already. */
  async move(copiesDisk: boolean): Promise<number> {
    const from = this.#at;
    const to = this.#pair.other(from);
    if (copiesDisk) await this.#prepare(from, to);
    const { address } = to.host;
    const how = ['--live', '--p2p', '--persistent', '--undefinesource'];
    if (copiesDisk) how.push('--copy-storage-inc');
    const where = [`qemu+tcp://${address}/system`, '--migrateuri', `tcp://${address}`];
    const took = await timed(() => from.host.virsh('migrate', ...how, this.uuid, ...where));
    this.#at = to;
    return took;
  }

  async remove(): Promise<void> {
    const { host } = this.#at;
    await host.virsh('destroy', this.uuid);
    await host.virsh('undefine', this.uuid);
    for (const each of this.#pair.system.hosts)
      await each.host.exec(['rm', '-rf', this.#pair.directory(this.uuid, each)]);
  }

  /** What virsh expects there: the config drive, a console log and an overlay without content. */
  async #prepare(from: LabHost, to: LabHost): Promise<void> {
    const directory = this.#pair.directory(this.uuid, to);
    const disk = join(directory, 'disk');
    const info = await from.host.exec([
      'qemu-img',
      'info',
      '-U',
      '--output=json',
      join(this.#pair.directory(this.uuid, from), 'disk'),
    ]);
    const about = JSON.parse(info) as Record<string, string>;
    const base = ['-b', about['backing-filename'] ?? '', '-F', about['backing-filename-format'] ?? 'raw'];
    await to.host.exec(['rm', '-rf', directory]);
    await to.host.exec(['mkdir', directory]);
    await to.host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', ...base, disk]);
    const drive = join(from.host.instancesOutside, this.uuid, 'disk.config');
    await to.host.exec(['cp', drive, directory]);
  }
}
