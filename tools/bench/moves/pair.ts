/** The whole system on two real hosts, and one guest of it that is ordered about over the API. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, until } from '@chronovirt/testing/lab';
import { LabSystem } from '../../lab/lab-system.ts';
import type { LabHost } from '../../lab/lab-host.ts';
import { rests, type View } from '../../matrix/guest.ts';
import { HttpCaller } from '../stack/http.ts';
import { Turns } from '../stack/turns.ts';

/** What lies on the disk of a guest and has to be copied where the disk goes along. */
export const DISK_MIB = 64;

export class Pair {
  readonly system: LabSystem;
  readonly turns: Turns;
  readonly #http: HttpCaller;
  readonly #image: string;

  private constructor(system: LabSystem, http: HttpCaller, turns: Turns, image: string) {
    this.system = system;
    this.#http = http;
    this.turns = turns;
    this.#image = image;
  }

  /** Its image holds nothing: a guest finds nothing to boot, and stands with 128 MiB that it has hardly written to. */
  static async start(): Promise<Pair> {
    const system = await LabSystem.start({ storage: 'own', apiPort: await freePort(), watchdog: false }, () => {});
    try {
      const http = new HttpCaller(system.address, readFileSync(system.tokenFile, 'utf8').trim());
      const turns = new Turns();
      await turns.start(http);
      const nothing = new Uint8Array(DISK_MIB * 2 ** 20);
      const { text } = await http.call('POST', '/v1/images?name=empty&format=raw', nothing);
      return new Pair(system, http, turns, (JSON.parse(text) as { sha256: string }).sha256);
    } catch (error) {
      await system.stop(() => {});
      throw error;
    }
  }

  /** A guest that runs on host a. */
  async create(name: string): Promise<string> {
    const body = { name, image: this.#image, flavor: 'nano', host: this.system.a.name };
    const { instance } = await this.#http.json<{ instance: string }>('POST', '/v1/instances', body);
    await this.turns.reached(instance, 'running');
    return instance;
  }

  /** Orders something and waits until a host tells of that state; how long that took from the order on, in milliseconds. */
  async order(uuid: string, name: string, args: object, host: LabHost, state: string): Promise<number> {
    const there = this.turns.next(uuid, (turn) => turn.host === host.name && turn.message.state.value === state);
    const began = performance.now();
    await this.#http.json('POST', `/v1/instances/${uuid}/commands`, { name, args });
    return (await there).heard - began;
  }

  /** Nothing is under way any more, on either host. */
  async rests(uuid: string): Promise<void> {
    await until(async () => rests(await this.#http.json<View>('GET', `/v1/instances/${uuid}`)), {
      what: `instance ${uuid} rests`,
      timeoutMs: 30_000,
      everyMs: 20,
    });
  }

  async delete(uuid: string): Promise<void> {
    await this.#http.call('DELETE', `/v1/instances/${uuid}`);
    await until(async () => (await this.#http.json<View>('GET', `/v1/instances/${uuid}`)).state === 'deleted', {
      what: `instance ${uuid} is deleted`,
      timeoutMs: 30_000,
    });
  }

  /** Pulls its plug: what has not booted does not shut down by itself. */
  async end(uuid: string, host: LabHost): Promise<void> {
    await this.order(uuid, 'stop', { timeoutSeconds: 0 }, host, 'stopped');
  }

  async start(uuid: string, host: LabHost): Promise<void> {
    await this.order(uuid, 'start', {}, host, 'running');
  }

  /** Where a guest's files lie, as its host sees them. */
  directory(uuid: string, { host }: LabHost): string {
    return join(this.system.storage === 'shared' ? host.sharedDir : host.instancesDir, uuid);
  }

  other(host: LabHost): LabHost {
    const { a, b } = this.system;
    return host === a ? b : a;
  }

  async stop(): Promise<void> {
    this.turns.stop();
    this.#http.close();
    await this.system.stop(() => {});
  }
}
