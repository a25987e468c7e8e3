/** A history as rows: one per event, with who, what, why, the state after it, and how long its operation took. */
import type { EventView, HistoryEntry, MessageView } from '../api/types.ts';
import { phraseOf } from './phrases.ts';

export interface Row {
  readonly host: string;
  readonly epoch: number;
  readonly seq: number;
  /** Milliseconds since 1970; null for a message that cannot be read. */
  readonly at: number | null;
  readonly who: string;
  readonly what: string;
  readonly why: string;
  /** State of the instance after it, as this host sees it. */
  readonly state: string;
  /** From the beginning of the effect to this, its end; null where nothing ended. */
  readonly tookMs: number | null;
  readonly kind: 'intent' | 'done' | 'failed' | 'neutral' | 'unreadable';
  /** Not the first event of its message. */
  readonly isFollowing: boolean;
}

/** Makes rows of messages as they come; remembers what was begun and ordered. */
export class RowMaker {
  readonly #opened = new Map<string, number>();
  readonly #orders = new Map<string, string>();

  rowsOf(entry: HistoryEntry): Row[] {
    const { host, seq, message } = entry;
    if (message === undefined) {
      const what = `cannot be read: ${entry.unreadable?.text ?? 'unknown'}`;
      return [
        {
          host,
          epoch: 0,
          seq,
          at: null,
          who: '',
          what,
          why: '',
          state: 'halted',
          tookMs: null,
          kind: 'unreadable',
          isFollowing: false,
        },
      ];
    }
    return message.events.map((event, index) => this.#row(entry, message, event, index > 0));
  }

  #row({ host, seq }: HistoryEntry, message: MessageView, event: EventView, isFollowing: boolean): Row {
    const { at, epoch, by, command } = message;
    const began = event.of === undefined ? undefined : this.#opened.get(`${host} ${event.of}`);
    if (event.op !== undefined) this.#opened.set(`${host} ${event.op}`, at);
    const what = phraseOf(event);
    if (command !== null && !this.#orders.has(command) && event.type.endsWith('.requested'))
      this.#orders.set(command, `${what} by ${by.name}`);
    return {
      host,
      epoch,
      seq,
      at,
      who: whoOf(message),
      what,
      why: this.#why(message, event),
      state: stateAfter(message, event),
      tookMs: began === undefined || event.type === 'resumed' ? null : at - began,
      kind: kindOf(event),
      isFollowing,
    };
  }

  /** What led here: a person's reason, the order that it serves, what was heard or what ran out. */
  #why({ command, cause, by }: MessageView, { type, data }: EventView): string {
    const request = data?.['request'] as { reason?: unknown } | undefined;
    if (typeof request?.reason === 'string' && request.reason !== '') return request.reason;
    const order = command === null ? undefined : this.#orders.get(command);
    const serves = order === undefined ? '' : `for ${order}`;
    if (by.kind === 'user' || by.kind === 'operator') return command === null ? '' : `command ${shortId(command)}`;
    const isOwnEffect = cause !== null && /^effect |^[\w-]+\/\d+$/.test(cause);
    if (cause === null || isOwnEffect || type === 'adopted') return serves;
    return cause;
  }
}

/** The rows of a whole history. */
export function rowsOf(entries: readonly HistoryEntry[]): Row[] {
  const maker = new RowMaker();
  return entries.flatMap((entry) => maker.rowsOf(entry));
}

/**
 * Of a move its own state: what the spine knows of the guest is old by then, and so it is where it refuses something of one that a host
 * has. A host that may not run it any more has no state of it either.
 */
function stateAfter({ state: { value, actor } }: MessageView, { type, part, to }: EventView): string {
  const { role } = actor;
  if (type === 'granted' || (type === 'refused' && role.kind === 'granted')) return '';
  if (part === 'migration') return `move: ${to}`;
  if (part === 'owner') return isGivenUp.test(to) ? to : value;
  return role.kind === 'remnant' || role.kind === 'kept' ? `${role.kind}(${role.epoch ?? actor.epoch})` : value;
}

const isGivenUp = /^(remnant|kept|closed)/;

function whoOf({ by, host }: MessageView): string {
  switch (by.kind) {
    case 'user':
    case 'operator':
      return by.name;
    case 'agent':
      return by.name === host ? 'agent' : `agent ${by.name}`;
    case 'coordinator':
      return 'coordinator';
    default:
      return by.kind;
  }
}

function kindOf({ type }: EventView): Row['kind'] {
  if (type.endsWith('.failed') || type.endsWith('.timedOut') || type === 'refused') return 'failed';
  if (type.endsWith('.requested')) return 'intent';
  if (type.endsWith('.done')) return 'done';
  return 'neutral';
}

/** Enough of an id to tell it from others. */
function shortId(id: string): string {
  return id.length <= 12 ? id : id.slice(0, 8);
}
