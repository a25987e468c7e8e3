/** What a first start shows: a real guest boots, every transition is seen, and its history tells the whole story. */
import { guestImage } from '../guest-image/build.mjs';
import { ApiError, type InstanceView } from './api.ts';
import type { LiveView } from './live-view.ts';
import type { System } from './system.ts';

export const NAME = 'demo';
const RESTING = new Set([
  'running',
  'paused',
  'suspended',
  'stopped',
  'failed',
  'deleted',
  'rescued',
  'resized',
  'shelved',
  'offloaded',
  'trashed',
]);
const READY = 'LAB-READY';

export class Demonstration {
  readonly #system: System;
  readonly #view: LiveView;
  readonly #say: (line: string) => void;

  constructor(system: System, view: LiveView, say: (line: string) => void) {
    this.#system = system;
    this.#view = view;
    this.#say = say;
  }

  /** Boots the demonstration's instance: a new one at the first start, the stopped one at the next. */
  async boot(isSimulated: boolean): Promise<InstanceView> {
    const { api } = this.#system;
    const there = await api.find(NAME);
    if (there !== null && there.state !== 'deleted') {
      this.#say(`\nInstance ${NAME} is ${there.state}${there.state === 'stopped' ? ': it is started again' : ''}.`);
      if (there.state === 'stopped') await this.order('start');
      else if (!RESTING.has(there.state)) await this.#rests(there.uuid);
      return this.#shown();
    }
    const { disk } = await guestImage((line) => this.#say(`    ${line}`));
    const image = await api.upload(disk, 'chronovirt-guest');
    this.#say(`\nCreating instance ${NAME}:`);
    const body = { name: NAME, image: image.sha256, flavor: { vcpus: 1, memoryMiB: 128, rootGiB: 1 } };
    const created = await api.post<{ instance: string }>('/v1/instances', body);
    await this.#rests(created.instance);
    const shown = await this.#shown();
    if (shown.state === 'running' && !isSimulated) await this.#guestIsUp();
    return shown;
  }

  /** Orders something and waits until the instance rests again. */
  async order(name: string, args: object = {}): Promise<void> {
    const { uuid } = await this.#shown();
    const rests = this.#next(uuid);
    if (name === 'delete') await this.#system.api.delete(`/v1/instances/${uuid}`);
    else await this.#system.api.post(`/v1/instances/${uuid}/commands`, { name, args });
    await rests;
  }

  async #rests(uuid: string): Promise<void> {
    const next = this.#next(uuid);
    const now = await this.#system.api.get<InstanceView>(`/v1/instances/${uuid}`);
    if (!RESTING.has(now.state)) await next;
  }

  /** The next turn after which the instance rests: told by the stream, so it cannot be missed by asking too late. */
  #next(uuid: string): Promise<unknown> {
    return this.#view.next(
      ({ message, host }) =>
        message.instance === uuid &&
        RESTING.has(message.state.value) &&
        (host !== '_cluster' || message.state.actor.role.kind !== 'granted'),
    );
  }

  async #shown(): Promise<InstanceView> {
    const view = await this.#system.api.find(NAME);
    if (view === null) throw new Error(`instance ${NAME} is not known any more`);
    return view;
  }

  /** Waits for the guest's own word on its console that it has booted. */
  async #guestIsUp(): Promise<void> {
    const began = performance.now();
    for (;;) {
      const text = await this.#console();
      const line = text.split('\n').find((candidate) => candidate.includes(READY));
      if (line !== undefined) {
        this.#say(
          `  the guest says on its console, ${((performance.now() - began) / 1000).toFixed(1)} s later: ${line.trim().slice(0, 100)}`,
        );
        return;
      }
      if (performance.now() - began > 120_000)
        throw new Error(`the guest did not boot within 120 s; its console:\n${text.slice(-2_000)}`);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }

  async #console(): Promise<string> {
    try {
      return await this.#system.api.consoleLog(NAME);
    } catch (error) {
      if (error instanceof ApiError && error.status >= 500) return '';
      throw error;
    }
  }
}
