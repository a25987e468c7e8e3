/**
 * The driver of the pseudo-host `_cluster`. Its effects, each safe to repeat, are the steps of a move (`moves/`) and:
 *
 *   place    chooses a host; the epoch that it grants is stored by compare-and-set on the spine before any host hears of it
 *   order    tells that host to adopt the instance, until its answer is stored. A host that does not take it is fenced out of this
 *            epoch in its own history: an adoption that is not stored by then never happens, and nothing was touched there
 *   destroy  of an instance that no host owns: nothing exists
 */
import {
  CLUSTER,
  DriverError,
  nothingThere,
  type EffectContext,
  type HostName,
  type InstanceUuid,
  type Observation,
  type TurnMessage,
} from '@chronovirt/contract';
import { adoptOrder } from '@chronovirt/machines';
import { EffectFailedError, isReadable, type EffectExecutor, type EffectInput, type Stored } from '@chronovirt/runtime';
import type { SendToActor } from './host-requests.ts';
import { moveMethods, runMoveStep, type MoveTools } from './moves/index.ts';
import { choose, explainNone, type Candidate, type Ratios } from './placement.ts';
import { writeInto } from './write-into.ts';

export interface ClusterExecutorOptions {
  readonly send: SendToActor;
  readonly candidates: () => Iterable<Candidate>;
  /** What the steps of a move need. */
  readonly moves: MoveTools;
  readonly ratios?: Ratios;
  /** Kept of an order's time for fencing a silent host out, in milliseconds. */
  readonly withdrawMs?: number;
  /** Called when an instance got a host: its claim counts from now on, before its history says so. */
  readonly onPlaced?: (input: EffectInput, host: string) => void;
}

export class ClusterExecutor implements EffectExecutor {
  readonly implements: ReadonlySet<string> = new Set(['place', 'order', 'destroy', 'spawn', ...moveMethods]);
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
        return input.state.value.startsWith('deleting.')
          ? this.#deleteThere(input, context)
          : this.#order(input, context);
      case 'destroy':
        return;
      default:
        return runMoveStep(this.#options.moves, input, context);
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

  async watch(): Promise<() => Promise<void>> {
    return async () => {};
  }

  async interrupt(): Promise<void> {}

  waitingFor(): string | null {
    return null;
  }

  #place(input: EffectInput): Record<string, unknown> {
    const placement = this.#choose(input, input.state.context.hostsTried);
    if (placement.kind === 'none') throw new DriverError('NO_VALID_HOST', explainNone(placement.reasons));
    this.#options.onPlaced?.(input, placement.host);
    return { host: placement.host, epoch: input.state.actor.epoch + 1 };
  }

