/**
 * A whole cloud in one process: the spine and one agent on a simulated host, a journal in memory, the real clock, and the real HTTP API
 * before it. The runtime, the charts, placement and the driver are those of the apps.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUSTER, HypervisorUnavailableError, incarnationOf, InstanceNotFoundError, type ActorRequest, type Command, type CommandId, type HostName, type HostReport, type InstanceUuid } from '@chronovirt/contract';
import { adoptOrder, type AdoptOrder } from '@chronovirt/machines';
import { FakeDriver, SimulatedHost, type ProfileName } from '@chronovirt/fake-driver';
import { DriverExecutor, Host, MemoryJournal, MemoryStore, silentLog, systemClock, type CommandReply, type Log } from '@chronovirt/runtime';
import { ClusterExecutor } from '../cluster/cluster-executor.ts';
import type { CoordinatorConfigInput } from '../config/coordinator-config.ts';
import { DirectoryImages } from '../images/directory-images.ts';
import type { HttpPorts, OrderReply } from '../http/ports.ts';
import { serveHttp, type HttpServer } from '../http/serve.ts';
import { MemorySecrets } from './memory-secrets.ts';

export interface CloudOptions {
  readonly profile?: ProfileName;
  readonly log?: Log;
  readonly config?: Partial<CoordinatorConfigInput>;
}

export class SimulatedCloud {
  readonly directory = mkdtempSync(join(tmpdir(), 'chronovirt-cloud-'));
  readonly tokenFile = join(this.directory, 'token');
  readonly token = randomBytes(32).toString('hex');
  readonly store = new MemoryStore();
  readonly journal = new MemoryJournal({ store: this.store });
  readonly secrets = new MemorySecrets();
  readonly images = new DirectoryImages(join(this.directory, 'images'));
  readonly sim: SimulatedHost;
  readonly driver: FakeDriver;
  readonly agent: Host;
  readonly spine: Host;
  /** While true the agent answers no one, as if its process were gone. */
  isAgentAway = false;
  server!: HttpServer;
  readonly #options: CloudOptions;

  constructor(options: CloudOptions = {}) {
    this.#options = options;
    writeFileSync(this.tokenFile, `${this.token}\n`, { mode: 0o600 });
    this.sim = new SimulatedHost({ name: 'h1', clock: systemClock, profile: options.profile ?? 'instant' });
    this.driver = new FakeDriver(this.sim);
    const log = options.log ?? silentLog;
    this.agent = new Host({
      host: 'h1' as HostName,
      incarnation: incarnationOf(Date.now(), 1),
      journal: this.journal,
      executor: new DriverExecutor({ driver: this.driver, host: this.driver, secrets: this.secrets }),
      log,
    });
    this.spine = new Host({
      host: CLUSTER as HostName,
      incarnation: incarnationOf(Date.now(), 2),
      journal: this.journal,
      executor: new ClusterExecutor({
        journal: this.journal,
        clock: systemClock,
        incarnation: incarnationOf(Date.now(), 2),
        send: (host, instance, request) => this.#toActor(host, instance, request),
        candidates: () => [{ report: this.report(), alive: true, claimed: { vcpus: 0, memoryMiB: 0, diskGiB: 0 } }],
      }),
      log,
    });
  }

  async start(): Promise<this> {
    await Promise.all([this.agent.start(), this.spine.start()]);
    this.server = await serveHttp({ ...this.ports(), tokenFile: this.tokenFile, config: { incomingDirectory: join(this.directory, 'incoming'), ...this.#options.config } });
    return this;
  }

  async stop(): Promise<void> {
    await this.server.close();
    await Promise.all([this.agent.stop(), this.spine.stop()]);
    await this.journal.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** What the API is given. */
  ports(): HttpPorts {
    return {
      commands: { send: (command, host) => this.#command(command, host) },
      journal: this.journal,
      hosts: () => [{ report: this.report(), alive: !this.isAgentAway, silentMs: 100 }],
      queries: { query: (host, method, args) => this.#query(host, method, args) },
      images: this.images,
      secrets: this.secrets,
      clock: systemClock,
      log: this.#options.log ?? silentLog,
    };
  }

  report(): HostReport {
    return {
      host: 'h1' as HostName,
      incarnation: incarnationOf(0, 1),
      bootId: 'boot',
      at: Date.now(),
      driver: 'simulated',
      hypervisor: 'simulated',
      acceleration: { kind: 'simulated', why: 'a test' },
      enabled: true,
      ...this.sim.hardware,
      freeDiskGiB: this.sim.hardware.diskGiB,
      instances: 0,
      implements: ['spawn', 'destroy', 'powerOn', 'powerOff', 'reboot', 'pause', 'unpause', 'suspend', 'resume', 'rescue', 'unrescue', 'softDelete', 'restore'],
      waitingFor: null,
    };
  }

  /** A request to the API, with the token. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.server.address}${path}`, { ...init, headers: { authorization: `Bearer ${this.token}`, ...init.headers } });
  }

  async #command(command: Command, host: string): Promise<OrderReply> {
    if (host === CLUSTER) return notLinked(await this.spine.command(command));
    if (host !== 'h1' || this.isAgentAway) return { kind: 'unreachable', host, message: 'its agent does not answer' };
    return notLinked(await this.agent.command(command));
  }

  async #toActor(host: string, instance: InstanceUuid, request: ActorRequest): Promise<CommandReply | { kind: 'unreachable' }> {
    if (host !== 'h1' || this.isAgentAway) return { kind: 'unreachable' };
    if (request.kind === 'command') return this.agent.command(request.command);
    const { link } = request;
    if (link.kind !== 'adopt') throw new Error(`a host takes no link ${link.kind}`);
    const order = 'actor' in link.state ? adoptOrder(link.state, link.spec, link.from) : link;
    const reply = await this.agent.link(instance, order as AdoptOrder);
    if (reply.kind !== 'linked') return reply;
    return { ...reply, kind: 'answer', answer: { kind: 'accepted', id: 'order' as CommandId, seq: reply.seq } };
  }

  async #query(host: string, method: string, args: Record<string, unknown>): Promise<unknown> {
    if (host !== 'h1' || this.isAgentAway) throw new HypervisorUnavailableError(`host ${host} does not answer`);
    const instance = args['instance'] as InstanceUuid;
    const context = { signal: new AbortController().signal, deadlineMs: 1_000 };
    if ((await this.driver.observe(instance, context)).domain === 'absent') throw new InstanceNotFoundError(instance);
    if (method === 'consoleOutput') return { text: `console of ${instance}\nlogin: ` };
    return { addresses: [{ mac: '52:54:00:00:00:01', address: '192.168.100.12', family: 'ipv4', source: 'lease' }] };
  }
}

function notLinked(reply: CommandReply): OrderReply {
  if (reply.kind === 'linked') throw new Error('a command was answered as a link');
  return reply;
}
