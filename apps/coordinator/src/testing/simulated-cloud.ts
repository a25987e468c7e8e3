/**
 * A whole cloud in one process: the spine and one agent on a simulated host, a journal in memory, the real clock, and the real HTTP API
 * before it. The runtime, the charts, placement and the driver are those of the apps.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  HypervisorUnavailableError,
  incarnationOf,
  InstanceNotFoundError,
  methodNames,
  type ActorRequest,
  type FenceProof,
  type HostName,
  type HostReport,
  type InstanceUuid,
  type MadeImage,
} from '@chronovirt/contract';
import { FakeDriver, SimulatedHost, type ProfileName } from '@chronovirt/fake-driver';
import { policyOf, type PolicySettings } from '@chronovirt/machines';
import {
  DriverExecutor,
  Host,
  MemoryJournal,
  MemoryStore,
  silentLog,
  systemClock,
  type CommandReply,
  type Log,
} from '@chronovirt/runtime';
import { MemorySecrets } from '@chronovirt/testing/world';
import { Cluster } from '../cluster/cluster.ts';
import { forgetSecrets } from '../cluster/forget-secrets.ts';
import { Fleet } from '../hosts/fleet.ts';
import { fleetConfig } from '../hosts/fleet-config.ts';
import { Hosts } from '../hosts/hosts.ts';
import { HostSilentError } from '../hosts/order-host.ts';
import type { CoordinatorConfigInput } from '../config/coordinator-config.ts';
import { DirectoryImages } from '../images/directory-images.ts';
import { imagesOnHost } from '../images/host-images.ts';
import { ImageSweep } from '../images/sweep-images.ts';
import type { HttpPorts } from '../http/ports.ts';
import { serveHttp, type HttpServer } from '../http/serve.ts';
import { ReadModel } from '../read-model/read-model.ts';

export interface CloudOptions {
  readonly profile?: ProfileName;
  readonly log?: Log;
  readonly config?: Partial<CoordinatorConfigInput>;
  /** What the deployment chose about its guests. */
  readonly policy?: PolicySettings;
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
  /** Its agent reports once and sends no beats: whether it is there is said below, and no clock makes it silent in a test that takes long. */
  readonly hosts = new Hosts(systemClock, Number.POSITIVE_INFINITY);
  readonly model: ReadModel;
  readonly cluster: Cluster;
  readonly fleet: Fleet;
  readonly sweep: ImageSweep;
  /** While true the agent answers no one, as if its process were gone. */
  isAgentAway = false;
  /** While true it takes what it is sent, and its answers are lost. */
  isAgentSilent = false;
  /** While true its guests have asked for no address. */
  isWithoutAddress = false;
  server!: HttpServer;
  readonly #options: CloudOptions;
  readonly #executor: DriverExecutor;

  constructor(options: CloudOptions = {}) {
    this.#options = options;
    writeFileSync(this.tokenFile, `${this.token}\n`, { mode: 0o600 });
    this.sim = new SimulatedHost({ name: 'h1', clock: systemClock, profile: options.profile ?? 'instant' });
    this.driver = new FakeDriver(this.sim, {
      imageSink: (image) =>
        this.images.put({ ...image, uploaded: Date.now(), by: 'agent-h1' }, () => Readable.from(['its disk'])),
    });
    const log = options.log ?? silentLog;
    this.#executor = new DriverExecutor({
      driver: this.driver,
      host: this.driver,
      secrets: this.secrets,
      images: this.driver.images,
    });
    this.agent = new Host({
      host: 'h1' as HostName,
      incarnation: incarnationOf(Date.now(), 1),
      journal: this.journal,
      executor: this.#executor,
      log,
      underTerm: true,
      chartPolicy: policyOf(options.policy),
    });
    this.model = new ReadModel({ journal: this.journal, log });
    this.cluster = new Cluster({
      journal: this.journal,
      model: this.model,
      hosts: this.hosts,
      send: (host, instance, request) => this.#toActor(host, instance, request),
      ask: (host, method, args) => this.#query(host, method, args),
      proofOf: (host): FenceProof | null => this.fleet.proofOf(host),
      storageOf: (host): string | null => this.fleet.storageOf(host),
      incarnation: incarnationOf(Date.now(), 2),
      clock: systemClock,
      log,
      patienceMs: 100,
    });
    this.fleet = new Fleet({
      spine: this.cluster.spine,
      journal: this.journal,
      model: this.model,
      clock: systemClock,
      log,
      incarnation: incarnationOf(Date.now(), 2),
      // Silence tells nothing of an agent that sends no beats.
      config: fleetConfig.parse({
        lostMs: Number.MAX_SAFE_INTEGER,
        hosts: { h1: { fence: { command: ['true'] } } },
      }),
      order: (host, method) => this.#toHost(host, method),
      send: (command, seenOn) => this.cluster.send(command, seenOn),
      placement: (spec, not) => this.cluster.placement(spec, not),
      methods: () => new Set(this.report().implements),
    });
    this.hosts.closedBy((host) => this.fleet.whyClosed(host));
    this.sweep = new ImageSweep({
      model: this.model,
      journal: this.journal,
      store: this.images,
      hosts: () => (this.isAgentAway ? [] : ['h1']),
      onHost: (host) =>
        imagesOnHost(
          host,
          (asked, method, args) => this.#query(asked, method, args as Record<string, unknown>),
          (asked, method, args) => this.#toHost(asked, method, args),
        ),
      clock: systemClock,
      log,
    });
  }

  async start(): Promise<this> {
    this.hosts.hear(this.report());
    await this.agent.start();
    await this.journal.provision('_cluster');
    await this.model.start();
    await this.cluster.start();
    forgetSecrets({
      model: this.model,
      journal: this.journal,
      secrets: this.secrets,
      log: this.#options.log ?? silentLog,
    });
    this.fleet.start();
    this.fleet.hear(this.report());
    this.sweep.start();
    this.server = await serveHttp({
      ...this.ports(),
      model: this.model,
      tokenFile: this.tokenFile,
      config: { incomingDirectory: join(this.directory, 'incoming'), ...this.#options.config },
    });
    return this;
  }

  async stop(): Promise<void> {
    await this.server.close();
    this.sweep.stop();
    this.model.close();
    this.fleet.stop();
    await Promise.all([this.agent.stop(), this.cluster.stop()]);
    await this.journal.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** What the API is given. */
  ports(): HttpPorts {
    return {
      commands: this.cluster,
      journal: this.journal,
      hosts: () => this.hosts.all().map((view) => ({ ...view, alive: !this.isAgentAway })),
      proofOf: (host) => this.fleet.proofOf(host),
      fleet: this.fleet,
      queries: { query: (host, method, args) => this.#query(host, method, args) },
      images: this.images,
      secrets: this.secrets,
      clock: systemClock,
      log: this.#options.log ?? silentLog,
    };
  }

  report(): HostReport {
    const ofDriver = methodNames.filter((method) => typeof FakeDriver.prototype[method as never] === 'function');
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
      implements: [...new Set([...ofDriver, ...this.#executor.implements])],
      waitingFor: null,
      firstOfBoot: true,
      ...(this.agent.standing !== null && { standing: this.agent.standing }),
    };
  }

  /** A request to the API, with the token. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.server.address}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${this.token}`, ...init.headers },
    });
  }

  async #toActor(
    host: string,
    instance: InstanceUuid,
    request: ActorRequest,
  ): Promise<CommandReply | { kind: 'unreachable'; taken: boolean }> {
    if (host !== 'h1' || this.isAgentAway) return { kind: 'unreachable', taken: false };
    if (this.isAgentSilent) return { kind: 'unreachable', taken: true };
    return request.kind === 'command' ? this.agent.command(request.command) : this.agent.link(instance, request.link);
  }

  async #toHost(
    host: string,
    method: string,
    args: Readonly<Record<string, unknown>> = {},
  ): Promise<Record<string, unknown>> {
    if (host !== 'h1' || this.isAgentAway) throw new HostSilentError(host, false);
    if (method === 'removeImages') {
      const images = args['images'] as MadeImage[];
      const gone = await Promise.all(images.map((image) => this.driver.images.removeMade(image)));
      return { removed: images.filter((_, n) => gone[n]).map(({ sha256 }) => sha256) };
    }
    if (method === 'standDown') await this.agent.standsDown(new AbortController().signal);
    if (method === 'confirm') await this.agent.confirm();
    return { ...this.agent.standing, incarnation: incarnationOf(0, 1) };
  }

  async #query(host: string, method: string, args: Record<string, unknown>): Promise<unknown> {
    if (host !== 'h1' || this.isAgentAway) throw new HypervisorUnavailableError(`host ${host} does not answer`);
    if (method === 'madeImages') return { images: await this.driver.images.made() };
    const instance = args['instance'] as InstanceUuid;
    if (method === 'progress') return { effects: this.agent.progress(instance) };
    const context = { signal: new AbortController().signal, deadlineMs: 1_000 };
    if ((await this.driver.observe(instance, context)).domain === 'absent') throw new InstanceNotFoundError(instance);
    if (method === 'consoleOutput') return { text: `console of ${instance}\nlogin: ` };
    if (this.isWithoutAddress) return { addresses: [] };
    return { addresses: [{ mac: '52:54:00:00:00:01', address: '192.168.100.12', family: 'ipv4', source: 'lease' }] };
  }
}
