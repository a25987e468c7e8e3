/**
 * One host's whole life in memory and virtual time: the journal's server, the hypervisor and time outlive the agents that a test starts
 * and kills. The runtime, the charts and the driver are the real ones.
 */
import {
  CLUSTER,
  incarnationOf,
  type Command,
  type CommandName,
  type HostName,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type TurnMessage,
} from '@chronovirt/contract';
import { FakeDriver, SimulatedHost, type SimulatedHostOptions } from '@chronovirt/fake-driver';
import {
  adoptOrder,
  decide,
  defaultPolicy,
  dueEffects,
  isResting,
  settled,
  type Item,
  type Link,
  type Policy,
} from '@chronovirt/machines';
import {
  DriverExecutor,
  Host,
  isReadable,
  MemoryJournal,
  type MemoryJournalOptions,
  MemoryStore,
  silentLog,
  UpToDateJournal,
  type CommandReply,
  type HostOptions,
  type RuntimePolicy,
  type Stored,
} from '@chronovirt/runtime';
import { Fate } from '../process/fate.ts';
import { SimulatedClock } from '../sim/simulated-clock.ts';
import { MemorySecrets } from './memory-secrets.ts';
import { sampleSpec } from './sample-spec.ts';

export interface AgentOptions {
  readonly onAppend?: (n: number, when: 'before' | 'after', message: TurnMessage) => void;
  readonly policy?: Partial<RuntimePolicy>;
  readonly chartPolicy?: Policy;
  /** When the journal answers; see `MemoryJournal`. */
  readonly delay?: MemoryJournalOptions['delay'];
  readonly onConfirmed?: (monotonicMs: number) => void;
  readonly log?: HostOptions['log'];
  readonly wrap?: (executor: HostOptions['executor']) => HostOptions['executor'];
}

/** One process of the host's agent. */
export interface Agent {
  readonly host: Host;
  readonly driver: FakeDriver;
  readonly journal: MemoryJournal;
  readonly fate: Fate;
  /** As kill -9: nothing of it is ever answered again. */
  kill(): void;
  /** Resolves when recovery is over. */
  readonly started: Promise<void>;
  readonly superseded: Pick<TurnMessage, 'incarnation'>[];
}

export class AgentWorld {
  readonly host = 'h1' as HostName;
  readonly clock = new SimulatedClock();
  readonly store = new MemoryStore();
  readonly secrets = new MemorySecrets();
  readonly sim: SimulatedHost;
  #commands = 0;
  #processes = 0;

  constructor(options: Omit<SimulatedHostOptions, 'clock' | 'name'> = {}) {
    this.sim = new SimulatedHost({ name: 'h1', clock: this.clock, ...options });
    this.store.provision(this.host);
    this.store.provision(CLUSTER);
  }

