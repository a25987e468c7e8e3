/** Given a host's history, when an item comes, then events. Every turn is stored as JSON, parsed and folded again. For tests only. */
import {
  CLUSTER,
  hostMessage,
  hostTokenOf,
  MESSAGE_VERSION,
  type HeardOfHost,
  type HostCommandName,
  type HostName,
  type HostOrder,
  type HostState,
  type Incarnation,
} from '@chronovirt/contract';
import { decideHost, dueOfHost } from '../host/decide.ts';
import { evolveHost, settledHost, type HostTurn } from '../host/evolve.ts';
import { verifyHost } from '../host/verifier.ts';
import { HOST_MACHINE_VERSION } from '../host/machine.ts';
import { defaultHostPolicy, type HostPolicy } from '../host/policy.ts';
import { fenceProofOf } from '../host/proof.ts';
import type { HostFacts, HostItem } from '../host/types.ts';
import type { Decision } from '../decide/types.ts';
import { diff } from '../reading/diff.ts';

export const ALPHA = 'alpha' as HostName;
const incarnation = '1700000000000-7' as Incarnation;

/** A report of a host that is well. */
export const well: HeardOfHost = {
  incarnation: '1700000000000-1' as Incarnation,
  bootId: 'boot-1',
  firstOfBoot: true,
  term: 0,
  barred: false,
  stoodDown: false,
  watchdog: null,
};

export class HostScenario {
  state: HostState | null = null;
  readonly entries: { seq: number; message: HostTurn }[] = [];
  at = 1_700_000_000_000;
  facts: HostFacts = { full: false, canFence: true, instances: 0, reliedOn: false };
  policy: HostPolicy;
  #orders = 0;

  constructor(policy: Partial<HostPolicy> = {}) {
    this.policy = { ...defaultHostPolicy, ...policy };
  }

  /** Types of the last turn's events. */
  get events(): string[] {
    return (this.entries.at(-1)?.message.events ?? []).map(({ type }) => type);
  }

  get now(): HostState {
    if (this.state === null) throw new Error('nothing was heard of the host yet');
    return this.state;
  }

  get proof() {
    return this.state === null ? null : fenceProofOf(this.state);
  }

  heard(fields: Partial<HeardOfHost> = {}): Decision<HostState> {
    return this.give({ kind: 'link', link: { kind: 'heard', heard: { ...well, ...fields } } });
  }

  silent(silentMs: number): Decision<HostState> {
    return this.give({ kind: 'link', link: { kind: 'silent', silentMs } });
  }

  order(name: HostCommandName, args: HostOrder['args'] = {}, id = `order-${++this.#orders}`): Decision<HostState> {
    const by = { kind: 'operator', name: 'grace' } as const;
    return this.give({ kind: 'command', command: { id: id as HostOrder['id'], host: ALPHA, name, args, by } });
  }

  /** Ends the effect that is due. */
  outcome(
    method: string,
    result: 'done' | 'failed' = 'done',
    data: Record<string, unknown> = {},
    error = { code: 'BROKEN', message: 'it broke' },
  ): Decision<HostState> {
    const due = dueOfHost(this.now).find((one) => one.method === method);
    if (due === undefined) throw new Error(`${method} is not due, but ${JSON.stringify(this.now.actor.due)}`);
    const said = { kind: 'outcome', op: due.op, epoch: 0, method, result, observation: null, data } as const;
    return this.give(result === 'done' ? said : { ...said, error });
  }

  give(item: HostItem): Decision<HostState> {
    const decision = decideHost(this.state, item, {
      of: ALPHA,
      at: this.at,
      seq: this.entries.length,
      incarnation,
      policy: this.policy,
      facts: this.facts,
    });
    this.at += 1;
    if (decision.kind === 'turn') this.#store(decision);
    return decision;
  }

  /** The answer of the last decision in a word. */
  static answerOf(decision: Decision<HostState>): string {
    if (decision.kind === 'nothing') return decision.code;
    const { answer } = decision;
    return answer === undefined ? 'turn' : answer.kind === 'accepted' ? 'accepted' : answer.guard;
  }

  verdict() {
    return verifyHost(this.entries);
  }

  #store(decision: Extract<Decision<HostState>, { kind: 'turn' }>): void {
    const seq = this.entries.length + 1;
    const message = hostMessage.parse(
      JSON.parse(
        JSON.stringify({
          v: MESSAGE_VERSION,
          id: `m${seq}`,
          instance: hostTokenOf(ALPHA),
          host: CLUSTER,
          epoch: decision.next.actor.epoch,
          incarnation,
          at: decision.next.actor.at,
          by: decision.by,
          command: decision.command,
          cause: decision.cause,
          machine: HOST_MACHINE_VERSION,
          events: decision.events,
          state: decision.next,
        }),
      ),
    ) as HostTurn;
    let folded = this.state;
    for (const event of message.events) folded = evolveHost(folded, event, { ...message, of: ALPHA });
    const differences = diff(decision.next, folded);
    if (differences.length > 0) throw new Error(`folding differs: ${JSON.stringify(differences)}`);
    this.entries.push({ seq, message });
    this.state = settledHost(message.state, seq);
  }
}
