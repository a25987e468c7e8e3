/** A guest of the matrix: made, ordered about over the API while parts of the system are down, looked at, deleted. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { guestReady } from '@chronovirt/testing/lab';
import { guestImage } from '../guest-image/build.mjs';
import { ApiError, type InstanceView, type Turn } from '../start/api.ts';
import type { LabHost } from '../lab/lab-host.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import { Refused, settles, type Scene } from './operation.ts';
import { errorsOf } from './story-table.ts';

/** The answer of the API may be lost with what dies: then the same order is sent again. */
const ANSWER_MS = 10_000;

/** What the API shows of an instance, as far as a cell needs it. */
export interface View extends InstanceView {
  readonly effect: object | null;
  readonly imageWork: string | null;
  readonly halted: object | null;
  readonly migration?: { readonly value: string };
}

/** What the API shows of a copy, and of a host, as far as a cell needs it. */
interface Copy {
  readonly phase: string;
  readonly bytesPerSecond: number;
}
export interface KnownHost {
  readonly record: { readonly parts: { readonly maintenance: { readonly value: string } } } | null;
}

export class Guest implements Scene {
  readonly system: LabSystem;
  readonly uuid: string;
  readonly source: LabHost;
  /** Orders that were taken. */
  taken = 0;
  /** Where the acceptance of what was begun last is stored. */
  #begun = '';
  /** On the clock of `performance`: when waiting ends. */
  #deadline = performance.now() + 240_000;

  private constructor(system: LabSystem, uuid: string, source: LabHost) {
    this.system = system;
    this.uuid = uuid;
    this.source = source;
  }

  /** Builds it on the source; resolves when it runs, or has booted. `properties`: of its image. */
  static async create(
    system: LabSystem,
    source: LabHost,
    name: string,
    hasToBoot: boolean,
    properties: Record<string, string> = {},
  ): Promise<Guest> {
    const { disk } = await guestImage();
    const image = await system.api.upload(disk, 'matrix-guest', properties);
    const body = { name, image: image.sha256, flavor: 'nano', host: source.name };
    const { instance } = await system.api.post<{ instance: string }>('/v1/instances', body);
    const guest = new Guest(system, instance, source);
    const { state, failure } = await settles(`${name} runs`, 120_000, async () => {
      const view = await guest.view();
      return view.state === 'running' || view.state === 'failed' ? view : null;
    });
    if (state === 'failed') throw new Error(`${name} could not be built: ${failure?.message}`);
    if (hasToBoot)
      await settles(`${name} has booted`, 180_000, async () => guestReady(await system.api.consoleLog(instance)));
    return guest;
  }

  get destination(): LabHost {
    const { a, b } = this.system;
    return this.source === a ? b : a;
  }

  /** From now on nothing is waited for any longer than that. */
  limit(ms: number): void {
    this.#deadline = performance.now() + ms;
  }

