/** A moment in an instance's history: a message by its sequence, or a time. */
import { InvalidInputError, type InstanceState } from '@chronovirt/contract';
import { isUndecided, settled } from '@chronovirt/machines';
import { isReadable, whyUnreadable, type Stored } from '@chronovirt/runtime';
import { noImages } from '../read-model/images-of-state.ts';
import { epochOf, speaking, viewOf, type Segment } from '../read-model/segment.ts';

export type Moment =
  | { readonly kind: 'seq'; readonly seq: number; readonly host: string | null }
  | { readonly kind: 'time'; readonly at: number };

const expectation = 'expected a sequence (57), host:sequence (h1:57) or a time (2026-11-22T10:02:11Z)';

/** Reads `57`, `h1:57` or a time in ISO 8601. */
export function parseMoment(text: string, field: string): Moment {
  const [, host, seq] = /^(?:([A-Za-z0-9_-]{1,64}):)?(\d{1,15})$/.exec(text.trim()) ?? [];
  if (seq !== undefined) return { kind: 'seq', seq: Number(seq), host: host ?? null };
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidInputError(field, `${expectation}, got ${JSON.stringify(text.slice(0, 80))}`);
  return { kind: 'time', at };
}

export interface StateAt {
  readonly host: string;
  readonly seq: number;
  readonly at: number;
  readonly state: InstanceState;
}

type Readable = Extract<Stored, { message: unknown }>;

/** The state at a moment. A sequence names its message; at a time the segment speaks that spoke for the instance then. */
export function stateAt(chain: readonly Stored[], moment: Moment, field: string): StateAt {
  const found = moment.kind === 'seq' ? bySequence(chain, moment, field) : byTime(chain, moment.at, field);
  const { host, seq, message } = found;
  return { host, seq, at: message.at, state: settled(message.state, seq) };
}

function bySequence(
  chain: readonly Stored[],
  { seq, host }: Extract<Moment, { kind: 'seq' }>,
  field: string,
): Readable {
  const matches = chain.filter((stored) => stored.seq === seq && (host === null || stored.host === host));
  const [found, another] = matches;
  if (found === undefined) {
    const nearest = chain
      .filter((stored) => host === null || stored.host === host)
      .toSorted((a, b) => Math.abs(a.seq - seq) - Math.abs(b.seq - seq))
      .slice(0, 3)
      .map((stored) => `${stored.host}:${stored.seq}`);
    const hint = nearest.length === 0 ? 'see its history' : `the nearest are ${nearest.join(', ')}`;
    throw new InvalidInputError(field, `no message ${host === null ? '' : `${host}:`}${seq} in this history; ${hint}`);
  }
  if (another !== undefined) {
    const choices = matches.map((stored) => `${stored.host}:${seq}`).join(' or ');
    throw new InvalidInputError(field, `${seq} is in more than one stream of this history; say ${choices}`);
  }
  if (!isReadable(found))
    throw new InvalidInputError(field, `message ${found.host}:${seq} cannot be read: ${whyUnreadable(found)?.text}`);
  return found;
}

function byTime(chain: readonly Stored[], at: number, field: string): Readable {
  const lastOf = new Map<string, Readable>();
  let first: number | null = null;
  for (const stored of chain) {
    if (!isReadable(stored)) continue;
    first = Math.min(first ?? stored.message.at, stored.message.at);
    if (stored.message.at <= at) lastOf.set(stored.host, stored);
  }
  const owner = speaking([...lastOf.values()].map(segmentOf));
  const found = owner === undefined ? undefined : lastOf.get(owner.host);
  if (found === undefined) {
    const began = first === null ? 'holds no readable message' : `began at ${new Date(first).toISOString()}`;
    throw new InvalidInputError(
      field,
      `the instance was not there yet at ${new Date(at).toISOString()}; its history ${began}`,
    );
  }
  return found;
}

function segmentOf({ host, seq, message }: Readable): Segment {
  const view = viewOf(message);
  return {
    host,
    seq,
    epoch: epochOf(message),
    role: message.state.actor.role.kind,
    isUndecided: isUndecided(message.state.actor.role),
    specSeq: 0,
    spec: null,
    specAt: 0,
    view,
    images: noImages,
    halted: null,
  };
}
