import { isDeepStrictEqual } from 'node:util';
import { turnMessage } from '@chronovirt/contract';
import { AgentWorld } from '@chronovirt/testing/world';
import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { compileCheck } from './compiled-check.ts';
import { messageCheck } from './parse.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What an agent really stores in a life with a refusal in it, and a message of the spine while a move is under way. */
async function samples(): Promise<Json[]> {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  for (const name of ['pause', 'reboot', 'lock', 'unpause', 'delete'] as const) {
    await world.command(agent, spec.uuid, name);
    await world.rests(spec.uuid);
  }
  const messages = JSON.parse(JSON.stringify(await world.history(spec.uuid))) as { state: { parts: object } }[];
  const [first] = messages;
  const context = {
    id: `${spec.uuid}.7`,
    kind: 'live',
    source: 'h1',
    epoch: 1,
    destination: null,
    origin: 'running',
    request: { onHost: 'h2', tries: [1, { deep: null }] },
    found: {},
    hostsTried: ['h3'],
    tries: 0,
    failure: { step: 'place', code: 'NONE', message: 'no host' },
    aborting: false,
    doomed: false,
    awaiting: null,
  };
  const migration = { value: 'planning.place', context };
  const moving = { ...first, state: { ...first?.state, parts: { ...first?.state.parts, migration } } };
  return [...messages, moving] as unknown as Json[];
}

/** A message with a few places changed: something else there, nothing there, or something more. */
const changed = (from: readonly Json[]): fc.Arbitrary<Json> =>
  fc
    .record({
      sample: fc.constantFrom(...from),
      changes: fc.array(
        fc.record({
          way: fc.array(fc.nat(), { maxLength: 6 }),
          act: fc.constantFrom('replace', 'remove', 'add', 'addProto'),
          value: fc.oneof(
            fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
            fc.constantFrom<Json>(0, -1, 1.5, 2 ** 53, 'x'.repeat(101), 'running', 'closed', 'refused', {}, []),
          ),
        }),
        { maxLength: 3 },
      ),
    })
    .map(({ sample, changes }) => {
      const box = { message: structuredClone(sample) };
      for (const { way, act, value: shared } of changes) {
        // The constants are one object each: a later change would write into it, or put it into itself, which JSON cannot say.
        const value = structuredClone(shared);
        let at: { [key: string]: Json } = box;
        let key = 'message';
        for (const step of way) {
          const inner = at[key];
          if (typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0) break;
          at = inner as { [key: string]: Json };
          key = Object.keys(at)[step % Object.keys(at).length] ?? '';
        }
        if (act === 'remove') delete at[key];
        else if (act === 'replace') at[key] = value;
        else if (typeof at[key] === 'object' && at[key] !== null && !Array.isArray(at[key])) {
          const inner = act === 'add' ? 'more' : '__proto__';
          Object.defineProperty(at[key], inner, { value, enumerable: true, configurable: true, writable: true });
        }
      }
      return box.message ?? null;
    });

describe('a compiled check', () => {
  afterEach(() => void vi.unstubAllGlobals());

  test('says yes to each message that is stored, and to nothing that the schema refuses or changes', async () => {
    const real = await samples();
    expect(real.length).toBeGreaterThan(8);
    expect(real.filter((message) => !messageCheck.accepts(message))).toEqual([]);
    let accepted = 0;
    fc.assert(
      fc.property(changed(real), (message) => {
        const { success, data } = turnMessage.safeParse(message);
        const isTaken = success && isDeepStrictEqual(data, message);
        accepted += Number(isTaken);
        expect(messageCheck.accepts(message)).toBe(isTaken);
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(300);
  });

  test('knows every kind of schema that a stored message is made of', () => {
    expect(messageCheck.unknown).toEqual([]);
  });

  test.each<[string, z.ZodType, unknown, unknown]>([
    ['text that is changed', z.string().trim(), 'a', ' a'],
    ['a format that looks further than a pattern', z.email(), 'a@b.de', 'a'],
    ['a default', z.strictObject({ a: z.int().default(1) }), { a: 2 }, {}],
    ['a default that may be missing', z.strictObject({ a: z.int().default(1).optional() }), { a: 2 }, { a: 'x' }],
    ['a condition of one’s own', z.strictObject({ a: z.int() }).refine(({ a }) => a > 1), { a: 2 }, { a: 1 }],
    ['an object that drops what it does not name', z.object({ a: z.int() }), { a: 1, b: 2 }, { a: 'x' }],
    ['an object that keeps what it does not name', z.looseObject({ a: z.int() }), { a: 1, b: 2 }, { a: 'x' }],
    ['something made anew', z.string().transform(Number), '1', 1],
    ['a pattern with a memory', z.string().regex(/a/g), 'a', 'b'],
    ['a 32-bit number', z.int32(), 1, 2 ** 40],
  ])('leaves %s to the schema, and names it', (_what, schema, good, bad) => {
    const check = compileCheck(schema);
    expect(check.unknown).toHaveLength(1);
    expect(schema.safeParse(good).success).toBe(true);
    expect([check.accepts(good), check.accepts(bad)]).toEqual([false, false]);
  });

  test('knows what JSON can say and a number of JavaScript cannot', () => {
    const check = compileCheck(z.strictObject({ n: z.number(), any: z.json() }));
    expect(check.accepts(JSON.parse('{"n":1,"any":{"deep":[1e300]}}'))).toBe(true);
    expect(check.accepts(JSON.parse('{"n":1e999,"any":0}'))).toBe(false);
    expect(check.accepts(JSON.parse('{"n":1,"any":{"deep":[1e999]}}'))).toBe(false);
    expect(check.accepts(JSON.parse('[]'))).toBe(false);
  });

  test('says yes to nothing where no code may be made from text', () => {
    vi.stubGlobal('Function', () => {
      throw new EvalError('Code generation from strings disallowed for this context');
    });
    const check = compileCheck(z.string());
    expect(check).toMatchObject({ unknown: ['code from text'] });
    expect(check.accepts('a')).toBe(false);
  });
});
