/**
 * The journal as the runtime needs it: append with compare-and-set, the last message of each subject, histories, a feed.
 * Two implementations under one suite: memory (tests, model checking) and JetStream (`nats-adapter`).
 */
import type {
  AnyMessage,
  HostMessage,
  StatelessHostMessage,
  StatelessMessage,
  TurnMessage,
} from '@chronovirt/contract';

/**
 * Why a stored message cannot be used as it is: an unknown version, a state of an older version (`UpToDateJournal` folds it anew), or bytes
 * that are no message of ours.
 */
export interface Unreadable {
  readonly code: 'UNKNOWN_VERSION' | 'OUTDATED_STATE' | 'NOT_A_MESSAGE';
  readonly text: string;
  /** Version that a reader would need, when the message says it. */
  readonly needs?: number;
  /** Of an outdated state of an instance: all of the message but that. */
  readonly rest?: StatelessMessage;
  /** The same of a host's. */
  readonly hostRest?: StatelessHostMessage;
}

/**
 * A message as it lies in a history. `seq` is the stream's sequence; a subject's messages have growing, not consecutive ones.
 * `instance` is the subject's last token: an instance's UUID, or the token of a host's history, whose messages are `hostMessage`.
 */
export type Stored =
  | { readonly seq: number; readonly host: string; readonly instance: string; readonly message: TurnMessage }
  | { readonly seq: number; readonly host: string; readonly instance: string; readonly hostMessage: HostMessage }
  | {
      readonly seq: number;
      readonly host: string;
      readonly instance: string;
      readonly unreadable: Unreadable;
      readonly raw: string;
    };

/** Whether it is a message of an instance that could be read; a type guard. */
export function isReadable(stored: Stored): stored is Extract<Stored, { message: TurnMessage }> {
  return 'message' in stored;
}

/** Whether it is a message of a host's history that could be read; a type guard. */
export function isOfHost(stored: Stored): stored is Extract<Stored, { hostMessage: HostMessage }> {
  return 'hostMessage' in stored;
}

/** The message, whatever it is of; null when it cannot be read. */
export function messageOf(stored: Stored): AnyMessage | null {
  return isReadable(stored) ? stored.message : isOfHost(stored) ? stored.hostMessage : null;
}

/** Why a stored message is of no use where an instance's history is read; null when it is. */
export function whyUnreadable(stored: Stored): Unreadable | null {
  if (isReadable(stored)) return null;
  return isOfHost(stored) ? { code: 'NOT_A_MESSAGE', text: 'it is of the history of a host' } : stored.unreadable;
}

/** `stored`: it lies in the history under `seq` (by this call or an earlier try). `conflict`: the subject's last message is another one. */
export type Appended =
  | { readonly kind: 'stored'; readonly seq: number }
  | { readonly kind: 'conflict'; readonly last: Stored | null };

/** The journal took the message for good reason not: full, too big, forbidden, no such stream. The instance halts; its outcome is not lost but unsaid. */
export type JournalFaultCode =
  | 'JOURNAL_FULL'
  | 'MESSAGE_TOO_BIG'
  | 'JOURNAL_FORBIDDEN'
  | 'JOURNAL_MISSING'
  | 'JOURNAL_CLOSED';

export interface Link {
  /** Whether the journal can be reached as far as known. */
  up(): boolean;
  /** Resolves when it is up (at once when it is); rejects with the signal's reason. */
  whenUp(signal?: AbortSignal): Promise<void>;
  /** One round trip to the server; proves that this process still reaches the journal. Rejects when it does not. */
  roundTrip(): Promise<void>;
  /** Called at each change; returns the way to stop listening. */
  onChange(listener: (up: boolean) => void): () => void;
}

export interface Journal {
  readonly link: Link;
  /**
   * Appends one message to `evt.<message.host>.<message.instance>` if `expectedSeq` is the subject's last sequence (0 = none).
   * Retries with the same id and the same bytes until the fate is known: a lost link is waited out, never turned into an error.
   * Throws `JournalFault` when the journal refuses, the signal's reason when aborted (the fate is then unknown).
   */
  append(message: AnyMessage, expectedSeq: number, signal?: AbortSignal): Promise<Appended>;
  /** The last message of one history on one host. */
  last(host: string, instance: string): Promise<Stored | null>;
  /**
   * The last message of every history on a host, in no order, each as it arrives; ends after the last. `open`: histories in which, at
   * first sight, nothing more happens are left out, unread and unchecked.
   */
  lastOfAll(host: string, which?: 'open'): AsyncIterable<Stored>;
  /** A history on one host, oldest first; sequences within [from, to] (both included, both optional). Ends at the present end. */
  read(host: string, instance: string, range?: { from?: number; to?: number }): AsyncIterable<Stored>;
  /** Sequence of the last message of a host's stream, whatever it is; 0 = none yet. */
  end(host: string): Promise<number>;
  /** One message by its sequence. */
  get(host: string, seq: number): Promise<Stored | null>;
  /** All messages of a host after `since` (0 = from the start), then new ones as they are stored, until aborted. Survives lost links without gap or repetition. */
  feed(host: string, since: number, signal: AbortSignal): AsyncIterable<Stored>;
  /** Hosts that have a stream. */
  hosts(): Promise<string[]>;
  /** Makes the stream of a host if it is missing and checks what the server really made of it. */
  provision(host: string): Promise<void>;
  /** How full the host's stream is, 0 to 1; a value read at most some seconds ago. */
  fill(host: string): number;
  close(): Promise<void>;
}
