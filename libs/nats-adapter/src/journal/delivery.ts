/** What a consumer says of a message in its reply subject. */
export interface Delivery {
  /** The message's sequence in the stream. */
  readonly seq: number;
  /** The consumer's own counter: 1, 2, 3, … without holes. */
  readonly counter: number;
  /** Messages that were still to come when this one was sent. */
  readonly pending: number;
}

/**
 * Reads `$JS.ACK.<stream>.<consumer>.<deliveries>.<sequence>.<counter>.<time>.<pending>`; newer servers may put a domain and an account
 * before the stream and something after the end.
 */
export function deliveryOf(reply: string): Delivery | undefined {
  if (!reply.startsWith('$JS.ACK.')) return undefined;
  const tokens = reply.split('.');
  const first = tokens.length === 9 ? 5 : 7;
  const seq = Number(tokens[first]);
  const counter = Number(tokens[first + 1]);
  const pending = Number(tokens[first + 3]);
  return Number.isSafeInteger(seq) && Number.isSafeInteger(counter) && Number.isSafeInteger(pending)
    ? { seq, counter, pending }
    : undefined;
}
