import { MESSAGE_VERSION, type HostName, type Incarnation, type MessageId } from '@chronovirt/contract';
import type { TurnDecision } from '@chronovirt/machines';
import type { ActorState, MessageOf } from './aggregate.ts';

/** Makes the message of each turn of one process. Ids are unique per content: a counter under the incarnation, never derived from what is said. */
export class MessageBuilder {
  readonly #host: HostName;
  readonly #incarnation: Incarnation;
  #count = 0;

  constructor(host: HostName, incarnation: Incarnation) {
    this.#host = host;
    this.#incarnation = incarnation;
  }

  build<S extends ActorState>(instance: string, at: number, decision: TurnDecision<S>, machine: string): MessageOf<S> {
    this.#count += 1;
    return {
      v: MESSAGE_VERSION,
      id: `${this.#incarnation}.${this.#count}` as MessageId,
      instance,
      host: this.#host,
      epoch: decision.next.actor.epoch,
      incarnation: this.#incarnation,
      at,
      by: decision.by,
      command: decision.command,
      cause: decision.cause,
      machine,
      events: decision.events,
      state: decision.next,
    };
  }
}
