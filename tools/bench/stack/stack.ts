/** The product's own processes around one directory: NATS, coordinator, agent; and a caller of the API. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HttpCaller } from './http.ts';
import { startNats, type Nats } from './nats.ts';
import { Part } from './part.ts';
import { built, howRun } from './programs.ts';
import { Turns } from './turns.ts';

/** The host whose agent is measured, and one whose histories bare floors write. */
export const HOST = 'bench';
export const FLOOR = 'floor';

export type AgentDriver = Record<string, unknown>;

export class Stack {
  readonly directory: string;
  readonly nats: Nats;
  readonly #cluster = `bench-${randomUUID().slice(0, 8)}`;
  readonly #secretsKeyFile: string;
  readonly #parts: Part[] = [];
  #caller: HttpCaller | null = null;
  #turns: Turns | null = null;

  private constructor(directory: string, nats: Nats) {
    this.directory = directory;
    this.nats = nats;
    this.#secretsKeyFile = this.#secret('secrets.key', randomBytes(32));
  }

  /** A NATS server as the product configures it, on a store that may have been filled before. */
  static async start(directory: string): Promise<Stack> {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    return new Stack(directory, await startNats(join(directory, 'nats'), [HOST, FLOOR]));
  }

  get http(): HttpCaller {
    if (this.#caller === null) throw new Error('the coordinator has not been started');
    return this.#caller;
  }

  get turns(): Turns {
    if (this.#turns === null) throw new Error('the coordinator has not been started');
    return this.#turns;
  }

  async startCoordinator(): Promise<Part> {
    const token = randomBytes(32).toString('hex');
    const config = this.#config('coordinator', {
      cluster: this.#cluster,
      secretsKeyFile: this.#secretsKeyFile,
      nats: { servers: [this.nats.url], nkeySeedFile: this.nats.seed('coordinator') },
      tokenFile: this.#secret('api-token', token),
      api: { port: 0, incomingDirectory: join(this.directory, 'incoming') },
    });
    const part = this.#part('coordinator', await built('coordinator'), ['--config', config]);
    const { address = '' } = await part.ready();
    this.#caller = new HttpCaller(address, token);
    this.#turns = new Turns();
    await this.#turns.start(this.#caller);
    return part;
  }

  /** The product's agent; resolves when it has recovered. */
  async startAgent(driver: AgentDriver): Promise<Part> {
    const part = this.#part('agent', await built('agent'), ['--config', this.#agentConfig({ driver })]);
    await part.ready();
    return part;
  }

  /**
   * The product's agent on a simulated host in which the guests of `guestsFile` (one UUID a line) run already, as a hypervisor's do
   * when its agent restarts. It answers questions about its memory and can hold effects back.
   */
  async spawnAgentWithGuests(guestsFile: string): Promise<Part> {
    const config = this.#agentConfig({ driver: { kind: 'simulated', profile: 'instant' } });
    return this.#part('agent', await built('agent-with-guests'), [config, guestsFile], ['--expose-gc']);
  }

  async stop(): Promise<void> {
    this.#turns?.stop();
    this.#caller?.close();
    for (const part of this.#parts.toReversed()) await part.end();
    await this.nats.stop();
  }

  #agentConfig(more: object): string {
    return this.#config('agent', {
      cluster: this.#cluster,
      host: HOST,
      secretsKeyFile: this.#secretsKeyFile,
      nats: { servers: [this.nats.url], nkeySeedFile: this.nats.seed(`agent-${HOST}`) },
      ...more,
    });
  }

  #part(
    name: 'agent' | 'coordinator',
    program: string,
    args: readonly string[],
    moreFlags: readonly string[] = [],
  ): Part {
    const { flags, environment } = howRun(name);
    const command = [process.execPath, ...flags, ...moreFlags, program, ...args];
    const part = new Part(name, join(this.directory, `${name}.log`), command, environment);
    this.#parts.push(part);
    return part;
  }

  #config(name: string, config: object): string {
    const file = join(this.directory, `${name}.json`);
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    return file;
  }

  #secret(name: string, content: string | Uint8Array): string {
    const file = join(this.directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  }
}
