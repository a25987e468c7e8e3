/** Messages of the NATS client protocol: a line, and for those that carry data as many bytes as the line's last number says. */
import type { Side, Splitter } from './message-proxy.ts';

const END = Buffer.from('\r\n');
const carriers = new Set(['PUB', 'HPUB', 'MSG', 'HMSG']);

/**
 * Cuts the two directions of a connection. What carries no data is housekeeping, and so are messages on subjects that `isHousekeeping`
 * names, with their replies. A reply is called after the subject that it answers.
 */
export function natsMessages(
  isHousekeeping: (subject: string) => boolean = () => false,
): () => (from: Side) => Splitter {
  return () => {
    /** By inbox: what was asked with it. */
    const asked = new Map<string, string>();
    return (from) => {
      let rest = Buffer.alloc(0);
      return (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        const found: ReturnType<Splitter> = [];
        for (let next = take(rest); next !== null; next = take(rest)) {
          rest = rest.subarray(next.bytes.length);
          const { subject, reply } = next;
          if (subject !== null && reply !== null && from === 'client') asked.set(reply, subject);
          const question = subject === null ? undefined : asked.get(subject);
          const about = question ?? subject;
          const label =
            about === null || isHousekeeping(about)
              ? null
              : `${next.verb} ${question === undefined ? '' : 'reply to '}${short(about)}`;
          found.push({ label, bytes: next.bytes });
        }
        return found;
      };
    };
  };
}

interface Taken {
  readonly verb: string;
  readonly subject: string | null;
  /** Where an answer is wanted. */
  readonly reply: string | null;
  readonly bytes: Buffer;
}

function take(bytes: Buffer): Taken | null {
  const end = bytes.indexOf(END);
  if (end < 0) return null;
  const [verb = '', subject = '', ...rest] = bytes.toString('latin1', 0, end).split(/[ \t]+/);
  const name = verb.toUpperCase();
  if (!carriers.has(name)) return { verb: name, subject: null, reply: null, bytes: bytes.subarray(0, end + 2) };
  const whole = end + 2 + Number(rest.at(-1)) + 2;
  if (bytes.length < whole) return null;
  // A server's line has the number of the subscription next, a client's at once the reply; then one number, or two with headers.
  const fields = rest.slice(name.endsWith('MSG') ? 1 : 0, name.startsWith('H') ? -2 : -1);
  return { verb: name, subject, reply: fields[0] ?? null, bytes: bytes.subarray(0, whole) };
}

/** Inboxes, instances and consumers differ from run to run; what kind of message it is does not. */
function short(subject: string): string {
  return subject
    .replace(/^_INBOX\S*/, 'inbox')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<instance>')
    .replaceAll(/\$O\.(\w+)\.\S+/g, 'object of $1')
    .replace(/(\$JS\.API\.CONSUMER\.(?:MSG\.)?[A-Z]+\.[^.]+)\.[^.\s]+/, '$1.<consumer>');
}
