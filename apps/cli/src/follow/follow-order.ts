/** Follows an order to its end, telling each transition as it is stored. */
import type { ApiClient } from '../api/client.ts';
import { followEvents } from '../api/events.ts';
import type { Accepted, HistoryEntry, InstanceView, MadeImageView, MessageView } from '../api/types.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { RowMaker, type Row } from '../history/rows.ts';
import {
  callsOff,
  deletesMoving,
  imageMade,
  imageOutcome,
  isOfMove,
  isEvacuation,
  isSettled,
  makesImage,
  moveOutcome,
  outcomeOf,
  takenOver,
  takesOver,
  type Outcome,
} from './outcome.ts';

export interface FollowOptions {
  readonly accepted: Accepted;
  /** Milliseconds; then the order goes on without this command. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly onRow: (row: Row) => void;
  /** The state that the instance is in now, for a line that is redrawn. */
  readonly onState: (message: MessageView) => void;
}

export interface Followed {
  readonly outcome: Outcome;
  readonly state: string;
  readonly host: string;
  readonly seq: number;
  readonly tookMs: number;
  /** The image that the order has made. */
  readonly image?: MadeImageView;
}

/** Resolves with the end. Throws with exit code 6 when it does not come in time. */
export async function followOrder(client: ApiClient, options: FollowOptions): Promise<Followed> {
  const { accepted, timeoutMs, signal } = options;
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(new Error('timeout')), timeoutMs);
  const tracker = new Tracker(options);
  try {
    // An order that was known before its answer came (sent again) lies before the position.
    const since = isBefore(accepted) ? `${accepted.host}:${accepted.seq - 1}` : accepted.position;
    const events = followEvents(client, {
      instance: accepted.instance,
      since,
      signal: AbortSignal.any([signal, stop.signal]),
    });
    for await (const event of events) {
      const end = event.kind === 'entry' ? tracker.take(event.entry) : null;
      if (end !== null) return end;
    }
  } finally {
    clearTimeout(timer);
    stop.abort();
  }
  if (signal.aborted)
    throw new CliError(exitCodes.timeout, 'no longer followed; the order goes on', {
      hint: `chronovirt watch ${accepted.name ?? accepted.instance}`,
    });
  throw await notInTime(client, options);
}

class Tracker {
  readonly #options: FollowOptions;
  readonly #rows = new RowMaker();
  #accepted: MessageView | null = null;
  /** What came before the message that accepted the order: streams are told one after the other, the spine's first. */
  #early: HistoryEntry[] = [];
  #problem: string | null = null;
  #image: MadeImageView | null = null;
  /** How the move ended that the order is about, until its owner rests. */
  #moved: Outcome | null = null;
  #rested: { readonly entry: HistoryEntry; readonly message: MessageView } | null = null;

  constructor(options: FollowOptions) {
    this.#options = options;
  }

  /** Takes a stored message; the end when it settles the order. */
  take(entry: HistoryEntry): Followed | null {
    const { accepted } = this.#options;
    if (this.#accepted !== null) return this.#tell(entry, this.#accepted);
    if (entry.host !== accepted.host || entry.seq !== accepted.seq) {
      this.#early.push(entry);
      return null;
    }
    this.#accepted = readable(entry);
    for (const each of [entry, ...begunBy(accepted.command, this.#early.splice(0))]) {
      const end = this.#tell(each, this.#accepted);
      if (end !== null) return end;
    }
    return null;
  }

  #tell(entry: HistoryEntry, accepted: MessageView): Followed | null {
    const { onRow, onState } = this.#options;
    const message = readable(entry);
    for (const row of this.#rows.rowsOf(entry)) {
      if (row.kind === 'failed') this.#problem = row.what;
      onRow(row);
    }
    for (const event of message.events) this.#image = imageMade(event) ?? this.#image;
    onState(message);
    if (deletesMoving(accepted)) return this.#ofDelete(entry, message);
    if (isOfMove(accepted)) return this.#ofMove(entry, message, accepted);
    if (!isSettled(message.state)) return null;
    if (makesImage(accepted) && message.state.value !== 'deleted')
      return this.#end(imageOutcome(message.state.value, this.#image, this.#problem), entry, message);
    const isImmediate = message === accepted;
    const goal = isImmediate ? null : accepted.state.context.goal;
    const { command } = this.#options.accepted;
    const taken = takesOver(accepted) ? takenOver(message, command, this.#name) : null;
    return this.#end(taken ?? outcomeOf(message, command, goal, this.#problem, this.#name), entry, message);
  }

  get #name(): string {
    const { name, instance } = this.#options.accepted;
    return name ?? instance;
  }

  #ofDelete(entry: HistoryEntry, message: MessageView): Followed | null {
    const { value } = message.state;
    return value === 'deleted' ? this.#end(outcomeOf(message, '', value, null, this.#name), entry, message) : null;
  }

  /** A move is over when the spine says so and the instance's owner rests; which of the two comes first is open. */
  #ofMove(entry: HistoryEntry, message: MessageView, accepted: MessageView): Followed | null {
    if (message !== accepted) this.#moved = moveOutcome(message, callsOff(accepted)) ?? this.#moved;
    // Its owner is lost and tells nothing.
    if (this.#moved?.kind === 'rolledBack' && isEvacuation(accepted)) return this.#end(this.#moved, entry, message);
    if (isSettled(message.state)) this.#rested = { entry, message };
    else if (message.host !== '_cluster') this.#rested = null;
    return this.#moved === null || this.#rested === null
      ? null
      : this.#end(this.#moved, this.#rested.entry, this.#rested.message);
  }

  #end(outcome: Outcome, { host, seq }: HistoryEntry, { state, at }: MessageView): Followed {
    const image = this.#image;
    const tookMs = at - (this.#accepted?.at ?? at);
    return { outcome, state: state.value, host, seq, tookMs, ...(image !== null && { image }) };
  }
}

/** Of each other host, what was stored for the order and all that follows it there: clocks of hosts may differ, a command's id does not. */
function begunBy(command: string, early: readonly HistoryEntry[]): HistoryEntry[] {
  const begun = new Set<string>();
  return early.filter(({ host, message }) => {
    if (message?.command === command) begun.add(host);
    return begun.has(host);
  });
}

function readable({ message, unreadable }: HistoryEntry): MessageView {
  if (message !== undefined) return message;
  throw new CliError(exitCodes.failed, `the instance is halted: ${unreadable?.text ?? 'its history cannot be read'}`);
}

function isBefore({ host, seq, position }: Accepted): boolean {
  const known = position
    .split(',')
    .map((part) => part.split(':'))
    .find(([name]) => name === host)?.[1];
  return known !== undefined && Number(known) >= seq;
}

async function notInTime(client: ApiClient, { accepted, timeoutMs }: FollowOptions): Promise<CliError> {
  const name = accepted.name ?? accepted.instance;
  const instance = await client.json<InstanceView>(`/v1/instances/${accepted.instance}`);
  const waits =
    instance.awaiting === null || instance.awaiting === undefined ? '' : `, waiting for ${instance.awaiting}`;
  return new CliError(
    exitCodes.timeout,
    `not ready within ${timeoutMs / 1000} s: ${name} is ${instance.state ?? 'unknown'}${waits}; the order goes on`,
    {
      hint: `chronovirt watch ${name} follows it; chronovirt history ${name} tells what happened`,
    },
  );
}
