import type {
  HostName,
  Incarnation,
  InstanceState,
  InstanceUuid,
  Observation,
  TurnMessage,
} from '@chronovirt/contract';
import type { Env, Item } from '@chronovirt/machines';
import type { LaneHost } from '../effects/lane.ts';
import type { Lease } from '../effects/lease.ts';
import type { Looks } from '../looks/looks.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { RuntimePolicy } from '../ports/policy.ts';
import type { Specs } from '../host/specs.ts';
import type { Actor } from './actor.ts';
import type { Halt } from './halt.ts';
import type { MessageBuilder } from './message-builder.ts';

/** What all actors of one host share. */
export interface ActorHost {
  readonly host: HostName;
  readonly incarnation: Incarnation;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly policy: RuntimePolicy;
  readonly log: Log;
  readonly lease: Lease;
  readonly lanes: LaneHost;
  readonly looks: Looks;
  readonly specs: Specs;
  readonly messages: MessageBuilder;
  /** Aborted when the process ends: appends stop waiting, nothing new begins. */
  readonly closing: AbortSignal;
  env(instance: InstanceUuid, at: number, seq: number): Env;
  /** Whether what a bulk look saw differs from what is recorded, so that a real look is worth it. */
  differs(state: InstanceState, seen: Observation | undefined): boolean;
  isSuperseded(message: TurnMessage): boolean;
  onSuperseded(message: TurnMessage): void;
  onStored(seq: number, message: TurnMessage): void;
  onHalt(instance: InstanceUuid, halt: Halt): void;
  /** Delete works on a halted instance too: finds a state to go on from. False for every other item. */
  reviveForDelete(actor: Actor, item: Item): Promise<boolean>;
}
