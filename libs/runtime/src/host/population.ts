/** All actors of one kind on one host: made from the last messages of their histories, kept while they have something to do. */
import type { CommandId } from '@chronovirt/contract';
import { Actor } from '../actor/actor.ts';
import type { ActorHost } from '../actor/actor-host.ts';
import type { ActorState, MessageOf } from '../actor/aggregate.ts';
import { whyUnreadable, type Stored } from '../ports/journal.ts';

export class Population<S extends ActorState, C extends { readonly id: CommandId }, L, D> {
  readonly #shared: ActorHost<S, C, L, D>;
  readonly #incarnation: string;
  readonly #actors = new Map<string, Actor<S, C, L, D>>();

  constructor(shared: ActorHost<S, C, L, D>, incarnation: string) {
    this.#shared = shared;
    this.#incarnation = incarnation;
  }

  get(id: string): Actor<S, C, L, D> | undefined {
    return this.#actors.get(id);
  }

  has(id: string): boolean {
    return this.#actors.has(id);
  }

  all(): Iterable<Actor<S, C, L, D>> {
    return this.#actors.values();
  }

  /** The actor of a history whose last message was read at the start; null when it needs none, or has one already. */
  recover(stored: Stored): Actor<S, C, L, D> | null {
    // A command came before its turn in the scan: that actor was resumed when it was made.
    if (this.#actors.has(stored.instance)) return null;
    const message = this.#shared.aggregate.messageIn(stored);
    if (message === null) {
      this.#halted(stored);
      return null;
    }
    if (this.#shared.isSuperseded(message)) this.#shared.onSuperseded(message);
    // What is over needs no actor: a command, a stray domain or a new segment makes one.
    if (this.#shared.aggregate.isOver(message.state)) return null;
    return this.#make(message, stored.seq);
  }

  /** The actor of a history: in memory, from its last message, or a new one. */
  async actorOf(id: string): Promise<Actor<S, C, L, D>> {
    const known = this.#actors.get(id);
    if (known !== undefined) return known;
    const last = await this.#shared.journal.last(this.#shared.host, id);
    const meanwhile = this.#actors.get(id);
    if (meanwhile !== undefined) return meanwhile;
    if (last === null) {
      const actor = new Actor(this.#shared, id, { state: null, seq: 0, recovered: false });
      this.#actors.set(id, actor);
      return actor;
    }
    const message = this.#shared.aggregate.messageIn(last);
    if (message === null) return this.#halted(last);
    const actor = this.#make(message, last.seq);
    if (message.incarnation !== this.#incarnation) actor.resume(undefined);
    return actor;
  }

  /** Begins again what is due; false when nothing is. */
  resumeDue(actor: Actor<S, C, L, D>): boolean {
    if (actor.state === null || this.#shared.aggregate.due(actor.state).length === 0) return false;
    actor.resume(undefined);
    return true;
  }

  /** Drops an actor that has nothing more to do, as soon as that is so; its last message makes it again. `dropped` is told. */
  dropIfOver(id: string, state: S, dropped: (id: string) => void): void {
    if (!this.#shared.aggregate.isOver(state)) return;
    this.#shared.clock.after(0, () => {
      const actor = this.#actors.get(id);
      if (actor === undefined || !actor.idle || actor.state === null) return;
      if (!this.#shared.aggregate.isOver(actor.state)) return;
      this.#actors.delete(id);
      dropped(id);
    });
  }

  #make(message: MessageOf<S>, seq: number): Actor<S, C, L, D> {
    // The message's own text: the same one out of a subject would keep the whole subject in memory.
    const id = message.instance;
    const actor = new Actor(this.#shared, id, {
      state: this.#shared.aggregate.settled(message.state, seq),
      seq,
      recovered: message.incarnation !== this.#incarnation,
    });
    this.#actors.set(id, actor);
    return actor;
  }

  #halted(stored: Stored): Actor<S, C, L, D> {
    const actor = new Actor(this.#shared, stored.instance, { state: null, seq: stored.seq, recovered: true });
    this.#actors.set(actor.id, actor);
    const { code, text } = whyUnreadable(stored) ?? { code: 'NOT_A_MESSAGE', text: 'of another kind of history' };
    actor.halt({ code, message: text, seq: stored.seq });
    return actor;
  }
}
