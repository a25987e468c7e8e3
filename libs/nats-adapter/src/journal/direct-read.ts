/** Single messages by direct get: the last of a subject, or one by its sequence. */
import type { Msg } from '@nats-io/transport-node';
import { eventSubject, parseEventSubject, streamOf } from '@chronovirt/contract';
import { JournalFault, parseStored, type Stored } from '@chronovirt/runtime';
import { api, body, untilAnswered, type Core } from '../connection/core.ts';
import { pause } from '../connection/pause.ts';
import { ReplyLost } from '../connection/reply-inbox.ts';
import { JetStreamRefusal } from '../errors.ts';
import { isStreamMissing } from './provision.ts';

/**
 * The last message of a history; null when it has none. `atLeast`: a sequence that the server has named already; a replica that has not
 * got it yet is asked again.
 */
export async function lastMessage(
  core: Core,
  host: string,
  instance: string,
  { atLeast = 0, signal }: { atLeast?: number; signal?: AbortSignal | undefined } = {},
): Promise<Stored | null> {
  const subject = `DIRECT.GET.${streamOf(host)}.${eventSubject(host, instance)}`;
  for (let tries = 0; ; tries++) {
    const stored = await direct(core, host, subject, undefined, signal);
    // A history that was emptied by hand has no such sequence any more; then the answer counts after a while.
    if ((stored?.seq ?? 0) >= atLeast || tries === 20) return stored;
    await pause(25, signal);
  }
}

/** The message with that sequence; null when there is none. */
export function messageAt(core: Core, host: string, seq: number): Promise<Stored | null> {
  return direct(core, host, `DIRECT.GET.${streamOf(host)}`, { seq }, undefined);
}

async function direct(
  core: Core,
  host: string,
  what: string,
  query: unknown,
  signal: AbortSignal | undefined,
): Promise<Stored | null> {
  return untilAnswered(core, signal, async () => {
    let reply: Msg;
    try {
      reply = await core.inbox.ask(api(what), body(query), { timeoutMs: 1_000, signal });
    } catch (error) {
      // Without a stream nobody answers: the server says so at once or, as a part of its API, not at all.
      const silent = error instanceof ReplyLost && (error.because === 'noResponder' || error.because === 'timeout');
      if (silent && (await isStreamMissing(core, streamOf(host), signal))) {
        throw new JournalFault('JOURNAL_MISSING', `there is no stream ${streamOf(host)}`);
      }
      throw error;
    }
    const { headers } = reply;
    const status = headers?.code ?? 0;
    if (status === 404) return null;
    if (status !== 0 || !headers)
      throw new JetStreamRefusal(what, status >= 500 ? 503 : status, 0, headers?.description ?? 'no headers');
    const place = parseEventSubject(headers.get('Nats-Subject'));
    if (!place) throw new JetStreamRefusal(what, 500, 0, `a message of subject ${headers.get('Nats-Subject')}`);
    return parseStored({ seq: Number(headers.get('Nats-Sequence')), ...place }, reply.data);
  });
}
