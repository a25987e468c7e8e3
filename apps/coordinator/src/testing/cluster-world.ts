/**
 * A cluster in memory and virtual time: one spine, several hosts, each with an agent on a simulated hypervisor. Journal server,
 * hypervisors and time outlive the processes that a test starts and kills.
 */
import {
  CLUSTER,
  incarnationOf,
  type Command,
  type CommandName,
  type HostName,
  type HostReport,
  type Incarnation,
  type InstanceUuid,
  type MigrationState,
  type TurnMessage,
} from '@chronovirt/contract';
import { FakeDriver, type FakeDriverOptions, SimulatedSite, type SimulatedHost } from '@chronovirt/fake-driver';
import type { Policy } from '@chronovirt/machines';
import {
  DriverExecutor,
  Host,
  MemoryJournal,
  MemoryStore,
  MoveQueries,
  silentLog,
  UpToDateJournal,
} from '@chronovirt/runtime';
import { Fate } from '@chronovirt/testing/process';
import { SimulatedClock } from '@chronovirt/testing/sim';
import { sampleSpec } from '@chronovirt/testing/world';
import { Cluster } from '../cluster/cluster.ts';
import type { Fleet } from '../hosts/fleet.ts';
import { Hosts } from '../hosts/hosts.ts';
import { ImageSweep } from '../images/sweep-images.ts';
import type { HostView, OrderReply } from '../http/ports.ts';
import { ReadModel } from '../read-model/read-model.ts';
import { SimulatedWatchdog } from './simulated-watchdog.ts';
import { WorldFleet, type FleetChoice } from './world-fleet.ts';
import { WorldImages } from './world-images.ts';
import { WorldHistories } from './world-histories.ts';
import { WorldNetwork } from './world-network.ts';
import type { Coordinator, OnAppend, WorldAgent } from './world-processes.ts';
import { SHARED_STORAGE, WorldHosts, worldReport } from './world-report.ts';

export type { Coordinator, WorldAgent } from './world-processes.ts';

const never = new Promise<never>(() => {});

interface WorldHost {
  readonly sim: SimulatedHost;
  agent: WorldAgent | null;
}

export class ClusterWorld {
  readonly clock = new SimulatedClock();
  readonly store = new MemoryStore();
  readonly #hosts = new Map<string, WorldHost>();
  readonly #coordinators = new Set<Coordinator>();
  readonly #network = new WorldNetwork(this.clock, (host) => this.agent(host));
  readonly #histories: WorldHistories;
  readonly #firstOf = new Map<string, Incarnation>();
  #processes = 0;
  #commands = 0;

  /** The hosts, their storage and the network between them. */
  readonly site: SimulatedSite;
  /** The cluster's store of images. */
  readonly images = new WorldImages();
  /** What proves that a host is down; a test that fenced one says so. */
  readonly proofs = new Map<string, object>();

  /** The hosts' own histories, in a world that has them: reports, terms, proofs. */
  readonly fleet: WorldFleet | null;
  readonly watchdogs = new Map<string, SimulatedWatchdog>();
  readonly #liveMigration: FakeDriverOptions['liveMigration'];
  /** What the deployment chose about the charts, for agents that start from now on; undefined = the default. */
  chartPolicy: Policy | undefined;

  constructor(
    names: readonly string[] = ['h1', 'h2'],
    storage: 'shared' | 'separate' = 'separate',
    fleet: FleetChoice | null = null,
    liveMigration?: FakeDriverOptions['liveMigration'],
  ) {
    this.#liveMigration = liveMigration;
    this.fleet = fleet === null ? null : new WorldFleet(this, fleet);
    this.site = new SimulatedSite({ names, storage, clock: this.clock, profile: 'lively' });
    this.#histories = new WorldHistories(this.store, names);
    this.store.provision(CLUSTER);
    for (const name of names) {
      this.store.provision(name);
      this.#hosts.set(name, { sim: this.site.host(name), agent: null });
    }
  }

  get names(): Iterable<string> {
    return this.#hosts.keys();
  }

