/** Builds a turn of a host event by event, each folded before the next is thought of. */
import { CLUSTER, type Answer, type By, type CommandId, type HostState, type StoredEvent } from '@chronovirt/contract';
import type { Candidate } from '../actor/opening.ts';
import type { TurnDecision } from '../decide/types.ts';
import { advanceHost } from './advance.ts';
import type { HostEnv } from './types.ts';

/** The coordinator, as the one who did it. */
export const coordinator: By = { kind: 'coordinator', name: CLUSTER };

export class HostTurnBuilder {
  readonly #env: HostEnv;
  readonly #command: CommandId | null;
  readonly #events: StoredEvent[] = [];
  #state: HostState | null;

  constructor(state: HostState | null, env: HostEnv, command: CommandId | null) {
    this.#state = state;
    this.#env = env;
    this.#command = command;
  }

  /** Folds one more event. Throws `EventNotAcceptedError` when the chart has no place for it. */
  add(event: Candidate): this {
    const { of, incarnation, policy } = this.#env;
    const at = Math.max(this.#env.at, this.#state?.actor.at ?? 0);
    const { state, event: stored } = advanceHost(
      this.#state,
      event,
      { of, at, incarnation, command: this.#command },
      (method, opened, tries) => {
        const notBefore = tries === 0 ? null : at + Math.round(policy.backoffMs(tries));
        return { deadline: (notBefore ?? at) + Math.round(policy.deadlineMs(method, opened)), notBefore };
      },
    );
    this.#state = state;
    this.#events.push(stored);
    return this;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  /** The state after the events so far. */
  get state(): HostState {
    if (this.#state === null) throw new Error('a turn without events has no state');
    return this.#state;
  }

  end(by: By, cause: string | null, answer?: Answer): TurnDecision<HostState> {
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
}
