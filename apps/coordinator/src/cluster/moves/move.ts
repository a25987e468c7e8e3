/** What every step of a move is given, and how it speaks to the hosts. */
import {
  CLUSTER,
  DriverError,
  type AdoptOrder,
  type EffectContext,
  type HostName,
  type InstanceSpec,
  type InstanceUuid,
  type Link,
  type Migration,
  type MigrationContext,
  type Observation,
} from '@chronovirt/contract';
import { EffectFailedError, type EffectInput } from '@chronovirt/runtime';
import type { Histories, Known } from '../histories.ts';
import type { AskHost, SendToActor } from '../host-requests.ts';
import type { Candidate, Ratios } from '../placement.ts';
import { writeInto, type Writable, type Writer } from '../write-into.ts';

export interface MoveTools {
  readonly histories: Histories;
  readonly writer: Writer;
  readonly send: SendToActor;
  readonly ask: AskHost;
  readonly candidates: () => Iterable<Candidate>;
  /** What proves that a host cannot run anything of before; null = nothing does. */
  readonly proofOf: (host: HostName) => object | null;
  /** The storage that a host shares with others, as it said last, be it lost since; null = none. */
  readonly storageOf: (host: HostName) => string | null;
  readonly ratios?: Ratios;
}

export type SegmentEnd = AdoptOrder['from'];

/** An order; what it follows from is added. */
type Order = WithoutFrom<Exclude<Link, { kind: 'returned' | 'asked' }>>;
type WithoutFrom<L> = L extends unknown ? Omit<L, 'from'> : never;

/** How long a host gets to take an order before it counts as silent, in milliseconds. */
const ORDER_MS = 15_000;
const LOOK_MS = 10_000;

export class Move {
  readonly tools: MoveTools;
  readonly input: EffectInput;
  readonly context: EffectContext;
  readonly plan: MigrationContext;

  constructor(tools: MoveTools, input: EffectInput, context: EffectContext) {
    const plan = input.state.parts.migration?.context;
    if (plan === undefined) throw new DriverError('NO_MOVE', 'a step of a move is due, and there is no move');
    this.tools = tools;
    this.input = input;
    this.context = context;
    this.plan = plan;
  }

  get instance(): InstanceUuid {
    return this.context.instance;
  }

  get signal(): AbortSignal {
    return this.context.permit.signal;
  }

  get source(): HostName {
    return this.plan.source;
  }

  get destination(): HostName {
    if (this.plan.destination === null) throw new DriverError('NO_MOVE', 'no destination has been chosen');
    return this.plan.destination;
  }

  /** Whether both hosts have the same instance storage, so that disks are neither copied nor removed twice. */
  get isShared(): boolean {
    return this.plan.found['shared'] === true;
  }

  /** The epoch that the spine has granted last. */
  get epoch(): number {
    return this.input.state.actor.epoch;
  }

  last(host: HostName): Promise<Known | null> {
    return this.tools.histories.last(host, this.instance);
  }

  until<T>(host: HostName, answer: (last: Known | null) => T | undefined, signal = this.signal): Promise<T> {
    return this.tools.histories.until(host, this.instance, signal, answer);
  }

  /** What the instance is made from, as the host that had it knows. */
  async spec(): Promise<InstanceSpec> {
    const last = await this.last(this.source);
    return last === null ? this.input.spec : this.tools.histories.spec(this.source, last);
  }

  /** This step's own message on the spine: what its orders follow from. */
  get here(): SegmentEnd {
    return { host: CLUSTER as HostName, seq: this.input.seq };
  }

  /**
   * Gives an order. Where it is stored, now or before; null: no answer, and it may have been taken. Throws the host's refusal.
   */
  async order(host: HostName, link: Order, patienceMs = ORDER_MS): Promise<SegmentEnd | null> {
    this.context.permit.check();
    const reply = await this.tools.send(
      host,
      this.instance,
      { kind: 'link', link: { ...link, from: this.here } as Link },
      { patienceMs: Math.max(1, Math.min(patienceMs, this.context.remainingMs())), signal: this.signal },
    );
    if (reply.kind === 'linked') return { host, seq: reply.seq };
    if (reply.kind === 'unreachable') return null;
    if (reply.kind === 'error') throw new DriverError(reply.code, `host ${host}: ${reply.message}`);
    throw new DriverError('REPLY_UNREADABLE', `host ${host} answered a link like a command`);
  }

  /**
   * Gives an order that only takes away or ends a waiting: it is written into the history of a host that does not answer. One that is
   * proved to run nothing is not asked first.
   */
  async tell(host: HostName, link: Writable): Promise<SegmentEnd> {
    try {
      const taken = this.tools.proofOf(host) === null ? await this.order(host, link) : null;
      if (taken !== null) return taken;
    } catch (error) {
      if (!(error instanceof DriverError) || error.code.startsWith('NOT_TAKEN_') || error.code === 'NO_SUCH_INSTANCE')
        throw error;
      // Stopping, halted or broken: its history takes the order all the same.
    }
    this.context.permit.check();
    const { seq } = await this.write(host, link);
    return { host, seq };
  }

  write(host: HostName, link: Writable): ReturnType<typeof writeInto> {
    const id = `${link.kind}.${this.plan.id}.${this.input.due.op}.${host}`;
    return writeInto(
      this.tools.writer,
      host,
      this.instance,
      { ...link, from: this.here },
      {
        id,
        cause: `host ${host} does not answer: ${link.kind} of move ${this.plan.id}`,
      },
    );
  }

  /** A look at one side; null = no answer. */
  async look(host: HostName): Promise<Observation | null> {
    try {
      const seen = await this.tools.ask(
        host,
        'look',
        { instance: this.instance },
        { patienceMs: LOOK_MS, signal: this.signal },
      );
      return seen as Observation;
    } catch (error) {
      this.signal.throwIfAborted();
      if (error instanceof Error) return null;
      throw error;
    }
  }

  /** The record of the move as driver methods are given it. */
  record(status: string, spec: InstanceSpec): Migration {
    const { id, kind, source, destination, request, found } = this.plan;
    const flavor = (request['flavor'] as Migration['newFlavor'] | undefined) ?? null;
    return {
      id,
      migrationType:
        kind === 'live'
          ? 'live-migration'
          : kind === 'evacuate' || kind === 'return'
            ? 'evacuation'
            : flavor === null
              ? 'migration'
              : 'resize',
      status,
      sourceCompute: source,
      sourceNode: source,
      destCompute: destination ?? source,
      destNode: destination ?? source,
      destHost: typeof found['address'] === 'string' ? found['address'] : (destination ?? source),
      oldFlavor: flavor === null ? null : spec.flavor,
      newFlavor: flavor,
    };
  }
}

/** The step did not work; what it says goes into the history, with what the chart needs to know. */
export function failed(code: string, message: string, data: Record<string, unknown> = {}): EffectFailedError {
  return new EffectFailedError(code, message, data);
}
