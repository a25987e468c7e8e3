/** What comes into an actor's mailbox, what deciding needs to know, and what it answers. */
import type {
  Answer,
  By,
  Command,
  CommandId,
  HostName,
  Incarnation,
  InstanceSpec,
  InstanceState,
  InstanceUuid,
  Observation,
  Role,
  StoredEvent,
} from '@chronovirt/contract';
import type { Link } from '../actor/links.ts';
import type { Policy } from '../policy.ts';

/** How an effect ended. `op`, `epoch`, `method` name it; whether it still counts is decided here. */
export interface Outcome {
  readonly kind: 'outcome';
  readonly op: number;
  readonly epoch: number;
  readonly method: string;
  readonly result: 'done' | 'failed';
  /** What was seen at its end; null = nobody answered, or there is nothing to see (the cluster's effects). */
  readonly observation: Observation | null;
  /** What the effect itself has to say: the chosen host, what was left; small, never a secret. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What a look saw. `op`: the actor's counter when the look began; another one now makes it stale. */
export interface Look {
  readonly kind: 'look';
  readonly op: number;
  readonly observation: Observation;
  /** What was heard that made somebody look. */
  readonly heard: string;
  /** When it was heard, in milliseconds since 1970. */
  readonly heardAt?: number;
}

export type Item =
  | { readonly kind: 'command'; readonly command: Command }
  | Outcome
  | Look
  /** The deadline of an op has passed. */
  | { readonly kind: 'alarm'; readonly op: number }
  /** After a restart: the effect is run again, for the `attempt`-th time. */
  | { readonly kind: 'resume'; readonly op: number; readonly attempt: number }
  | { readonly kind: 'link'; readonly link: Link }
  /** A time that the deployment's policy has set is over. */
  | { readonly kind: 'policy' };

/** Where the spine has an instance: with that host, under that epoch. */
export type GrantedTo = Pick<Extract<Role, { kind: 'granted' }>, 'host' | 'epoch'>;

/** Facts of the host that guards ask for. */
export interface Facts {
  /** Driver methods that can be run here. */
  readonly implements: ReadonlySet<string>;
  /** The journal takes no new commands: what is left is for outcomes. */
  readonly full?: boolean;
  /** On the spine: what proves that a host cannot run anything of before; null = nothing does, silence least of all. */
  readonly proofOf?: (host: HostName) => object | null;
  /**
   * On the spine: the lock as the host has it that holds the instance, for the spine's own record does not follow it there; undefined =
   * that host has not taken it up yet.
   */
  readonly lockOf?: (granted: GrantedTo) => InstanceState['parts']['lock'] | undefined;
}

/** What deciding needs besides state and item. Time comes from here, never from a clock. */
export interface Env {
  readonly instance: InstanceUuid;
  readonly host: HostName;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Sequence of the last message of this history; what `ifSeq` is compared with. Left out: not asked. */
  readonly seq?: number;
  readonly incarnation: Incarnation;
  /** The boot of this host; left out where it is not known. */
  readonly boot?: string;
  readonly policy: Policy;
  readonly facts: Facts;
  /** The present spec; needed by commands that change it (`rebuild` from another image, `resize`). */
  readonly spec?: InstanceSpec | null;
}

/** A turn to be stored: its events, and the state once they are. */
export interface TurnDecision<S = InstanceState> {
  readonly kind: 'turn';
  readonly events: StoredEvent[];
  readonly next: S;
  readonly by: By;
  /** The command that all this serves. */
  readonly command: CommandId | null;
  readonly cause: string | null;
  /** The answer to the item's command; `seq` 0 = the message that this turn becomes. */
  readonly answer?: Answer;
}

/** Why an item leads to nothing. `duplicate`: it was done before. `stale`: it speaks of what is over. `unknown`: no history here. `refused`: it may not be. `same`: nothing new. `busy`: look again later. */
export type NothingCode = 'duplicate' | 'stale' | 'unknown' | 'refused' | 'same' | 'busy';

export type Decision<S = InstanceState> =
  | TurnDecision<S>
  /** A known command id, or a command without a history: the answer, nothing to store. */
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'nothing'; readonly code: NothingCode; readonly why: string };
