/**
 * A cluster in memory and virtual time: one spine, several hosts, each with an agent on a simulated hypervisor. Journal server,
 * hypervisors and time outlive the processes that a test starts and kills.
 */
import {
  CLUSTER,
  HypervisorUnavailableError,
  incarnationOf,
  methodNames,
  type Command,
  type CommandName,
  type HostName,
  type HostReport,
  type Incarnation,
  type InstanceUuid,
  type MigrationState,
  type TurnMessage,
} from '@chronovirt/contract';
import { FakeDriver, SimulatedSite, type SimulatedHost } from '@chronovirt/fake-driver';
import { dueEffects, isResting } from '@chronovirt/machines';
import {
  DriverExecutor,
  Host,
  MemoryJournal,
  MemoryStore,
  MoveQueries,
  isReadable,
  silentLog,
  type CommandReply,
} from '@chronovirt/runtime';
import { Fate } from '@chronovirt/testing/process';
import { SimulatedClock } from '@chronovirt/testing/sim';
import { sampleSpec } from '@chronovirt/testing/world';
import { Cluster } from '../cluster/cluster.ts';
import type { Fleet } from '../hosts/fleet.ts';
import { Hosts } from '../hosts/hosts.ts';
import type { HostView, OrderReply } from '../http/ports.ts';
import { ReadModel } from '../read-model/read-model.ts';
import { SimulatedWatchdog } from './simulated-watchdog.ts';
import { WorldFleet, type FleetChoice } from './world-fleet.ts';

/** One process of a host's agent. */
export interface WorldAgent {
  readonly host: Host;
  readonly driver: FakeDriver;
  readonly fate: Fate;
  readonly queries: MoveQueries;
  readonly journal: MemoryJournal;
  readonly incarnation: Incarnation;
}

/** Hosts as they are just now: nobody waits for a report. */
class WorldHosts extends Hosts {
  readonly #views: () => HostView[];

  constructor(clock: ConstructorParameters<typeof Hosts>[0], views: () => HostView[]) {
    super(clock);
    this.#views = views;
  }

  override all(): HostView[] {
    return this.#views();
  }
}

interface WorldHost {
  readonly sim: SimulatedHost;
  agent: WorldAgent | null;
}

export interface Coordinator {
  readonly cluster: Cluster;
  readonly model: ReadModel;
  readonly hosts: Hosts;
  readonly fate: Fate;
  readonly journal: MemoryJournal;
  /** The hosts' own histories, in a world that has them. */
  readonly fleet: Fleet | null;
}

type OnAppend = (n: number, when: 'before' | 'after', message: TurnMessage) => void;

export class ClusterWorld {
  readonly clock = new SimulatedClock();
  readonly store = new MemoryStore();
  readonly #hosts = new Map<string, WorldHost>();
  readonly #coordinators = new Set<Coordinator>();
  /** Hosts whose requests go nowhere. */
  readonly cutOff = new Set<string>();
  readonly #lastRead = new Map<string, { readonly seq: number; readonly message: TurnMessage }>();
  readonly #firstOf = new Map<string, Incarnation>();
  #processes = 0;
  #commands = 0;

  /** The hosts, their storage and the network between them. */
  readonly site: SimulatedSite;
  /** What proves that a host is down; a test that fenced one says so. */
  readonly proofs = new Map<string, object>();

  /** The hosts' own histories, in a world that has them: reports, terms, proofs. */
  readonly fleet: WorldFleet | null;
  readonly watchdogs = new Map<string, SimulatedWatchdog>();

  constructor(
    names: readonly string[] = ['h1', 'h2'],
    storage: 'shared' | 'separate' = 'separate',
    fleet: FleetChoice | null = null,
  ) {
    this.fleet = fleet === null ? null : new WorldFleet(this, fleet);
    this.site = new SimulatedSite({ names, storage, clock: this.clock, profile: 'lively' });
    this.store.provision(CLUSTER);
    for (const name of names) {
      this.store.provision(name);
      this.#hosts.set(name, { sim: this.site.host(name), agent: null });
    }
  }

