import type { Msg } from '@nats-io/transport-node';
import type { Core } from '../connection/core.ts';
import { pause } from '../connection/pause.ts';
import { ReplyLost } from '../connection/reply-inbox.ts';
import { NatsForbiddenError } from '../errors.ts';

export interface Patience {
  /** How long to try, in milliseconds. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal | undefined;
  /** How long one try may take before the request is sent again; default 3 s. */
  readonly tryMs?: number;
}

/** Nobody answered. `taken`: whether somebody may have taken the request all the same (a try that ended without a word). */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly taken: boolean;
}

/** So long a try may take even when the patience ends sooner: the server's word that nobody is there needs its time, too. */
const SHORTEST_TRY_MS = 250;

/**
 * Sends the same bytes until there is an answer or the patience ends. Without a responder the server says so at once, and it is tried
 * again shortly. Throws `NATS_FORBIDDEN`, and the signal's reason.
 */
export async function askPatiently(
  core: Core,
  subject: string,
  payload: Uint8Array,
  patience: Patience,
): Promise<Msg | Unreachable> {
  const { patienceMs, signal, tryMs = 3_000 } = patience;
  const end = performance.now() + patienceMs;
  const left = () => end - performance.now();
  let taken = false;
  for (let tries = 0; left() > 0; tries++) {
    try {
      if (!core.link.up()) await linkWithin(core, left(), signal);
      if (core.link.up())
        return await core.inbox.ask(subject, payload, {
          timeoutMs: Math.min(tryMs, Math.max(SHORTEST_TRY_MS, left())),
          signal,
        });
    } catch (error) {
      if (!(error instanceof ReplyLost)) throw error;
      if (error.because === 'forbidden')
        throw new NatsForbiddenError(`${subject}: this user may not ask that`, error.cause);
      if (error.because !== 'noResponder') taken = true;
    }
    const wait = Math.min(25 * 2 ** tries, 250, left());
    if (wait > 0) await pause(wait, signal);
  }
  return { kind: 'unreachable', taken };
}

/** Returns when the link is up, or when the time is over. */
async function linkWithin(core: Core, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(over), Math.max(1, ms));
  try {
    await core.link.whenUp(signal ? AbortSignal.any([signal, over.signal]) : over.signal);
  } catch (error) {
    if (error !== over) throw error;
  } finally {
    clearTimeout(timer);
  }
}
