/** A history folded anew with the charts of this version, message after message: its events alone, whatever states they carry. */
import {
  CLUSTER,
  isHostToken,
  type HostMessage,
  type HostState,
  type InstanceState,
  type Standing,
  type StatelessHostMessage,
  type StatelessMessage,
  type TurnMessage,
} from '@chronovirt/contract';
import {
  dueEffects,
  foldHostMessage,
  foldMessage,
  foldStanding,
  HOST_MACHINE_VERSION,
  MACHINE_VERSION,
  settled,
  settledHost,
} from '@chronovirt/machines';
import { isOfHost, isReadable, messageOf, type Stored, type Unreadable } from '../ports/journal.ts';
import { whyNotOfThisVersion } from './parse.ts';

type AnyState = InstanceState | HostState | Standing;

/** Where a history cannot be folded on. */
interface Broken {
  readonly seq: number;
  readonly why: Unreadable;
}

export class Folding {
  #state: AnyState | null = null;
  #broken: Broken | null = null;

  /** The next message, with the state that the history leads to; unreadable where it cannot be folded up to here, or leads to none of today. */
  take(stored: Stored): Stored {
    const before = this.#broken;
    const state = this.pass(stored);
    if (state === null) {
      if (before !== null) return beyond(before, stored);
      const { why } = this.#broken ?? { why: ofAnotherKind };
      return 'unreadable' in stored && stored.unreadable === why ? stored : unreadable(stored, why);
    }
    const message = withState(stored, state);
    // What events of old carry may have another shape, and what follows from them, too; later ones may have put it right.
    const why = whyNotOfThisVersion(message);
    if (why !== null) return unreadable(stored, cannot(stored, `it leads to no state of this version: ${why.text}`));
    const { seq, host, instance } = stored;
    return 'aggregate' in state
      ? { seq, host, instance, hostMessage: message as HostMessage }
      : { seq, host, instance, message: message as TurnMessage };
  }

  /** The next message, when it is not wanted for itself; the state that its events lead to, null when they cannot be folded up to here. */
  pass(stored: Stored): AnyState | null {
    if (this.#broken !== null) return null;
    const { seq } = stored;
    try {
      const state = this.#fold(stored);
      if (state === null) this.#broken = { seq, why: 'unreadable' in stored ? stored.unreadable : ofAnotherKind };
      return state;
    } catch (error) {
      this.#broken = { seq, why: cannot(stored, error instanceof Error ? error.message : String(error)) };
      return null;
    }
  }

  /** Whether nothing more is to be expected in this history. */
  get isOver(): boolean {
    const state = this.#state;
    if (state === null || 'aggregate' in state || this.#broken !== null) return false;
    return state.actor.role.kind === 'closed' && dueEffects(state).length === 0;
  }

  /** The state that the message's events lead to, placeholders for its sequence still 0; null when it is none of this history. Throws what the charts have against it. */
  #fold(stored: Stored): AnyState | null {
    const { host, seq } = stored;
    if (!isHostToken(stored.instance)) {
      const turn = turnIn(stored);
      if (turn === undefined) return null;
      const state = foldMessage(this.#state as InstanceState | null, turn);
      this.#state = settled(state, seq);
      return state;
    }
    const turn = hostTurnIn(stored);
    if (turn === undefined) return null;
    // Of a host's two histories the one in the spine's stream is its charts'; in its own lies its standing.
    if (host !== CLUSTER) return (this.#state = foldStanding(turn));
    const state = foldHostMessage(this.#state as HostState | null, turn);
    this.#state = settledHost(state, seq);
    return state;
  }
}

/** Whether its state is of an older version. */
export function isOutdated(stored: Stored): boolean {
  return 'unreadable' in stored && (stored.unreadable.rest ?? stored.unreadable.hostRest) !== undefined;
}

/** Whether charts of another version have decided a message that can be read. What a standing says follows from itself alone. */
export function isOfAnotherChart(stored: Stored): boolean {
  if (isReadable(stored)) return stored.message.machine !== MACHINE_VERSION;
  if (!isOfHost(stored)) return false;
  const { machine, state } = stored.hostMessage;
  return state.aggregate === 'host' && machine !== HOST_MACHINE_VERSION;
}

/** The state after a message that can be read, else null. */
export function stateOf(stored: Stored): AnyState | null {
  if (isReadable(stored)) return settled(stored.message.state, stored.seq);
  if (!isOfHost(stored)) return null;
  const { state } = stored.hostMessage;
  return state.aggregate === 'host' ? settledHost(state, stored.seq) : state;
}

const ofAnotherKind: Unreadable = { code: 'NOT_A_MESSAGE', text: 'of another kind of history' };

function cannot(stored: Stored, why: string): Unreadable {
  const mine = isHostToken(stored.instance) ? HOST_MACHINE_VERSION : MACHINE_VERSION;
  const { machine = 'nobody' } = turnIn(stored) ?? hostTurnIn(stored) ?? {};
  return { code: 'NOT_A_MESSAGE', text: `decided by ${machine}, and ${mine} does not fold it: ${why}` };
}

function withState(stored: Stored, state: AnyState): TurnMessage | HostMessage {
  return { ...(turnIn(stored) ?? hostTurnIn(stored)), state } as TurnMessage | HostMessage;
}

/** A message, with a state or without. */
const turnIn = (stored: Stored): StatelessMessage | undefined =>
  isReadable(stored) ? stored.message : 'unreadable' in stored ? stored.unreadable.rest : undefined;
const hostTurnIn = (stored: Stored): StatelessHostMessage | undefined =>
  isOfHost(stored) ? stored.hostMessage : 'unreadable' in stored ? stored.unreadable.hostRest : undefined;

function beyond({ seq, why: { code, text, needs } }: Broken, stored: Stored): Stored {
  const why = { code, text: `its history cannot be folded: message ${seq}: ${text}` };
  return unreadable(stored, needs === undefined ? why : { ...why, needs });
}

function unreadable(stored: Stored, why: Unreadable): Stored {
  const { seq, host, instance } = stored;
  return { seq, host, instance, raw: rawOf(stored), unreadable: why };
}

function rawOf(stored: Stored): string {
  return 'raw' in stored ? stored.raw : JSON.stringify(messageOf(stored));
}