  get names(): Iterable<string> {
    return this.#hosts.keys();
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
    const driver = new FakeDriver(world.sim, { name: `agent-${++this.#processes}` });
    const incarnation = this.#incarnation();
    const boot = `${name} ${world.sim.boots}`;
    if (!this.#firstOf.has(boot)) this.#firstOf.set(boot, incarnation);
    const host = new Host({
      host: name as HostName,
      incarnation,
      journal: fate.journal(journal, onAppend),
      executor: new DriverExecutor({ driver, host: driver, secrets: null }),
      clock: fate.clock(this.clock),
      underTerm: this.fleet !== null,
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
    world.sim.takesFiles = (migration, instance) => this.#takesFiles(name, migration, instance);
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
    const journal = fate.journal(memory, onAppend);
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
      send: (host, instance, request, { patienceMs }) => fate.outlive(this.#send(host, instance, request, patienceMs)),
      ask: (host, method, args, { patienceMs }) => fate.outlive(this.#ask(host, method, args, patienceMs)),
      proofOf: (host) => (fleet === null ? (this.proofs.get(host) ?? null) : fleet.proofOf(host)),
    });
    const parts = { cluster, model, hosts, fate, journal: memory };
    const fleet: Fleet | null = this.fleet?.make(parts, incarnation) ?? null;
    const coordinator = { ...parts, fleet };
    this.#coordinators.add(coordinator);
    const start = async (): Promise<void> => {
      await model.start();
      await cluster.start();
      if (fleet !== null) this.fleet?.begin(parts, fleet);
    };
    return { coordinator, started: fate.outlive(start()) };
  }

  killCoordinator(coordinator: Coordinator): void {
    coordinator.fate.kill();
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
    const found = this.store.last(host, instance);
    if (found === undefined) return null;
    const known = this.#lastRead.get(`${host} ${instance}`);
    if (known?.seq === found.seq) return known.message;
    const message = JSON.parse(found.text) as TurnMessage;
    this.#lastRead.set(`${host} ${instance}`, { seq: found.seq, message });
    return message;
  }

  /** The move under way, or the last one. */
  move(instance: InstanceUuid): MigrationState | undefined {
    return this.last(CLUSTER, instance)?.state.parts.migration;
  }

  /** Every stored event, in the order of its time, as `host seq: type -> to` with what went wrong. */
  async story(instance: InstanceUuid): Promise<string[]> {
    const journal = new MemoryJournal({ store: this.store });
    const all: { at: number; line: string }[] = [];
    for (const host of [CLUSTER, ...this.#hosts.keys()]) {
      for await (const stored of journal.read(host, instance)) {
        if (!isReadable(stored)) continue;
        const { at, events } = stored.message;
        for (const { type, to, data } of events) {
          const error = data?.['error'] === undefined ? '' : ` ${JSON.stringify(data['error'])}`;
          all.push({ at, line: `${host} ${stored.seq}: ${type} -> ${to}${error}` });
        }
      }
    }
    return all.toSorted((a, b) => a.at - b.at).map(({ line }) => line);
  }

  /** State of `life` on the spine and on each host that has a history of the instance. */
  states(instance: InstanceUuid): Record<string, string> {
    const all: Record<string, string> = {};
    for (const host of [CLUSTER, ...this.#hosts.keys()]) {
      const last = this.last(host, instance);
      if (last !== null) all[host] = `${last.state.value} ${last.state.actor.role.kind}`;
    }
    return all;
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
    const spine = this.last(CLUSTER, instance);
    if (spine === null) return false;
    const able = [...this.#hosts].filter(([, { sim }]) => sim.powered).map(([name]) => name);
    const due = [...able, CLUSTER].flatMap((host) => {
      const last = this.last(host, instance);
      return last === null ? [] : dueEffects(last.state);
    });
    if (due.length > 0) return false;
    const { role } = spine.state.actor;
    if (role.kind !== 'granted') return isResting(spine.state.value);
    const there = this.last(role.host, instance);
    if (there === null || there.state.actor.epoch < role.epoch) return false;
    // A closed segment under this epoch has still to come back to the spine.
    return there.state.actor.role.kind === 'owner' && isResting(there.state.value);
  }

  async #ask(
    host: string,
    method: string,
    args: Readonly<Record<string, unknown>>,
    patienceMs: number,
  ): Promise<unknown> {
    const { agent } = this.#host(host);
    const silent = new HypervisorUnavailableError(`host ${host} does not answer`);
    if (agent === null || this.cutOff.has(host)) throw silent;
    const context = { signal: AbortSignal.any([]), deadlineMs: patienceMs };
    const answer = agent.fate
      .awake()
      .then(() =>
        method === 'look'
          ? agent.driver.observe(args['instance'] as InstanceUuid, context).then((value) => ({ value }))
          : agent.queries.handle(method, args, context),
      );
    const first = await this.#within(patienceMs, agent.fate, answer);
    if (first === 'silent') throw silent;
    if (first === undefined) throw new Error(`no query ${method}`);
    return first.value;
  }

  async #send(
    host: string,
    instance: InstanceUuid,
    request: Parameters<ConstructorParameters<typeof Cluster>[0]['send']>[2],
    patienceMs: number,
  ): Promise<CommandReply | { kind: 'unreachable'; taken: boolean }> {
    const until = this.clock.monotonic() + patienceMs;
    let taken = false;
    for (;;) {
      const { agent } = this.#host(host);
      const left = until - this.clock.monotonic();
      if (left <= 0) return { kind: 'unreachable', taken };
      if (agent !== null && !this.cutOff.has(host)) {
        taken = true;
        // One that stands still has it in its socket, and takes it whenever it goes on.
        const answer = agent.fate
          .awake()
          .then(() =>
            request.kind === 'command' ? agent.host.command(request.command) : agent.host.link(instance, request.link),
          );
        const first = await this.#within(left, agent.fate, answer);
        if (first !== 'silent') return first;
      }
      await this.#pause(Math.min(200, Math.max(1, until - this.clock.monotonic())));
    }
  }

  /** The answer of a killed process never comes; who asked finds out by their own time. */
  async #within<T>(ms: number, fate: Fate, answer: Promise<T>): Promise<T | 'silent'> {
    const end = this.clock.monotonic() + ms;
    let given: { value: T } | { error: unknown } | null = null;
    const settled = answer.then(
      (value) => (given = { value }),
      (error: unknown) => (given = { error }),
    );
    while (given === null && !fate.dead && this.clock.monotonic() < end)
      await Promise.race([settled, this.#pause(Math.min(100, Math.max(1, end - this.clock.monotonic())))]);
    const known = given as { value: T } | { error: unknown } | null;
    if (known === null || fate.dead) return 'silent';
    if ('error' in known) throw known.error;
    return known.value;
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
    return this.#pause(ms);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(ms, resolve));
  }

  /** As an agent answers those who bring files: only while it waits for them. */
  #takesFiles(name: string, migration: string, instance: InstanceUuid): 'taken' | 'refused' | 'silent' {
    const { agent } = this.#host(name);
    if (agent === null || agent.fate.frozen) return 'silent';
    const role = agent.host.state(instance)?.state.actor.role;
    return role?.kind === 'incoming' && role.migration === migration ? 'taken' : 'refused';
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
      return { report: this.#report(name), alive, silentMs: alive ? 0 : 60_000 };
    });
  }

  #report(name: string): HostReport {
    const { hardware } = this.#host(name).sim;
    return {
      host: name as HostName,
      incarnation: this.#incarnation(),
      bootId: 'boot',
      at: this.clock.now(),
      driver: 'simulated',
      hypervisor: 'simulated',
      acceleration: { kind: 'simulated', why: 'a test' },
      enabled: true,
      ...hardware,
      freeDiskGiB: hardware.diskGiB,
      instances: 0,
      implements: methodNames.filter((method) => typeof FakeDriver.prototype[method as never] === 'function'),
      waitingFor: null,
      address: name,
      peer: { address: name, port: 1 },
      ...(this.site.storage === 'shared' && { sharedStorage: 'site' }),
    };
  }
}
