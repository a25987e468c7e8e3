/** What the runtime has to know of a kind of thing that has histories: how it decides and folds, and what follows from its state. */
import type {
  Answer,
  CommandId,
  Due,
  HostName,
  Incarnation,
  Observation,
  StoredEvent,
  TurnMessage,
} from '@chronovirt/contract';
import type { Decision, Facts, Item } from '@chronovirt/machines';
import type { Stored } from '../ports/journal.ts';

/** The part of every aggregate's state that the runtime itself reads. */
export interface ActorState {
  readonly actor: {
    /** Under which effects run; an outcome of another one is late. */
    readonly epoch: number;
    readonly op: number;
    readonly at: number;
    readonly answered: readonly Answer[];
  };
}

/** What comes into a mailbox: an order of a person, a message from elsewhere, and what the runtime itself has to tell. */
export type ActorItem<C, L> =
  | { readonly kind: 'command'; readonly command: C }
  | { readonly kind: 'link'; readonly link: L }
  | Exclude<Item, { kind: 'command' | 'link' }>;

/** What deciding needs to know besides state and item. */
export interface TurnEnv {
  /** Token of the history. */
  readonly id: string;
  readonly host: HostName;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Sequence of the last message of this history. */
  readonly seq: number;
  readonly incarnation: Incarnation;
  readonly facts: Facts;
}

/** The envelope of a turn with this aggregate's state in it. */
export type MessageOf<S> = Omit<TurnMessage, 'instance' | 'state'> & { readonly instance: string; readonly state: S };

/** `S` its state, `C` the orders and `L` the messages that it takes, `D` what its effects need beyond the state (an instance's spec). */
export interface Aggregate<S extends ActorState, C extends { readonly id: CommandId }, L, D> {
  /** Version of the charts, stored with each turn. */
  readonly machine: string;
  /** The message if it is of this kind and can be read. */
  messageIn(stored: Stored): MessageOf<S> | null;
  decide(state: S | null, item: ActorItem<C, L>, env: TurnEnv, spec: D | undefined): Decision<S>;
  /** Folds one stored event; throws when the charts do not take it. */
  evolve(state: S | null, event: StoredEvent, message: MessageOf<S>): S;
  /** Whether a decision is another one with what the effects need beyond the state; left out = it never is. */
  readonly wantsSpec?: (before: S | null, decision: Decision<S>) => boolean;
  /** The state once its message is stored under `seq`. */
  settled(state: S, seq: number): S;
  /** An equal state in less memory, for an actor that rests. */
  readonly atRest?: (state: S) => S;
  /** Effects that are due, oldest first. */
  due(state: S): Due[];
  /** Effects of one lane run one at a time; of all lanes at once. */
  laneOf(due: Due): string;
  /** Nothing more happens here by itself: no actor is needed until somebody speaks to it. */
  isOver(state: S): boolean;
  /** Whether it waits for a message of others, and nothing is due until then; left out = it never does. */
  readonly waits?: (state: S) => boolean;
  /** Whether what a bulk look saw differs from what is recorded, so that a real look is worth it. */
  differs(state: S, seen: Observation | undefined): boolean;
  /** When a policy next has something to do by itself, in milliseconds since 1970; null or left out = never, as it is. */
  readonly wakesAt?: (state: S) => number | null;
  /** Sequence of the message that holds what its effects need beyond the state; 0 = the last one. */
  specSeq(state: S): number;
}