  get leftMs(): number {
    return Math.max(1, this.#deadline - performance.now());
  }

  view(): Promise<View> {
    return answered(this.system.api.get<View>(`/v1/instances/${this.uuid}`));
  }

  async history(): Promise<Turn[]> {
    const { entries } = await this.system.api.get<{ entries: Turn[] }>(`/v1/instances/${this.uuid}/history`);
    return entries;
  }

  async order(name: string, args: object = {}): Promise<void> {
    const since = await this.#send(`/v1/instances/${this.uuid}/commands`, name, args);
    // A read that comes too early would show the rest before the order.
    await settles(`rest after ${name}`, this.leftMs, () => this.#viewSince(since).then(rests));
  }

  async begin(name: string, args: object = {}): Promise<void> {
    this.#begun = await this.#send(`/v1/instances/${this.uuid}/commands`, name, args);
  }

  async copies(): Promise<void> {
    const path = `/v1/instances/${this.uuid}/progress`;
    await settles('it is being copied', this.leftMs, async () => {
      const { copy } = await answered(this.system.api.get<{ copy: Copy | null }>(path));
      if (copy?.phase === 'copying' && copy.bytesPerSecond > 0) return true;
      return copy === null && rests(await this.#viewSince(this.#begun));
    });
  }

  async maintenance(host: string, states: readonly string[]): Promise<void> {
    await settles(`the maintenance of ${host} is ${states.join(' or ')}`, this.leftMs, async () => {
      const { record } = await answered(this.system.api.get<KnownHost>(`/v1/hosts/${host}`));
      return states.includes(record?.parts.maintenance.value ?? 'unknown');
    });
  }

  async orderHost(host: string, name: string, args: object = {}): Promise<void> {
    await this.#send(`/v1/hosts/${host}/commands`, name, args);
  }

  async silent(host: string): Promise<void> {
    await settles(`${host} is silent`, this.leftMs, async () => !(await aliveHosts(this.system)).includes(host));
  }

  async stored(type: string): Promise<void> {
    await settles(`${type} is stored`, this.leftMs, async () =>
      (await answered(this.history())).some(({ message }) => message.events.some((event) => event.type === type)),
    );
  }

  async isOn({ name }: LabHost): Promise<void> {
    const { host, state } = await this.view();
    if (host === name) return;
    const errors = (await answered(this.history())).flatMap(errorsOf);
    throw new Refused(`it is ${state} on ${host}, not on ${name}:${errors.at(-1) ?? ' nobody says why'}`);
  }

  async takes(command: string): Promise<void> {
    await settles(`${command} would be taken`, this.leftMs, async () => (await this.refusal(command)) === null);
  }

  /** The guard that would refuse a command; null = none would. */
  async refusal(command: string): Promise<string | null> {
    const path = `/v1/instances/${this.uuid}/explain?command=${command}`;
    const { guard } = await answered(this.system.api.get<{ guard?: string }>(path));
    return guard ?? null;
  }

  /** Resolves when its history says that it is gone. */
  async delete(): Promise<void> {
    await settles('the delete is taken', this.leftMs, () =>
      answered(this.system.api.delete(`/v1/instances/${this.uuid}`)).then(() => true),
    );
    await settles('it is deleted', this.leftMs, async () => (await this.view()).state === 'deleted');
  }

  #viewSince(at: string): Promise<View> {
    return answered(this.system.api.get<View>(`/v1/instances/${this.uuid}?since=${at}`));
  }

  /** Sends an order until somebody answers; where its acceptance is stored. */
  async #send(path: string, name: string, args: object): Promise<string> {
    const key = randomUUID();
    for (;;) {
      try {
        const at = await answered(this.system.api.post<{ host: string; seq: number }>(path, { name, args }, '', key));
        this.taken += 1;
        return `${at.host}:${at.seq}`;
      } catch (error) {
        const status = error instanceof ApiError ? error.status : 503;
        const why = `${name}: ${error instanceof Error ? error.message : String(error)}`;
        if (status === 409) throw new Refused(why);
        if (status < 500 || this.leftMs <= 1) throw new Error(why, { cause: error });
        await delay(250);
      }
    }
  }
}

/** Hosts whose agents the coordinator hears. */
export async function aliveHosts({ api }: LabSystem): Promise<string[]> {
  const { hosts } = await answered(api.get<{ hosts: { host: string; alive: boolean }[] }>('/v1/hosts'));
  return hosts.flatMap(({ host, alive }) => (alive ? [host] : []));
}

/** Whether nothing is under way, and nothing is waited for but a person. */
export function rests({ state, effect, awaiting, imageWork, halted, migration }: View): boolean {
  const isMoving = migration !== undefined && migration.value !== 'landed';
  return (
    !state.includes('.') && effect === null && awaiting === null && imageWork === null && halted === null && !isMoving
  );
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      answer,
      delay(ANSWER_MS, undefined, { signal: timer.signal }).then(() => {
        throw new Error(`no answer within ${ANSWER_MS / 1000} s`);
      }),
    ]);
  } finally {
    timer.abort();
    answer.catch(() => undefined);
  }
}
