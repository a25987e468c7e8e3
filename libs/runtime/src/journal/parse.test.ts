import { MESSAGE_VERSION, STATE_VERSION, turnMessage } from '@chronovirt/contract';
import { describe, expect, it } from 'vitest';
import { isReadable } from '../ports/journal.ts';
import { parseStored } from './parse.ts';

const instance = '0d4cbf0e-7c4e-4c51-9d9b-7f2f4f6b9a10';
const place = { seq: 7, host: 'h1', instance };
const message = {
  v: MESSAGE_VERSION,
  id: 'm1',
  instance,
  host: 'h1',
  epoch: 1,
  incarnation: '1700000000000-1',
  at: 1_700_000_000_000,
  by: { kind: 'user', name: 'eve' },
  command: null,
  cause: null,
  machine: '1',
  events: [{ type: 'note', to: 'running' }],
  state: {
    v: STATE_VERSION,
    value: 'running',
    context: {
      origin: null,
      goal: null,
      before: null,
      failure: null,
      tries: 0,
      request: {},
      hostsTried: [],
      awaiting: null,
    },
    parts: { power: 'on', lock: null, image: 'idle' },
    actor: {
      role: { kind: 'owner', epoch: 1 },
      epoch: 1,
      op: 1,
      due: [],
      answered: [],
      spec: 1,
      incarnation: '1700000000000-1',
      at: 1_700_000_000_000,
    },
  },
};
const text = JSON.stringify(message);

describe('reading a stored message', () => {
  it('gives back what was written, from text and from bytes', () => {
    expect(parseStored(place, text)).toEqual({ ...place, message });
    expect(parseStored(place, new TextEncoder().encode(text))).toEqual({ ...place, message });
  });

  it('says which version a newer message needs, before it looks at anything else', () => {
    const raw = JSON.stringify({ v: MESSAGE_VERSION + 1, all: 'else is unknown' });
    expect(parseStored(place, raw)).toMatchObject({
      seq: 7,
      unreadable: { code: 'UNKNOWN_VERSION', needs: MESSAGE_VERSION + 1 },
      raw,
    });
  });

  it('says which version a newer state needs', () => {
    const raw = JSON.stringify({ ...message, state: { v: STATE_VERSION + 1, shape: 'new' } });
    expect(parseStored(place, raw)).toMatchObject({
      unreadable: { code: 'UNKNOWN_VERSION', needs: STATE_VERSION + 1, text: expect.stringContaining('state version') },
    });
  });

  it.each([
    ['no JSON', 'garbage', /not JSON/],
    ['a list', '[1]', /JSON object/],
    ['no version', '{}', /^v:/],
    ['a version in words', '{"v":"one"}', /^v:/],
    ['a missing field', JSON.stringify({ ...message, events: undefined }), /^events:/],
    ['an unknown field', JSON.stringify({ ...message, extra: 1 }), /extra/],
    ['a wrong value deep inside', JSON.stringify({ ...message, by: { kind: 'nobody', name: '' } }), /^by\.kind:/],
    ['another history', JSON.stringify({ ...message, host: 'h2' }), /h2.*lies under h1/],
  ])('refuses %s and keeps the raw text', (_, raw, why) => {
    expect(parseStored(place, raw)).toMatchObject({
      ...place,
      raw,
      unreadable: { code: 'NOT_A_MESSAGE', text: expect.stringMatching(why) },
    });
  });

  it('takes and refuses what the schema of the contract does, whatever is damaged', () => {
    const event = {
      type: 'pause.requested',
      part: 'life',
      of: 1,
      op: 2,
      deadline: 3,
      data: { deep: [{ a: 1 }] },
      to: 'paused',
    };
    const whole = {
      ...message,
      events: [event],
      state: { ...message.state, context: { ...message.state.context, request: { x: [1] } } },
    };
    const verdicts = new Set<boolean>();
    for (const path of pathsOf(whole)) {
      for (const damage of [undefined, null, -1, 'x', {}, [], Array.from({ length: 65 }, () => event)]) {
        const raw = JSON.stringify(withValueAt(whole, path, damage));
        const wanted = turnMessage.safeParse(JSON.parse(raw)).success;
        const taken = isReadable(parseStored(place, raw));
        // The place and the versions are looked at besides.
        if (wanted && ['host', 'instance'].includes(path.join('.'))) continue;
        expect([path.join('.'), damage, taken]).toEqual([path.join('.'), damage, wanted]);
        verdicts.add(taken);
      }
    }
    expect(verdicts.size).toBe(2);
  });

  it('refuses bytes that are no UTF-8', () => {
    const bytes = Uint8Array.from([...new TextEncoder().encode(text.slice(0, 20)), 0xff, 0xfe]);
    expect(parseStored(place, bytes)).toMatchObject({ unreadable: { code: 'NOT_A_MESSAGE' } });
  });

  it('lifts an old message step by step to the version of today', () => {
    const { by, ...rest } = message;
    const old = JSON.stringify({ ...rest, v: MESSAGE_VERSION - 1, who: by.name });
    const step = {
      from: MESSAGE_VERSION - 1,
      upcast: ({ who, ...kept }: Readonly<Record<string, unknown>>) => ({ ...kept, by: { kind: 'user', name: who } }),
    };
    const stored = parseStored(place, old, [step]);
    expect(isReadable(stored) && stored.message).toEqual(message);
    expect(parseStored(place, old, [])).toMatchObject({
      unreadable: { code: 'UNKNOWN_VERSION', needs: MESSAGE_VERSION - 1 },
    });
  });
});

type Path = readonly (string | number)[];

/** Every place in a JSON value, from the outside in. */
function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  return [
    ...(at.length > 0 ? [at] : []),
    ...Object.entries(value).flatMap(([key, inside]) => pathsOf(inside, [...at, key])),
  ];
}

function withValueAt(value: object, path: Path, damage: unknown): object {
  const copy = structuredClone(value);
  const last = path.at(-1) ?? '';
  const holder = path
    .slice(0, -1)
    .reduce<unknown>((inside, key) => (inside as Record<string | number, unknown>)[key], copy);
  (holder as Record<string | number, unknown>)[last] = damage;
  return copy;
}