  #choose({ spec, state }: EffectInput, not: readonly string[]): ReturnType<typeof choose> {
    const asked = state.context.request['onHost'];
    return choose(
      spec,
      this.#options.candidates(),
      { only: typeof asked === 'string' ? asked : null, not },
      this.#options.ratios,
    );
  }

  async #order(input: EffectInput, context: EffectContext): Promise<Record<string, unknown>> {
    const { host, epoch } = granted(input);
    const link = adoptOrder(input.state, input.spec, { host: CLUSTER as HostName, seq: input.seq });
    const withdrawMs = this.#options.withdrawMs ?? 5_000;
    const patienceMs = Math.max(1, context.remainingMs() - withdrawMs);
    const reply = await this.#options.send(
      host,
      context.instance,
      { kind: 'link', link },
      { patienceMs, signal: context.permit.signal },
    );
    if (reply.kind === 'linked') return { host, seq: reply.seq };
    context.permit.check();
    const adopted = await this.#withdraw(input, host, epoch);
    if (adopted !== null) return { host, seq: adopted };
    const retry = this.#choose(input, [...input.state.context.hostsTried, host]).kind === 'placed';
    throw new EffectFailedError(
      reply.kind === 'error' ? reply.code : 'HOST_UNREACHABLE',
      reply.kind === 'error'
        ? `host ${host} did not take it: ${reply.message}`
        : `host ${host} did not answer; nothing was done there`,
      { withdrawn: true, retry, host },
    );
  }

  /**
   * A delete overtook the order: the host is fenced out of it; one that had adopted already is told to delete. One that is proved to run
   * nothing is fenced out at once, with its disks: it clears them away should it ever come back.
   */
  async #deleteThere(input: EffectInput, context: EffectContext): Promise<Record<string, unknown>> {
    const { host, epoch } = granted(input);
    if (await this.#isFencedForGood(input, host, epoch))
      throw new EffectFailedError(
        'ORDER_WITHDRAWN',
        `host ${host} is proved to run nothing of it, and clears away what it has when it comes back`,
        { withdrawn: true, host },
      );
    const adopted = await this.#withdraw(input, host, epoch);
    if (adopted === null)
      throw new EffectFailedError(
        'ORDER_WITHDRAWN',
        `host ${host} had not taken the instance and can no longer take it`,
        { withdrawn: true, host },
      );
    const command = {
      id: `${input.due.command ?? `delete-${context.instance}`}.there`,
      instance: context.instance,
      name: 'delete',
      args: {},
      by: { kind: 'coordinator', name: CLUSTER },
    } as never;
    const reply = await this.#options.send(
      host,
      context.instance,
      { kind: 'command', command },
      { patienceMs: Math.max(1, context.remainingMs() - 1_000), signal: context.permit.signal },
    );
    if (reply.kind === 'answer') return { host, seq: reply.seq };
    throw new DriverError(
      reply.kind === 'error' ? reply.code : 'HOST_UNREACHABLE',
      `host ${host} has the instance and did not take the delete`,
    );
  }

  /**
   * Whether the host's history says that its epoch is over, and it runs nothing: by a proof that still stands after that was written, or
   * because it has cleared away. False: it is to be asked.
   */
  async #isFencedForGood(input: EffectInput, host: HostName, epoch: number): Promise<boolean> {
    const { moves } = this.#options;
    const { uuid } = input.spec;
    const before = await this.#lastOn(host, uuid);
    const isOver = before !== null && before.message.state.actor.epoch > epoch;
    // Where its epoch is over already, what is left there may still wait for somebody to say what becomes of it.
    if (isOver || moves.proofOf(host) !== null) {
      const after = isOver ? before.message.state.actor.epoch : epoch + 1;
      const link = { kind: 'fence', epoch: after, keepDisks: false } as const;
      await writeInto(moves.writer, host, uuid, link, {
        id: `delete.${uuid}.${after}`,
        cause: `op ${input.due.op} deletes it, and host ${host} is proved to run nothing`,
      });
    }
    const last = await this.#lastOn(host, uuid);
    if (last === null || last.message.state.actor.epoch <= epoch) return false;
    if (moves.proofOf(host) !== null || last.message.state.actor.role.kind === 'closed') return true;
    throw new DriverError('PROOF_GONE', `nothing proves any more that host ${host} runs nothing; it is clearing away`);
  }

  /** The host's last message of the instance; null where there is none, or none that can be read. */
  async #lastOn(host: HostName, instance: InstanceUuid): Promise<Extract<Stored, { message: TurnMessage }> | null> {
    const last = await this.#options.moves.writer.journal.last(host, instance);
    return last !== null && isReadable(last) ? last : null;
  }

  /**
   * Ends the epoch in the host's own history, at the compare-and-set where its adoption would have to stand. Null: the fence stands
   * there, it never adopts, nothing was touched. Otherwise the sequence of what it stored: it did adopt.
   */
  async #withdraw({ spec, due }: EffectInput, host: HostName, epoch: number): Promise<number | null> {
    const { seq, events } = await writeInto(
      this.#options.moves.writer,
      host,
      spec.uuid,
      { kind: 'fence', epoch },
      { id: `fence.${spec.uuid}.${epoch}`, cause: `order ${due.op} was not taken`, command: due.command },
    );
    return events.includes('fence') ? null : seq;
  }
}

function granted({ state }: EffectInput): { host: HostName; epoch: number } {
  const { role } = state.actor;
  if (role.kind !== 'granted')
    throw new DriverError('NOT_GRANTED', `an order needs a granted host, the role is ${role.kind}`);
  return role;
}
