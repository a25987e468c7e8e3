/**
 * The driver of the pseudo-host `_cluster`. It has three effects, each safe to repeat:
 *
 *   place    chooses a host; the epoch that it grants is stored by compare-and-set on the spine before any host hears of it
 *   order    tells that host to adopt the instance, until its answer is stored; a host that does not answer in time is fenced out of
 *            this epoch in its own history first: an adoption that is not stored by then never happens, and nothing was touched there
 *   destroy  of an instance that no host owns: nothing exists
 */
import {
  CLUSTER,
  DriverError,
  MESSAGE_VERSION,
  nothingThere,
  type ActorRequest,
  type EffectContext,
  type HostName,
  type Hint,
  type InstanceState,
  type InstanceUuid,
  type Link,
  type MessageId,
  type Observation,
  type TurnMessage,
} from '@chronovirt/contract';
import { MACHINE_VERSION } from '@chronovirt/machines';
import { isReadable, type CommandReply, type EffectExecutor, type EffectInput, type Journal } from '@chronovirt/runtime';
import { choose, explainNone, type Candidate, type Ratios } from './placement.ts';

/** Sends a request to an actor of a host and waits for the stored answer; `unreachable` when nobody took it within the patience. */
export type SendToActor = (
  host: string,
  instance: InstanceUuid,
  request: ActorRequest,
  options: { patienceMs: number; signal: AbortSignal },
) => Promise<CommandReply | { kind: 'unreachable' }>;

export interface ClusterExecutorOptions {
  readonly journal: Journal;
  readonly send: SendToActor;
  readonly candidates: () => Iterable<Candidate>;
  readonly ratios?: Ratios;
  /** Kept of an order's time for fencing a silent host out, in milliseconds. */
  readonly withdrawMs?: number;
  /** Called once when an instance got a host, so that its claim counts before its history says so. */
  readonly onPlaced?: (input: EffectInput, host: string) => void;
}

export class ClusterExecutor implements EffectExecutor {
  readonly implements: ReadonlySet<string> = new Set(['place', 'order', 'destroy']);
  readonly atMostOnce: ReadonlySet<string> = new Set();
  readonly #options: ClusterExecutorOptions;

  constructor(options: ClusterExecutorOptions) {
    this.#options = options;
  }

  async run(input: EffectInput, context: EffectContext): Promise<Record<string, unknown> | void> {
    switch (input.due.method) {
      case 'place':
        return this.#place(input);
      case 'order':
        return this.#order(input, context);
      case 'destroy':
        return;
      default:
        throw new DriverError('NOT_IMPLEMENTED', `the coordinator runs place, order and destroy, not ${input.due.method}`);
    }
  }

  /** Nothing of an instance is ever on the pseudo-host itself. */
  async observe(): Promise<Observation> {
    return nothingThere;
  }

  async observeAll(): Promise<null> {
    return null;
  }

  async barrier(): Promise<void> {}

  async watch(_onHint: (hint: Hint) => void): Promise<() => Promise<void>> {
    return async () => {};
  }

  async interrupt(): Promise<void> {}

  waitingFor(): string | null {
    return null;
  }

  #place(input: EffectInput): Record<string, unknown> {
    const { context, actor } = input.state;
    const asked = context.request['host'];
    const placement = choose(
      input.spec,
      this.#options.candidates(),
      { only: typeof asked === 'string' ? asked : null, not: context.hostsTried },
      this.#options.ratios,
    );
    if (placement.kind === 'none') throw new DriverError('NO_VALID_HOST', explainNone(placement.reasons));
    this.#options.onPlaced?.(input, placement.host);
    return { host: placement.host, epoch: actor.epoch + 1 };
  }

  async #order(input: EffectInput, context: EffectContext): Promise<Record<string, unknown>> {
    const { role } = input.state.actor;
    if (role.kind !== 'granted') throw new DriverError('NOT_GRANTED', `an order needs a granted host, the role is ${role.kind}`);
    const link = adoptLink(input, role.epoch);
    const withdrawMs = this.#options.withdrawMs ?? 5_000;
    while (context.remainingMs() > withdrawMs) {
      const patienceMs = Math.max(1, context.remainingMs() - withdrawMs);
      const reply = await this.#options.send(role.host, context.instance, { kind: 'link', link }, { patienceMs, signal: context.permit.signal });
      if (reply.kind === 'answer' && reply.answer.kind === 'accepted') return { host: role.host, seq: reply.seq };
      if (reply.kind === 'answer') throw new DriverError('ORDER_REFUSED', `${role.host} refused: ${reply.answer.kind === 'refused' ? reply.answer.fact : ''}`);
      if (reply.kind === 'error' && reply.code !== 'STOPPING') throw new DriverError(reply.code, `${role.host}: ${reply.message}`);
      if (reply.kind === 'unreachable') break;
    }
    context.permit.check();
    return this.#withdraw(input, role.host, role.epoch);
  }

  /**
   * Ends the epoch in the silent host's own history, at the compare-and-set where its adoption would have to stand. Stored: it never
   * adopts, nothing was touched. In conflict: it did adopt; so the order is done after all.
   */
  async #withdraw(input: EffectInput, host: HostName, epoch: number): Promise<Record<string, unknown>> {
    const { journal } = this.#options;
    for (;;) {
      const instance = input.spec.uuid;
      const last = await journal.last(host, instance);
      if (last !== null && isReadable(last) && last.message.epoch >= epoch && last.message.host === host) {
        const withdrawn = last.message.events.some(({ type }) => type === 'fence');
        if (!withdrawn) return { host, seq: last.seq };
        break;
      }
      const appended = await journal.append(fenceMessage(input, host, epoch), last?.seq ?? 0);
      if (appended.kind === 'stored') break;
    }
    throw new OrderWithdrawnError(host);
  }
}

/** The host did not answer and was fenced out of the epoch in its own history; nothing was done there, and nothing will be. */
export class OrderWithdrawnError extends DriverError {
  constructor(host: string) {
    super('HOST_UNREACHABLE', `host ${host} did not answer; nothing was done there, and it can no longer take this order`);
  }
}

function adoptLink(input: EffectInput, epoch: number): Link {
  const { state, spec, seq, due } = input;
  return {
    kind: 'adopt',
    instance: spec.uuid,
    epoch,
    from: { host: CLUSTER as HostName, seq },
    command: due.command,
    by: { kind: 'coordinator', name: CLUSTER },
    spec,
    state,
  };
}

/** What the coordinator writes into a silent host's history: the role is closed under that epoch. */
function fenceMessage(input: EffectInput, host: HostName, epoch: number): TurnMessage {
  const { state, spec, due } = input;
  const closed: InstanceState = { ...state, actor: { ...state.actor, role: { kind: 'closed' }, epoch, due: [] } };
  return {
    v: MESSAGE_VERSION,
    // The same fence of the same effect is one message, however often it is tried.
    id: `fence.${spec.uuid}.${host}.${epoch}` as MessageId,
    instance: spec.uuid,
    host,
    epoch,
    incarnation: state.actor.incarnation,
    at: state.actor.at,
    by: { kind: 'coordinator', name: CLUSTER },
    command: due.command,
    cause: `order ${due.op} without an answer`,
    machine: MACHINE_VERSION,
    events: [{ type: 'fence', data: { epoch, from: CLUSTER }, to: state.value }],
    state: closed,
  };
}
