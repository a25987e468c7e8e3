/** Messages of the NATS client protocol: a line, and for those that carry data as many bytes as the line's last number says. */
import type { Side, Splitter } from './message-proxy.ts';

const END = Buffer.from('\r\n');
const carriers = new Set(['PUB', 'HPUB', 'MSG', 'HMSG']);

/** Cuts one direction. What carries no data is housekeeping, and so are messages on subjects that `isHousekeeping` names. */
export function natsMessages(isHousekeeping: (subject: string) => boolean = () => false): (from: Side) => Splitter {
  return () => {
    let rest = Buffer.alloc(0);
    return (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      const found: ReturnType<Splitter> = [];
      for (let next = take(rest); next !== null; next = take(rest)) {
        rest = rest.subarray(next.bytes.length);
        const { subject } = next;
        const label = subject === null || isHousekeeping(subject) ? null : `${next.verb} ${short(subject)}`;
        found.push({ label, bytes: next.bytes });
      }
      return found;
    };
  };
}

function take(bytes: Buffer): { verb: string; subject: string | null; bytes: Buffer } | null {
  const end = bytes.indexOf(END);
  if (end < 0) return null;
  const [verb = '', subject = '', ...numbers] = bytes.toString('latin1', 0, end).split(/[ \t]+/);
  const name = verb.toUpperCase();
  if (!carriers.has(name)) return { verb: name, subject: null, bytes: bytes.subarray(0, end + 2) };
  const whole = end + 2 + Number(numbers.at(-1)) + 2;
  return bytes.length < whole ? null : { verb: name, subject, bytes: bytes.subarray(0, whole) };
}

/** Inboxes and instances differ from run to run; what kind of message it is does not. */
function short(subject: string): string {
  return subject
    .replace(/^_INBOX\S*/, 'inbox')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<instance>')
    .replace(/\$O\.(\w+)\.\S+/, 'object of $1');
}
