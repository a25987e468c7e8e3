/**
 * One append. The server's word may get lost on every way, so the same bytes under the same id go out until the fate is known:
 *
 *   acknowledged, also as a duplicate   stored
 *   wrong last sequence                 read the last message: mine -> stored (by an earlier try, longer ago than ids are known); else conflict
 *   no answer, link lost, not now       wait for the link, again
 *   no responder                        the stream is missing, or its server is not ready yet: ask, and only the former is a fault
 *   full, too big, forbidden            a fault: the message will never be stored as it is
 */
import { headers } from '@nats-io/transport-node';
import { eventSubject, streamOf, type AnyMessage } from '@chronovirt/contract';
import { JournalFault, messageOf, type Appended, type JournalFaultCode, type Stored } from '@chronovirt/runtime';
import type { Core } from '../connection/core.ts';
import { pause } from '../connection/pause.ts';
import { ReplyLost } from '../connection/reply-inbox.ts';
import { lastMessage } from './direct-read.ts';
import { isStreamMissing } from './provision.ts';
import { publishAnswer, type PublishAnswer } from './publish-answer.ts';

/** A server under load answers in some 10 ms; longer means that the answer is lost or the server frozen. */
const answerWithinMs = 2_000;

/** Appends a message at its host's stream; see the port for what it promises. */
export async function appendMessage(
  core: Core,
  message: AnyMessage,
  expectedSeq: number,
  signal?: AbortSignal,
): Promise<Appended> {
  const { host, instance, id } = message;
  const subject = eventSubject(host, instance);
  const payload = Buffer.from(JSON.stringify(message));
  const limit = core.client.info?.max_payload;
  const head = headers();
  head.append('Nats-Msg-Id', id);
  head.append('Nats-Expected-Stream', streamOf(host));
  head.append('Nats-Expected-Last-Subject-Sequence', String(expectedSeq));
  // The client refuses to send more than the server's limit; the headers count.
  if (limit !== undefined && payload.length + 512 > limit) {
    throw fault('MESSAGE_TOO_BIG', subject, `${payload.length} bytes, the server takes ${limit} with headers`);
  }
  for (let tries = 0; ; tries++) {
    await core.link.whenUp(signal);
    const answer = await publish();
    switch (answer.kind) {
      case 'stored':
        return answer;
      case 'wrongLast': {
        const last = await lastMessage(core, host, instance, { atLeast: answer.last, signal });
        return last && isMine(last, id) ? { kind: 'stored', seq: last.seq } : { kind: 'conflict', last };
      }
      case 'full':
        throw fault('JOURNAL_FULL', subject, answer.why);
      case 'tooBig':
        throw fault('MESSAGE_TOO_BIG', subject, answer.why);
      case 'forbidden':
        throw fault('JOURNAL_FORBIDDEN', subject, answer.why);
      case 'otherStream':
        throw fault(
          'JOURNAL_MISSING',
          subject,
          `another stream than ${streamOf(host)} takes this subject (${answer.why})`,
        );
      case 'noResponder':
        if (await isStreamMissing(core, streamOf(host), signal))
          throw fault('JOURNAL_MISSING', subject, `there is no stream ${streamOf(host)}`);
        await pause(50, signal);
        break;
      case 'notNow':
        core.log.debug({ instance, tries, why: answer.why }, 'append repeated');
        // Spread out: after an outage everybody asks again.
        if (tries > 0) await pause(Math.random() * Math.min(20 * 2 ** tries, 500), signal);
        break;
      default:
        answer satisfies never;
    }
  }

  async function publish(): Promise<PublishAnswer | { kind: 'noResponder' }> {
    try {
      const reply = await core.inbox.ask(subject, payload, { headers: head, timeoutMs: answerWithinMs, signal });
      return publishAnswer(reply.string());
    } catch (error) {
      if (!(error instanceof ReplyLost)) throw error;
      if (error.because === 'noResponder') return { kind: 'noResponder' };
      if (error.because === 'forbidden') return { kind: 'forbidden', why: String(error.cause ?? error.message) };
      return { kind: 'notNow', why: error.message };
    }
  }
}

const isMine = (stored: Stored, id: string): boolean => messageOf(stored)?.id === id;

const fault = (code: JournalFaultCode, subject: string, why: string): JournalFault =>
  new JournalFault(code, `${subject}: ${why}`);
