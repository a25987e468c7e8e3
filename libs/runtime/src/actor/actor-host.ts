import type { CommandId, HostName } from '@chronovirt/contract';
import type { LaneHost } from '../effects/lane.ts';
import type { Lease } from '../effects/lease.ts';
import type { Looks } from '../looks/looks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { RuntimePolicy } from '../ports/policy.ts';
import type { ActorItem, ActorState, Aggregate, MessageOf, TurnEnv } from './aggregate.ts';
import type { Halt } from './halt.ts';
import type { MessageBuilder } from './message-builder.ts';

/** Where an actor finds what its effects need beyond the state. */
export interface SpecSource<D> {
  known(id: string): D | undefined;
  /** Reads it from the message with sequence `seq` of this host's stream. */
  load(id: string, seq: number): Promise<D>;
}

/** A halted actor that can go on from a state that was found elsewhere. */
export interface Revivable<S> {
  readonly id: string;
  /** `seq`: of the last message of its history. */
  revive(state: S, seq: number): void;
}

/** What all actors of one kind on one host share. */
export interface ActorHost<S extends ActorState, C extends { readonly id: CommandId }, L, D> {
  readonly host: HostName;
  readonly aggregate: Aggregate<S, C, L, D>;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly policy: RuntimePolicy;
  readonly log: Log;
  readonly lease: Lease;
  readonly lanes: LaneHost<S, D>;
  readonly looks: Looks<S>;
  readonly specs: SpecSource<D>;
  readonly messages: MessageBuilder;
  /** Aborted when the process ends: appends stop waiting, nothing new begins. */
  readonly closing: AbortSignal;
  env(id: string, at: number, seq: number): TurnEnv;
  isSuperseded(message: MessageOf<S>): boolean;
  onSuperseded(message: MessageOf<S>): void;
  /** Whether the host's standing lets an effect of that method begin, or go on. */
  mayRun(method: string): boolean;
  /** Nothing is looked at: what is seen now is the host's own doing. */
  isQuiet(): boolean;
  /** An append was acknowledged that had been sent at that time. */
  onAppended(sent: { monotonic: number; wall: number }): void;
  onStored(seq: number, message: MessageOf<S>): void;
  onHalt(id: string, halt: Halt): void;
  /** Delete works on a halted instance too: finds a state to go on from. False for every other item. */
  reviveForDelete(actor: Revivable<S>, item: ActorItem<C, L>): Promise<boolean>;
}
