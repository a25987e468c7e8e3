/** Builds a turn event by event, each folded before the next is thought of. */
import type { Answer, By, CommandId, InstanceSpec, InstanceState, StoredEvent } from '@chronovirt/contract';
import { CLUSTER } from '@chronovirt/contract';
import { advance } from '../actor/advance.ts';
import { beginsToRest } from './endings.ts';
import type { Candidate, Stamp } from '../actor/opening.ts';
import type { Decision, Env, NothingCode, TurnDecision } from './types.ts';

export class Turn {
  readonly #env: Env;
  readonly #command: CommandId | null;
  readonly #events: StoredEvent[] = [];
  #state: InstanceState | null;

  constructor(state: InstanceState | null, env: Env, command: CommandId | null) {
    this.#state = state;
    this.#env = env;
    this.#command = command;
  }

  /** Folds one more event. Throws `EventNotAcceptedError` when the chart has no place for it: a fault of the caller. */
  add(event: Candidate): this {
    const { instance, host, incarnation } = this.#env;
    const at = Math.max(this.#env.at, this.#state?.actor.at ?? 0);
    const epoch = this.#state?.actor.epoch ?? 0;
    const meta = { at, host, epoch, incarnation, instance, command: this.#command };
    const stamp = this.#stamp(at, (event.data?.['spec'] as InstanceSpec | undefined) ?? this.#env.spec);
    const reached = advance(this.#state, event, meta, stamp);
    // What a policy ends after a time counts it from what stands in the history.
    const { state, event: stored } = beginsToRest(this.#state, reached.state, event.type)
      ? advance(this.#state, { ...event, data: { ...event.data, since: at } }, meta, stamp)
      : reached;
    this.#state = state;
    this.#events.push(stored);
    return this;
  }

  /** The state after the events so far. */
  get state(): InstanceState {
    if (this.#state === null) throw new Error('a turn without events has no state');
    return this.#state;
  }

  end(by: By, cause: string | null, answer?: Answer): TurnDecision {
    return {
      kind: 'turn',
      events: this.#events,
      next: this.state,
      by,
      command: this.#command,
      cause: cause?.slice(0, 200) ?? null,
      ...(answer === undefined ? {} : { answer }),
    };
  }

  /** `spec`: what the instance is made from; an event that brings it opens its effect with it. */
  #stamp(at: number, spec: InstanceSpec | null | undefined): Stamp {
    const { policy } = this.#env;
    return (method, request, tries) => {
      const notBefore = tries === 0 ? null : at + Math.round(policy.backoffMs(tries));
      return { deadline: (notBefore ?? at) + Math.round(policy.deadlineMs(method, request, spec)), notBefore };
    };
  }
}

/** The process that acts here: an agent, or the coordinator on the spine. */
export function self({ host }: Pick<Env, 'host'>): By {
  return { kind: host === CLUSTER ? 'coordinator' : 'agent', name: host };
}

export function nothing(code: NothingCode, why: string): Decision {
  return { kind: 'nothing', code, why };
}

/** Data for an event: what is undefined is left out, so that the stored form and the folded one are the same. */
export function dataOf(fields: Readonly<Record<string, unknown>>): NonNullable<StoredEvent['data']> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as NonNullable<
    StoredEvent['data']
  >;
}
