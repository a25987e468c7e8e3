/** Histories over several streams, made by the real charts: a build that is given back once, then runs, is paused and deleted. */
import {
  CLUSTER,
  incarnationOf,
  MESSAGE_VERSION,
  nothingThere,
  type Command,
  type HostName,
  type InstanceSpec,
  type InstanceState,
  type MessageId,
  type Observation,
  type TurnMessage,
} from '@chronovirt/contract';
import {
  decide,
  defaultPolicy,
  dueEffects,
  MACHINE_VERSION,
  returnedLink,
  settled,
  type Env,
  type Item,
} from '@chronovirt/machines';
import { MemoryJournal, MemoryStore } from '@chronovirt/runtime';
import { sampleSpec } from '@chronovirt/testing/world';

const methods = new Set(['place', 'order', 'spawn', 'destroy', 'pause', 'unpause']);

/** Writes turns of one instance into the streams of a journal, as its actors would. */
export class ChainWriter {
  readonly spec: InstanceSpec;
  readonly journal: MemoryJournal;
  readonly messages: { seq: number; message: TurnMessage }[] = [];
  readonly #states = new Map<string, { state: InstanceState; seq: number }>();
  #now = 1_800_000_000_000;
  #ids = 0;

  constructor(journal = new MemoryJournal({ store: new MemoryStore() }), n = 1) {
    this.journal = journal;
    this.spec = sampleSpec(n);
  }

  /** State and last sequence on a host. */
  at(host: string): { state: InstanceState; seq: number } {
    const found = this.#states.get(host);
    if (found === undefined) throw new Error(`nothing on ${host}`);
    return found;
  }

  command(name: Command['name'], args: Command['args'] = {}): Command {
    const id = `c${this.spec.name}-${++this.#ids}` as Command['id'];
    return { id, instance: this.spec.uuid, name, args, by: { kind: 'user', name: 'tester' } };
  }

  async turn(host: string, item: Item): Promise<number> {
    const before = this.#states.get(host);
    this.#now += 10;
    const env: Env = {
      instance: this.spec.uuid,
      host: host as HostName,
      at: this.#now,
      seq: before?.seq ?? 0,
      incarnation: incarnationOf(1, 1),
      policy: defaultPolicy,
      facts: { implements: methods },
      spec: this.spec,
    };
    const decision = decide(before?.state ?? null, item, env);
    if (decision.kind !== 'turn') throw new Error(`${host} takes no ${item.kind}: ${JSON.stringify(decision)}`);
    const { events, next, by, command, cause } = decision;
    const message: TurnMessage = {
      v: MESSAGE_VERSION,
      id: `m${++this.#ids}-${host}-${this.spec.name}` as MessageId,
      instance: this.spec.uuid,
      host: host as HostName,
      epoch: next.actor.epoch,
      incarnation: env.incarnation,
      at: this.#now,
      by,
      command,
      cause,
      machine: MACHINE_VERSION,
      events,
      state: next,
    };
    await this.journal.provision(host);
    const appended = await this.journal.append(message, before?.seq ?? 0);
    if (appended.kind !== 'stored') throw new Error(`conflict on ${host}`);
    this.#states.set(host, { state: settled(next, appended.seq), seq: appended.seq });
    this.messages.push({ seq: appended.seq, message });
    return appended.seq;
  }

  async outcome(host: string, result: 'done' | 'failed', data: Record<string, unknown> = {}): Promise<number> {
    const { state } = this.at(host);
    const [due] = dueEffects(state);
    if (due === undefined) throw new Error(`nothing is due on ${host}`);
    const { op, method } = due;
    const { epoch } = state.actor;
    const on: Observation = {
      ...nothingThere,
      domain: 'defined',
      power: method === 'pause' ? 'paused' : 'on',
      definition: true,
      mark: { epoch, op },
      disks: ['root'],
    };
    const observation = result === 'failed' || method === 'destroy' || host === CLUSTER ? nothingThere : on;
    const error = result === 'failed' ? { error: { code: 'SPAWN_FAILED', message: 'no room' } } : {};
    return this.turn(host, { kind: 'outcome', op, epoch, method, result, observation, data, ...error } as Item);
  }

  /** Placed on a host and ordered there; the host has adopted it. */
  async build(host: string): Promise<void> {
    if (!this.#states.has(CLUSTER))
      await this.turn(CLUSTER, { kind: 'command', command: this.command('create', { spec: this.spec } as never) });
    const epoch = this.at(CLUSTER).state.actor.epoch + 1;
    await this.outcome(CLUSTER, 'done', { host, epoch });
    const spine = this.at(CLUSTER);
    const { adoptOrder } = await import('@chronovirt/machines');
    const link = adoptOrder(spine.state, this.spec, { host: CLUSTER as HostName, seq: spine.seq });
    const seq = await this.turn(host, { kind: 'link', link } as Item);
    await this.outcome(CLUSTER, 'done', { host, seq });
  }

  /** The host's part has ended; the spine hears of it. */
  async giveBack(host: string, retry: boolean): Promise<void> {
    const { state, seq } = this.at(host);
    await this.turn(CLUSTER, {
      kind: 'link',
      link: returnedLink(state, { host: host as HostName, seq, command: null }, retry),
    } as Item);
  }

  /** Ordered and done on the host that has it, whatever it is doing; the spine hears of it. */
  async deleteFrom(host: string): Promise<void> {
    await this.turn(host, { kind: 'command', command: this.command('delete') });
    await this.outcome(host, 'done');
    await this.giveBack(host, false);
  }

  /** The whole story of this file's first line. */
  async life(): Promise<this> {
    await this.build('h1');
    await this.outcome('h1', 'failed');
    await this.giveBack('h1', true);
    await this.build('h2');
    await this.outcome('h2', 'done');
    await this.turn('h2', { kind: 'command', command: this.command('pause') });
    await this.outcome('h2', 'done');
    await this.deleteFrom('h2');
    return this;
  }
}
