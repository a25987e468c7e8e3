/** What the parts of this library share of one connection; never given to anybody outside. */
import type { NatsConnection as Client } from '@nats-io/transport-node';
import { JournalUnreachableError, type Link, type Log } from '@chronovirt/runtime';
import { JetStreamRefusal, NatsForbiddenError } from '../errors.ts';
import { capabilities, type Capabilities } from './capabilities.ts';
import type { NatsConnection } from './handle.ts';
import { pause } from './pause.ts';
import { ReplyLost, type ReplyInbox } from './reply-inbox.ts';

export interface Core {
  readonly client: Client;
  readonly inbox: ReplyInbox;
  readonly inboxPrefix: string;
  readonly link: Link;
  readonly log: Log;
}

const cores = new WeakMap<NatsConnection, Core>();

/** Ties a connection's inside to the handle that others hold. */
export function setCore(handle: NatsConnection, core: Core): void {
  cores.set(handle, core);
}

/** The inside of a connection made by `connect`. */
export function coreOf(handle: NatsConnection): Core {
  const core = cores.get(handle);
  if (!core) throw new TypeError('expected a connection made by connect()');
  return core;
}

/** What the server that is connected just now can do. */
export function capabilitiesOf({ client }: Core): Capabilities {
  return capabilities(client.info?.version ?? '');
}

const API = '$JS.API';
/** Subject of a JetStream API request. */
export const api = (what: string): string => `${API}.${what}`;

const encoder = new TextEncoder();
const nothing = new Uint8Array(0);

/** Bytes of a request's body; undefined = empty. */
export const body = (value?: unknown): Uint8Array =>
  value === undefined ? nothing : encoder.encode(JSON.stringify(value));

/** One request of the JetStream API. Throws `JetStreamRefusal` when the server says no, `ReplyLost` when it says nothing. */
export async function callApi<T>(core: Core, what: string, value?: unknown, signal?: AbortSignal): Promise<T> {
  const reply = await core.inbox.ask(api(what), body(value), { timeoutMs: 5_000, signal });
  const answer = reply.json<T & { error?: { code: number; err_code?: number; description?: string } }>();
  if (answer.error) {
    const { code, err_code = 0, description = 'refused' } = answer.error;
    throw new JetStreamRefusal(what, code, err_code, description);
  }
  return answer;
}

/**
 * Repeats `attempt` until it answers: a lost link is waited out, a silent or not yet ready server is asked again. What is refused for good
 * is thrown, so is what `attempt` throws by itself.
 */
export async function untilAnswered<T>(
  core: Core,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 0; ; tries++) {
    await core.link.whenUp(signal);
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof ReplyLost) {
        if (error.because === 'forbidden') throw new NatsForbiddenError(error.message, error.cause);
      } else if (!(error instanceof JetStreamRefusal && error.retry === 'later')) throw error;
      core.log.debug({ tries, why: (error as Error).message }, 'nats request repeated');
    }
    await pause(Math.min(20 * 2 ** tries, 500), signal);
  }
}

const silenceMs = 5_000;

/** One round trip to the server; a frozen one counts as unreachable after 5 s. */
export async function roundTrip({ client }: Core): Promise<void> {
  const patience = new AbortController();
  try {
    await Promise.race([
      client.flush(),
      pause(silenceMs, patience.signal).then(() => {
        throw new Error(`no answer within ${silenceMs} ms`);
      }),
    ]);
  } catch (error) {
    throw new JournalUnreachableError('the NATS server did not answer', error);
  } finally {
    patience.abort();
  }
}
