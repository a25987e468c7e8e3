/** A host of the lab with what runs in it besides guests: libvirtd, which is started again when it dies, and the agent. */
import { join } from 'node:path';
import type { PairedHost } from '@chronovirt/testing/lab';
import type { Nats, Parts } from '../start/parts.ts';
import { checkout } from '../setup/places.mjs';
import { pinnedNode } from '../setup/setup.mjs';
import { agentCommand, writeConfig } from '../start/parts.ts';
import type { Supervised } from '../start/supervised.ts';

const LOOK_EVERY_MS = 500;

/** The watchdog's configuration, without the host's name. */
export interface Watchdog {
  readonly socket: string;
  readonly boundMs: number;
  readonly kill: { readonly cgroup: string };
}

export class LabHost {
  readonly host: PairedHost;
  readonly #parts: Parts;
  readonly #nats: Nats;
  readonly #settings: () => object;
  readonly #watchdog: Watchdog | null;
  #agent: Supervised | null = null;
  #keeper: Supervised | null = null;
  #state: 'on' | 'off' | 'cut off' | 'frozen' = 'on';
  #watch: NodeJS.Timeout | null = null;

  /** `settings` of the agent's configuration, asked at each of its starts by this. */
  constructor(host: PairedHost, parts: Parts, nats: Nats, settings: () => object, watchdog: Watchdog | null) {
    this.#watchdog = watchdog;
    this.host = host;
    this.#parts = parts;
    this.#nats = nats;
    this.#settings = settings;
  }

  get name(): string {
    return this.host.name;
  }

  /** In a person's words. */
  get text(): string {
    const guests = this.#state === 'off' ? 0 : this.host.guestPids().size;
    return `${this.name} (${this.host.address}) is ${this.#state}, ${guests} ${guests === 1 ? 'guest runs' : 'guests run'} on it`;
  }

  /** Starts the agent inside; resolves when it serves. */
  async start(): Promise<void> {
    this.#watchLibvirtd();
    await this.#startWatchdog();
    await this.startAgent();
  }

  async startAgent(): Promise<void> {
    const command = agentCommand(this.#nats, this.name, this.#settings());
    this.#agent = this.#parts.run(`agent-${this.name}`, this.host.insideCommand(command));
    await this.#agent.ready(120_000);
  }

  async stopAgent(): Promise<void> {
    await this.#agent?.end();
    this.#agent = null;
  }

  async off(): Promise<void> {
    if (this.#state === 'off') return; // as its fence program is asked: it is off, whoever did it
    for (const process of [this.#agent, this.#keeper]) process?.letGo();
    [this.#agent, this.#keeper] = [null, null];
    this.#state = 'off';
    await this.host.powerOff();
  }

  /** As a machine boots: libvirtd, then the agent. What it was cut off from is there again. */
  async on(): Promise<void> {
    if (this.#state === 'on') return;
    this.#mustBe('off');
    this.host.healControl();
    await this.host.powerOn();
    this.#state = 'on';
    await this.#startWatchdog();
    await this.startAgent();
  }

  async freeze(): Promise<void> {
    this.#mustBe('on');
    await this.host.freeze();
    this.#state = 'frozen';
  }

  async thaw(): Promise<void> {
    this.#mustBe('frozen');
    await this.host.thaw();
    this.#state = 'on';
  }

  /** The way to NATS; the cable between the hosts is the lab's. */
  cut(): void {
    this.#mustBe('on');
    this.host.cutControl();
    this.#state = 'cut off';
  }

  heal(): void {
    this.#mustBe('cut off');
    this.host.healControl();
    this.#state = 'on';
  }

  killAgent(): void {
    if (this.#agent === null) throw new Error(`no agent runs on ${this.name}`);
    this.#agent.signal('SIGKILL');
  }

  async killLibvirtd(): Promise<void> {
    this.#mustNotBe('off');
    await this.host.kill('SIGKILL');
  }

  /** Before the parts end: nothing is started again, and what is frozen can end in order. */
  async release(): Promise<void> {
    if (this.#watch !== null) clearInterval(this.#watch);
    if (this.#state === 'frozen') await this.thaw();
  }

  async #startWatchdog(): Promise<void> {
    if (this.#watchdog === null) return;
    const config = writeConfig(`watchdog-${this.name}`, { host: this.name, ...this.#watchdog });
    const main = join(checkout, 'apps/agent/src/watchdog/main.ts');
    const command = this.host.insideCommand([pinnedNode, main, '--config', config]);
    this.#keeper = this.#parts.run(`watchdog-${this.name}`, command);
    await this.#keeper.ready(60_000);
  }

  #watchLibvirtd(): void {
    let gone: number | null = null;
    let isStarting = false;
    this.#watch = setInterval(() => {
      const isGone = !isStarting && this.#state === 'on' && this.host.isOn && this.host.pid === undefined;
      gone = isGone ? (gone ?? performance.now()) : null;
      if (gone === null || performance.now() - gone < this.#parts.restartAfterMs) return;
      this.#parts.say(`  libvirtd of ${this.name} was killed: it is started again`);
      isStarting = true;
      this.host
        .restart()
        .catch((error: unknown) => this.#parts.say(`  it did not come back: ${String(error)}`))
        .finally(() => (isStarting = false));
    }, LOOK_EVERY_MS);
  }

  #mustBe(state: string): void {
    if (this.#state !== state) throw new Error(`${this.name} is ${this.#state}, not ${state}`);
  }

  #mustNotBe(state: string): void {
    if (this.#state === state) throw new Error(`${this.name} is ${state}`);
  }
}
