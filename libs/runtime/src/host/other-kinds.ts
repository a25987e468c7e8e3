/** Histories beside the instances' that lie in the same host's stream: on the spine those of hosts and of images. */
import type { CommandId } from '@chronovirt/contract';
import type { SpecSource } from '../actor/actor-host.ts';
import type { ActorState, Aggregate, MessageOf } from '../actor/aggregate.ts';
import type { Halt } from '../actor/halt.ts';
import { stopping } from '../actor/nothing-stored.ts';
import type { CommandReply } from '../actor/reply.ts';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import type { HostContext } from './host-context.ts';
import { populate } from './populate.ts';
import type { Population } from './population.ts';

/** Another kind of thing whose histories lie in this host's stream, led beside its instances. It needs nothing beyond its state. */
export interface Kind<S extends ActorState, C extends { readonly id: CommandId }, L> {
  readonly aggregate: Aggregate<S, C, L, null>;
  readonly executor: EffectExecutor<S, null>;
  /** Whether a token of this stream is one of its histories. */
  owns(id: string): boolean;
  readonly onStored?: (seq: number, message: MessageOf<S>) => void;
}

/** What can be done with the actors of another kind. */
export interface Led<S, C, L> {
  command(id: string, command: C): Promise<CommandReply<S>>;
  link(id: string, link: L): Promise<CommandReply<S>>;
  /** The present state, when a history of that id is in memory. */
  state(id: string): { readonly state: S; readonly seq: number } | undefined;
  all(): Iterable<{ readonly id: string; readonly state: S | null; readonly seq: number; readonly halt: Halt | null }>;
}

type OtherPopulation = Population<never, never, never, null>;

export class OtherKinds {
  readonly #context: HostContext;
  readonly #kinds: { readonly owns: (id: string) => boolean; readonly actors: OtherPopulation }[] = [];

  constructor(context: HostContext) {
    this.#context = context;
  }

  lead<S extends ActorState, C extends { readonly id: CommandId }, L>(kind: Kind<S, C, L>): Led<S, C, L> {
    const { closing } = this.#context;
    const actors: Population<S, C, L, null> = populate(this.#context, kind.aggregate, kind.executor, noSpecs, {
      onStored: (seq, message) => {
        kind.onStored?.(seq, message);
        actors.dropIfOver(message.instance, message.state, () => {});
      },
      reviveForDelete: async () => false,
    });
    this.#kinds.push({ owns: (id) => kind.owns(id), actors: actors as never });
    return {
      command: async (id, command) => (closing.aborted ? stopping : (await actors.actorOf(id)).command(command)),
      link: async (id, link) => (closing.aborted ? stopping : (await actors.actorOf(id)).link(link)),
      state: (id) => {
        const actor = actors.get(id);
        return actor === undefined || actor.state === null ? undefined : { state: actor.state, seq: actor.seq };
      },
      *all() {
        for (const { id, state, seq, halted } of actors.all()) yield { id, state, seq, halt: halted };
      },
    };
  }

  /** Who leads the history of that token; undefined = it is of no other kind. */
  ownerOf(id: string): OtherPopulation | undefined {
    return this.#kinds.find(({ owns }) => owns(id))?.actors;
  }

  /** Begins again what is due. */
  resumeDue(): void {
    for (const { actors } of this.#kinds) for (const actor of actors.all()) actors.resumeDue(actor);
  }

  close(why: string): void {
    for (const { actors } of this.#kinds) for (const actor of actors.all()) actor.close(why);
  }
}

/** Of a kind whose effects need nothing beyond the state. */
const noSpecs: SpecSource<null> = { known: () => null, load: async () => null };
