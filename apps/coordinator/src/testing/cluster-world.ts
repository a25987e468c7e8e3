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
import { Hosts } from '../cluster/hosts.ts';
import type { OrderReply } from '../http/ports.ts';
import { ReadModel } from '../read-model/read-model.ts';

interface WorldHost {
  readonly sim: SimulatedHost;
  agent: {
    readonly host: Host;
    readonly driver: FakeDriver;
    readonly fate: Fate;
    readonly queries: MoveQueries;
  } | null;
}

export interface Coordinator {
  readonly cluster: Cluster;
  readonly model: ReadModel;
  readonly hosts: Hosts;
  readonly fate: Fate;
}

type OnAppend = (n: number, when: 'before' | 'after', message: TurnMessage) => void;

export class ClusterWorld {
  readonly clock = new SimulatedClock();
  readonly store = new MemoryStore();
  readonly #hosts = new Map<string, WorldHost>();
  /** Hosts whose requests go nowhere. */
  readonly cutOff = new Set<string>();
  #processes = 0;
  #commands = 0;

  /** The hosts, their storage and the network between them. */
  readonly site: SimulatedSite;
  /** What proves that a host is down; a test that fenced one says so. */
  readonly proofs = new Map<string, object>();

  constructor(names: readonly string[] = ['h1', 'h2'], storage: 'shared' | 'separate' = 'separate') {
    this.site = new SimulatedSite({ names, storage, clock: this.clock, profile: 'lively' });
    this.store.provision(CLUSTER);
    for (const name of names) {
      this.store.provision(name);
      this.#hosts.set(name, { sim: this.site.host(name), agent: null });
    }
  }

  sim(name: string): SimulatedHost {
    return this.#host(name).sim;
  }

  async startAgent(name: string, onAppend?: OnAppend): Promise<Host> {
    const world = this.#host(name);
    const fate = new Fate();
    const driver = new FakeDriver(world.sim, { name: `agent-${++this.#processes}` });
    const incarnation = this.#incarnation();
    const host = new Host({
      host: name as HostName,
      incarnation,
      journal: fate.journal(new MemoryJournal({ store: this.store }), onAppend),
      executor: new DriverExecutor({ driver, host: driver, secrets: null }),
      clock: fate.clock(this.clock),
    });
    world.agent = { host, driver, fate, queries: new MoveQueries({ driver, host, incarnation }) };
    await this.clock.settle(host.start());
    return host;
  }

  killAgent(name: string): void {
    const { agent } = this.#host(name);
    agent?.fate.kill();
    agent?.driver.connection.kill();
    this.#host(name).agent = null;
  }

  async startCoordinator(onAppend?: OnAppend): Promise<Coordinator> {
    const fate = new Fate();
    const journal = fate.journal(new MemoryJournal({ store: this.store }), onAppend);
    const clock = fate.clock(this.clock);
    const model = new ReadModel({ journal, log: silentLog });
    const hosts = new Hosts(clock, 1_000_000_000);
    for (const name of this.#hosts.keys()) hosts.hear(this.#report(name));
    const cluster = new Cluster({
      journal,
      model,
      hosts,
      incarnation: this.#incarnation(),
      clock,
      log: silentLog,
      send: (host, instance, request, { patienceMs }) => fate.outlive(this.#send(host, instance, request, patienceMs)),
      ask: (host, method, args) => fate.outlive(this.#ask(host, method, args)),
      proofOf: (host) => this.proofs.get(host) ?? null,
    });
    await this.clock.settle(model.start());
    await this.clock.settle(cluster.start());
    return { cluster, model, hosts, fate };
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
    return found === undefined ? null : (JSON.parse(found.text) as TurnMessage);
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
    await this.clock.runUntil(() => this.#isAtRest(instance), {
      limitMs,
      what: `rest of ${instance}: ${JSON.stringify(this.states(instance))}`,
    });
    return this.states(instance);
  }

  /** Hosts on which a domain of the instance is. */
  whereItRuns(instance: InstanceUuid): string[] {
    return [...this.#hosts]
      .filter(([, { sim }]) => sim.find(instance) !== null)
      .map(([name]) => name);
  }

  #isAtRest(instance: InstanceUuid): boolean {
    const spine = this.last(CLUSTER, instance);
    if (spine === null) return false;
    const due = [...this.#hosts.keys(), CLUSTER].flatMap((host) => {
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

  async #ask(host: string, method: string, args: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { agent } = this.#host(host);
    if (agent === null || this.cutOff.has(host)) throw new HypervisorUnavailableError(`host ${host} does not answer`);
    const context = { signal: new AbortController().signal, deadlineMs: 10_000 };
    const answer =
      method === 'look'
        ? agent.driver.observe(args['instance'] as InstanceUuid, context).then((value) => ({ value }))
        : agent.queries.handle(method, args, context);
    const first = await Promise.race([answer, this.#untilDead(agent.fate)]);
    if (first === 'dead') throw new HypervisorUnavailableError(`host ${host} does not answer`);
    if (first === undefined) throw new Error(`no query ${method}`);
    return first.value;
  }

  async #send(
    host: string,
    instance: InstanceUuid,
    request: Parameters<ConstructorParameters<typeof Cluster>[0]['send']>[2],
    patienceMs: number,
  ): Promise<CommandReply | { kind: 'unreachable'; taken: boolean }> {
    const until = this.clock.now() + patienceMs;
    for (;;) {
      const { agent } = this.#host(host);
      if (agent !== null && !this.cutOff.has(host)) {
        const answer =
          request.kind === 'command' ? agent.host.command(request.command) : agent.host.link(instance, request.link);
        const died = this.#untilDead(agent.fate);
        const first = await Promise.race([answer, died]);
        if (first !== 'dead') return first;
      }
      if (this.clock.now() >= until) return { kind: 'unreachable', taken: false };
      await new Promise<void>((resolve) =>
        this.clock.after(Math.min(200, Math.max(1, until - this.clock.now())), resolve),
      );
    }
  }

  /** The answer of a killed agent never comes; the sender finds out by its own time. */
  async #untilDead(fate: Fate): Promise<'dead'> {
    while (!fate.dead) await new Promise<void>((resolve) => this.clock.after(100, resolve));
    return 'dead';
  }

  #host(name: string): WorldHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name} in this world`);
    return host;
  }

  #incarnation(): ReturnType<typeof incarnationOf> {
    return incarnationOf(this.clock.now() + ++this.#processes, 1_000 + this.#processes);
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
