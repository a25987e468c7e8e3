import { errCodes } from './error-codes.ts';

/** What the server said to one append. */
export type PublishAnswer =
  | { readonly kind: 'stored'; readonly seq: number }
  /** The subject's last sequence is another one: `last`, where the server says it. */
  | { readonly kind: 'wrongLast'; readonly last: number }
  /** Not now: starting, stopping, choosing a leader. */
  | { readonly kind: 'notNow'; readonly why: string }
  | { readonly kind: 'full' | 'tooBig' | 'forbidden' | 'otherStream'; readonly why: string };

interface Answer {
  seq?: number;
  stream?: string;
  error?: { code: number; err_code?: number; description?: string };
}

/** Reads the answer of a publish. What is no answer at all counts as "not now": the fate is found out by asking again. */
export function publishAnswer(text: string): PublishAnswer {
  let answer: Answer;
  try {
    answer = JSON.parse(text) as Answer;
  } catch {
    return { kind: 'notNow', why: 'the answer is no JSON' };
  }
  const { error, seq } = answer;
  if (!error) {
    if (typeof seq === 'number' && seq > 0 && answer.stream) return { kind: 'stored', seq };
    return { kind: 'notNow', why: 'the answer names no sequence' };
  }
  const { code, err_code: number = 0, description: why = `error ${number}` } = error;
  switch (number) {
    case errCodes.wrongLastSequence:
    case errCodes.wrongLastSequenceUnknown:
      return { kind: 'wrongLast', last: Number(/: (\d+)$/.exec(why)?.[1] ?? 0) };
    case errCodes.storeFailed:
    case errCodes.storageExceeded:
    case errCodes.insufficientResources:
      return { kind: 'full', why };
    case errCodes.messageTooBig:
      return { kind: 'tooBig', why };
    case errCodes.otherStream:
    case errCodes.streamNotFound:
      return { kind: 'otherStream', why };
    case errCodes.unavailable:
    case errCodes.notEnabled:
      return { kind: 'notNow', why };
    default:
      // 5xx is the server's trouble and may pass; 4xx is an answer.
      return code >= 500 ? { kind: 'notNow', why } : { kind: 'forbidden', why };
  }
}
