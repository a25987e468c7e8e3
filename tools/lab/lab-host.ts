/** A host of the lab with what runs in it besides guests: libvirtd, which is started again when it dies, and the agent. */
import { join } from 'node:path';
import { standStill, until, type PairedHost } from '@chronovirt/testing/lab';
import type { Nats, Parts } from '../start/parts.ts';
import { checkout } from '../setup/places.mjs';
import { pinnedNode } from '../setup/setup.mjs';
import { agentCommand, agentMain, writeConfig } from '../start/parts.ts';
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
  #isAgentFrozen = false;
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

  /** Its agent runs, and is ready. */
  get serves(): boolean {
    return this.#agent?.serves === true;
  }

  /** In a person's words. */
  get text(): string {
    const guests = this.#state === 'off' ? 0 : this.host.guestPids().size;
    const agent = this.#isAgentFrozen ? ', its agent stands still' : this.#agent === null ? ', without an agent' : '';
    const what = this.#state === 'off' ? 'off' : `${this.#state}${agent}`;
    return `${this.name} (${this.host.address}) is ${what}, ${guests} ${guests === 1 ? 'guest runs' : 'guests run'} on it`;
  }

  /** Starts the agent inside; resolves when it serves. */
  async start(): Promise<void> {
    this.#watchLibvirtd();
    await this.#startWatchdog();
    await this.startAgent();
  }

  async startAgent(): Promise<void> {
    if (this.#agent !== null) throw new Error(`the agent of ${this.name} runs already`);
    this.#mustBe('on');
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
    this.#isAgentFrozen = false;
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
    this.#runningAgent().signal('SIGKILL');
  }

  /** As `killAgent`, and it stays away until `startAgent`; its guests run on. Resolves when its end has come. */
  async loseAgent(): Promise<void> {
    const agent = this.#runningAgent();
    agent.letGo();
    agent.signal('SIGKILL');
    this.#agent = null;
    this.#isAgentFrozen = false;
    await until(() => agent.isOver && this.#agentPids().length === 0, {
      what: `the agent of ${this.name} is gone`,
      timeoutMs: 30_000,
    });
  }

  /** Its agent alone stands still, as on a machine that is too busy; guests and libvirtd go on. */
  async freezeAgent(): Promise<void> {
    this.#runningAgent();
    await Promise.all(this.#agentPids().map(standStill));
    this.#isAgentFrozen = true;
  }

  thawAgent(): void {
    if (!this.#isAgentFrozen) throw new Error(`the agent of ${this.name} does not stand still`);
    for (const pid of this.#agentPids()) process.kill(pid, 'SIGCONT');
    this.#isAgentFrozen = false;
  }

  async killLibvirtd(): Promise<void> {
    this.#mustNotBe('off');
    await this.host.kill('SIGKILL');
  }

  /** Before the parts end: nothing is started again, and what is frozen can end in order. */
  async release(): Promise<void> {
    if (this.#watch !== null) clearInterval(this.#watch);
    if (this.#state === 'frozen') await this.thaw();
    if (this.#isAgentFrozen) this.thawAgent();
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

  #runningAgent(): Supervised {
    if (this.#agent === null) throw new Error(`no agent runs on ${this.name}`);
    return this.#agent;
  }

  /** Of the process itself; what the lab holds is the shell outside that waits for it. */
  #agentPids(): number[] {
    return this.host
      .processes()
      .filter(({ command }) => command[1] === agentMain)
      .map(({ pid }) => pid);
  }

  #mustBe(state: string): void {
    if (this.#state !== state) throw new Error(`${this.name} is ${this.#state}, not ${state}`);
  }

  #mustNotBe(state: string): void {
    if (this.#state === state) throw new Error(`${this.name} is ${state}`);
  }
}