  /** Hosts whose requests go nowhere. */
  get cutOff(): Set<string> {
    return this.#network.cutOff;
  }

  /** No word passes between a host's agent and the cluster any more; its guests go on. */
  isolate(name: string): void {
    this.cutOff.add(name);
    this.agent(name)?.journal.cut();
  }

  rejoin(name: string): void {
    this.cutOff.delete(name);
    this.agent(name)?.journal.heal();
  }

  /** Puts a watchdog beside the agents of a host; they confirm to it what they read of their term. */
  guard(name: string, boundMs: number): SimulatedWatchdog {
    const watchdog = new SimulatedWatchdog(this.clock, this.sim(name), boundMs);
    this.watchdogs.set(name, watchdog);
    return watchdog;
  }

  sim(name: string): SimulatedHost {
    return this.#host(name).sim;
  }

  agent(name: string): WorldAgent | null {
    return this.#host(name).agent;
  }

  /** Starts a host's agent, and lets time pass until its recovery is over. */
  async startAgent(name: string, onAppend?: OnAppend): Promise<Host> {
    const { agent, started } = this.launchAgent(name, onAppend);
    await this.clock.settle(started);
    return agent.host;
  }

  /** Starts a host's agent; `started` resolves when its recovery is over, and never if it dies before. */
  launchAgent(name: string, onAppend?: OnAppend): { readonly agent: WorldAgent; readonly started: Promise<void> } {
    const world = this.#host(name);
    const fate = new Fate();
    const journal = new MemoryJournal({ store: this.store });
    const driver = new FakeDriver(world.sim, {
      name: `agent-${++this.#processes}`,
      ...(this.#liveMigration !== undefined && { liveMigration: this.#liveMigration }),
      imageSink: (image) => fate.outlive(Promise.resolve(fate.dead ? undefined : this.images.put(image))),
    });
    const incarnation = this.#incarnation();
    const boot = `${name} ${world.sim.boots}`;
    if (!this.#firstOf.has(boot)) this.#firstOf.set(boot, incarnation);
    const host = new Host({
      host: name as HostName,
      incarnation,
      journal: fate.journal(new UpToDateJournal(journal, silentLog), onAppend),
      executor: new DriverExecutor({ driver, host: driver, secrets: null, images: driver.images }),
      clock: fate.clock(this.clock),
      underTerm: this.fleet !== null,
      ...(this.chartPolicy !== undefined && { chartPolicy: this.chartPolicy }),
      onConfirmed: (monotonicMs) => {
        if (!fate.dead && !fate.frozen) this.watchdogs.get(name)?.confirmed(monotonicMs);
      },
    });
    const agent = {
      host,
      driver,
      fate,
      journal,
      incarnation,
      queries: new MoveQueries({ driver, host, incarnation, clock: this.clock }),
    };
    world.agent = agent;
    world.sim.takesFiles = (migration, instance) => this.#network.takesFiles(name, migration, instance);
    return { agent, started: fate.outlive(host.start()) };
  }

  killAgent(name: string): void {
    const { agent } = this.#host(name);
    agent?.fate.kill();
    agent?.driver.connection.kill();
    this.#host(name).agent = null;
  }

  /** The agent stands still, as under SIGSTOP; guests and daemon go on. */
  freezeAgent(name: string): void {
    const { agent } = this.#host(name);
    agent?.fate.freeze();
    agent?.driver.connection.freeze();
  }

  thawAgent(name: string): void {
    const { agent } = this.#host(name);
    agent?.driver.connection.thaw();
    agent?.fate.thaw();
  }

  /** The machine is without power: guests, daemon and agent are gone. */
  losePower(name: string): void {
    this.killAgent(name);
    this.site.crash(name);
  }

  /** Starts a coordinator, and lets time pass until its recovery is over. */
  async startCoordinator(onAppend?: OnAppend): Promise<Coordinator> {
    const { coordinator, started } = this.launchCoordinator(onAppend);
    await this.clock.settle(started);
    return coordinator;
  }

  /** Starts a coordinator; `started` resolves when its recovery is over, and never if it dies before. */
  launchCoordinator(onAppend?: OnAppend): { readonly coordinator: Coordinator; readonly started: Promise<void> } {
    const fate = new Fate();
    const memory = new MemoryJournal({ store: this.store });
    const journal = fate.journal(new UpToDateJournal(memory, silentLog), onAppend);
    const clock = fate.clock(this.clock);
    const model = new ReadModel({ journal, log: silentLog });
    const hosts = this.fleet === null ? new WorldHosts(clock, () => this.#views()) : new Hosts(clock);
    const incarnation = this.#incarnation();
    const cluster = new Cluster({
      journal,
      model,
      hosts,
      incarnation,
      clock,
      log: silentLog,
      send: (host, instance, request, { patienceMs }) =>
        fate.outlive(this.#network.send(host, instance, request, patienceMs)),
      ask: (host, method, args, { patienceMs }) => fate.outlive(this.#network.ask(host, method, args, patienceMs)),
      proofOf: (host) => (fleet === null ? (this.proofs.get(host) ?? null) : fleet.proofOf(host)),
      storageOf: (host) =>
        fleet === null ? (this.site.storage === 'shared' ? SHARED_STORAGE : null) : fleet.storageOf(host),
    });
    const parts = { cluster, model, hosts, fate, journal: memory };
    const fleet: Fleet | null = this.fleet?.make(parts, incarnation) ?? null;
    const sweep = new ImageSweep({
      model,
      journal,
      store: {
        made: () => fate.outlive(this.images.made()),
        // What a dead process would still do does not reach the world; one that is frozen has not sent it yet.
        removeMade: (image) =>
          fate.outlive(fate.awake().then(() => (fate.dead ? never : this.images.removeMade(image)))),
      },
      hosts: () => [...this.#hosts].flatMap(([name, { agent }]) => (agent === null || agent.fate.frozen ? [] : [name])),
      onHost: (host) => {
        const there = this.#network.imagesOn(host);
        return {
          made: () => fate.outlive(there.made()),
          removeMade: (image) => fate.outlive(fate.awake().then(() => (fate.dead ? never : there.removeMade(image)))),
        };
      },
      clock,
      log: silentLog,
    });
    const coordinator = { ...parts, fleet, sweep };
    this.#coordinators.add(coordinator);
    const start = async (): Promise<void> => {
      await model.start();
      await cluster.start();
      if (fleet !== null) this.fleet?.begin(parts, fleet);
      sweep.start();
    };
    return { coordinator, started: fate.outlive(start()) };
  }

  killCoordinator(coordinator: Coordinator): void {
    coordinator.fate.kill();
    coordinator.sweep.stop();
    coordinator.model.close();
    this.#coordinators.delete(coordinator);
  }

  /** The processes that live. */
  *processes(): Iterable<{ readonly fate: Fate; readonly journal: MemoryJournal }> {
    for (const { agent } of this.#hosts.values()) if (agent !== null) yield agent;
    yield* this.#coordinators;
  }

  /** Ends all processes: nothing of this world keeps the test's process busy any more. */
  close(): void {
    for (const name of this.#hosts.keys()) this.killAgent(name);
    for (const coordinator of this.#coordinators) this.killCoordinator(coordinator);
  }

  command(
    coordinator: Coordinator,
    instance: InstanceUuid,
    name: CommandName,
    args: Record<string, unknown> = {},
  ): Promise<OrderReply> {
    const seenOn = coordinator.model.get(instance)?.host ?? CLUSTER;
    const command = {
      id: `cmd-${++this.#commands}`,
      instance,
      name,
      args,
      by: { kind: 'user', name: 'tester' },
    } as unknown as Command;
    return this.clock.settle(coordinator.cluster.send(command, seenOn));
  }

  /** Creates instance `n`. */
  create(coordinator: Coordinator, n = 1, host?: string): Promise<OrderReply> {
    const spec = sampleSpec(n);
    return this.command(coordinator, spec.uuid, 'create', { spec, ...(host && { host }) });
  }

  last(host: string, instance: InstanceUuid): TurnMessage | null {
    return this.#histories.last(host, instance);
  }

  /** The move under way, or the last one. */
  move(instance: InstanceUuid): MigrationState | undefined {
    return this.last(CLUSTER, instance)?.state.parts.migration;
  }

  /** Every stored event, in the order of its time, as `host seq: type -> to` with what went wrong. */
  story(instance: InstanceUuid): Promise<string[]> {
    return this.#histories.story(instance);
  }

  /** State of `life` on the spine and on each host that has a history of the instance. */
  states(instance: InstanceUuid): Record<string, string> {
    return this.#histories.states(instance);
  }

  /** Waits until nothing is due anywhere and whoever owns the instance rests. */
  async rests(instance: InstanceUuid, limitMs = 900_000): Promise<Record<string, string>> {
    await this.clock.runUntil(() => this.isAtRest(instance), {
      limitMs,
      what: `rest of ${instance}: ${JSON.stringify(this.states(instance))}`,
    });
    return this.states(instance);
  }

  /** Hosts on which a domain of the instance is. */
  whereItRuns(instance: InstanceUuid): string[] {
    return [...this.#hosts].filter(([, { sim }]) => sim.find(instance) !== null).map(([name]) => name);
  }

  /** Hosts on which the guest's CPUs run at this moment. */
  whereItIsOn(instance: InstanceUuid): string[] {
    return [...this.#hosts].filter(([, { sim }]) => sim.find(instance)?.run?.state === 'running').map(([name]) => name);
  }

  /** What a host holds of an instance, in words: domain, taps, files. Files on storage that all see are everybody's. */
  holds(name: string, instance: InstanceUuid): string[] {
    const { sim } = this.#host(name);
    const { directory, kept, doomed, taps } = sim.localView(instance);
    return [
      ...(sim.find(instance) === null ? [] : ['domain']),
      ...taps.map((tap) => `tap ${tap}`),
      ...(directory === null ? [] : [`directory (${directory.files.map((file) => file.name).join(', ')})`]),
      ...(kept === null ? [] : ['kept directory']),
      ...(doomed ? ['directory being removed'] : []),
    ];
  }

  /** Whether nothing is due anywhere (a host without power can do nothing), and whoever owns the instance rests. */
  isAtRest(instance: InstanceUuid): boolean {
    const able = [...this.#hosts].filter(([, { sim }]) => sim.powered).map(([name]) => name);
    return this.#histories.isAtRest(instance, able);
  }

  /** What an agent of that host reports now. */
  reportOf(name: string, { host, incarnation }: WorldAgent): HostReport {
    const { boots } = this.sim(name);
    const { standing } = host;
    const watchdog = this.watchdogs.get(name);
    return {
      ...this.#report(name),
      incarnation,
      bootId: `${name} boot ${boots}`,
      firstOfBoot: this.#firstOf.get(`${name} ${boots}`) === incarnation,
      ...(standing !== null && { standing }),
      ...(watchdog !== undefined && { watchdog: { boundMs: watchdog.boundMs } }),
    };
  }

  pause(ms: number): Promise<void> {
    return this.#network.pause(ms);
  }

  #host(name: string): WorldHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name} in this world`);
    return host;
  }

  #incarnation(): ReturnType<typeof incarnationOf> {
    return incarnationOf(this.clock.now() + ++this.#processes, 1_000 + this.#processes);
  }

  /** A host whose agent says nothing is not alive. */
  #views(): HostView[] {
    return [...this.#hosts].map(([name, { agent }]) => {
      const alive = agent !== null && !agent.fate.frozen;
      return { report: this.#report(name), alive, silentMs: alive ? 0 : 60_000, closed: null };
    });
  }

  #report(name: string): HostReport {
    return worldReport(this.site, this.sim(name), {
      host: name,
      incarnation: this.#incarnation(),
      bootId: 'boot',
      at: this.clock.now(),
    });
  }
}