  startAgent(options: AgentOptions = {}): Agent {
    const fate = new Fate();
    const journal = new MemoryJournal({ store: this.store, ...(options.delay && { delay: options.delay }) });
    const driver = new FakeDriver(this.sim, { name: `agent-${++this.#processes}` });
    const superseded: Pick<TurnMessage, 'incarnation'>[] = [];
    const executor = new DriverExecutor({ driver, host: driver, secrets: this.secrets, images: driver.images });
    const host = new Host({
      host: this.host,
      incarnation: incarnationOf(this.clock.now() + this.#processes, 1000 + this.#processes),
      journal: fate.journal(new UpToDateJournal(journal, silentLog), options.onAppend),
      executor: options.wrap ? options.wrap(executor) : executor,
      clock: fate.clock(this.clock),
      policy: options.policy ?? {},
      boot: `boot-${this.sim.boots}`,
      underTerm: true,
      ...(options.onConfirmed && { onConfirmed: options.onConfirmed }),
      ...(options.log && { log: options.log }),
      chartPolicy: options.chartPolicy ?? defaultPolicy,
      onSuperseded: (message) => superseded.push(message),
    });
    const kill = (): void => {
      fate.kill();
      driver.connection.kill();
    };
    return { host, driver, journal, fate, kill, started: fate.outlive(host.start()), superseded };
  }

  /** The order by which the spine gives this host an instance, as the coordinator makes it. */
  order(spec: InstanceSpec, epoch = 1): Link {
    const env = {
      instance: spec.uuid,
      host: CLUSTER as HostName,
      at: this.clock.now(),
      incarnation: incarnationOf(1, 1),
      policy: defaultPolicy,
      facts: { implements: new Set(['place', 'order', 'destroy']) },
    };
    const command = this.make(spec.uuid, 'create', { spec } as never);
    let state: InstanceState | null = null;
    const turn = (item: Item): InstanceState => {
      const decision = decide(state, item, env);
      if (decision.kind !== 'turn') throw new Error(`the spine takes no ${item.kind}: ${JSON.stringify(decision)}`);
      return (state = settled(decision.next, 1));
    };
    const placing = turn({ kind: 'command', command });
    const op = dueEffects(placing)[0]?.op ?? 0;
    state = { ...placing, actor: { ...placing.actor, epoch: epoch - 1, role: { kind: 'owner', epoch: epoch - 1 } } };
    const placed = turn({
      kind: 'outcome',
      op,
      epoch: epoch - 1,
      method: 'place',
      result: 'done',
      observation: null,
      data: { host: this.host, epoch },
    });
    return adoptOrder(placed, spec, { host: CLUSTER as HostName, seq: 2 });
  }

  make(instance: InstanceUuid, name: CommandName, args: Command['args'] = {}, id = `cmd-${++this.#commands}`): Command {
    return { id: id as Command['id'], instance, name, args, by: { kind: 'user', name: 'tester' } };
  }

  /** Sends a command and waits in virtual time for its answer. */
  command(agent: Agent, instance: InstanceUuid, name: CommandName, args: Command['args'] = {}): Promise<CommandReply> {
    return this.clock.settle(agent.host.command(this.make(instance, name, args)));
  }

  /** An agent that has built instance 1 and rests. */
  async running(options: AgentOptions = {}, spec = sampleSpec()): Promise<{ agent: Agent; spec: InstanceSpec }> {
    const agent = this.startAgent(options);
    await this.clock.settle(agent.started);
    await this.clock.settle(agent.host.link(spec.uuid, this.order(spec)));
    await this.rests(spec.uuid);
    return { agent, spec };
  }

  /** Waits until an instance rests and nothing is due. */
  async rests(instance: InstanceUuid, limitMs = 3_600_000): Promise<InstanceState> {
    await this.clock.runUntil(() => this.isAtRest(instance), {
      limitMs,
      what: `rest of ${instance} (${this.last(instance)?.state.value ?? 'no history'})`,
    });
    return this.state(instance);
  }

  isAtRest(instance: InstanceUuid): boolean {
    const last = this.last(instance);
    return last !== null && isResting(last.state.value) && dueEffects(last.state).length === 0;
  }

  state(instance: InstanceUuid): InstanceState {
    const last = this.last(instance);
    if (last === null) throw new Error(`no history of ${instance}`);
    return last.state;
  }

  /** The last stored message, read from the server's side. */
  last(instance: InstanceUuid): TurnMessage | null {
    const found = this.store.last(this.host, instance);
    return found === undefined ? null : (JSON.parse(found.text) as TurnMessage);
  }

  async history(instance: InstanceUuid): Promise<TurnMessage[]> {
    const messages: TurnMessage[] = [];
    const all: Stored[] = [];
    for await (const stored of new MemoryJournal({ store: this.store }).read(this.host, instance)) all.push(stored);
    for (const stored of all) if (isReadable(stored)) messages.push(stored.message);
    return messages;
  }

  /** Types of all stored events, in order. */
  async events(instance: InstanceUuid): Promise<string[]> {
    return (await this.history(instance)).flatMap(({ events }) => events.map(({ type }) => type));
  }
}
