/** Answering requests: one subscription, one JSON reply per request, and no request that can end the process. */
import type { Msg } from '@nats-io/transport-node';
import { ChronovirtError } from '@chronovirt/contract';
import { coreOf } from '../connection/core.ts';
import type { NatsConnection } from '../connection/handle.ts';

/** An answer that says why there is none. `later`: the same request can go better another time. */
export interface ErrorReply {
  readonly kind: 'error';
  readonly code: string;
  readonly message: string;
  readonly retry?: 'later' | 'never';
}

/** A service that was begun; `stop` lets requests that are being answered be answered. */
export interface Serving {
  stop(): Promise<void>;
}

/** Answers requests on `subject`. What `answer` throws goes to the caller as an error reply, without stack. */
export function serve(connection: NatsConnection, subject: string, answer: (msg: Msg) => Promise<unknown>): Serving {
  const { client, log } = coreOf(connection);
  const running = new Set<Promise<void>>();
  const reply = async (msg: Msg): Promise<void> => {
    let said: string;
    try {
      said = JSON.stringify(await answer(msg));
    } catch (error) {
      if (!(error instanceof ChronovirtError)) log.error({ subject: msg.subject, error }, 'request failed');
      said = JSON.stringify(errorReply(error));
    }
    const limit = client.info?.max_payload ?? Number.POSITIVE_INFINITY;
    if (Buffer.byteLength(said) > limit) {
      said = JSON.stringify({
        kind: 'error',
        code: 'REPLY_TOO_BIG',
        message: `the answer exceeds ${limit} bytes`,
      } satisfies ErrorReply);
    }
    // While disconnected this goes nowhere; the caller asks again with the same id.
    if (!client.isClosed()) msg.respond(said);
  };
  const track = async (work: Promise<void>): Promise<void> => {
    running.add(work);
    try {
      await work;
    } catch (error) {
      log.warn({ subject, why: String(error) }, 'reply not sent');
    }
    running.delete(work);
  };
  const subscription = client.subscribe(subject, {
    callback: (error, msg) => {
      if (error) {
        log.error({ subject, why: error.message }, 'requests cannot be served');
        return;
      }
      track(reply(msg));
    },
  });
  return {
    stop: async () => {
      subscription.unsubscribe();
      await Promise.allSettled(running);
    },
  };
}

/** What a caller is told of a throw. Errors of ours are written for callers; of others only the name is told. */
export function errorReply(error: unknown): ErrorReply {
  if (error instanceof ChronovirtError) {
    return { kind: 'error', code: error.code, message: error.message, retry: error.retry };
  }
  return {
    kind: 'error',
    code: 'INTERNAL',
    message: `the host failed to answer (${error instanceof Error ? error.name : typeof error}); its log says more`,
  };
}
