import { AgentWorld } from '@chronovirt/testing/world';
import { expect, test } from 'vitest';
import { isOverAtFirstSight } from './first-sight.ts';

const both = (text: string): boolean[] => [
  isOverAtFirstSight(text),
  isOverAtFirstSight(Buffer.from(`x${text}`).subarray(1)),
];

test('only the last message of a deleted instance looks closed, as text and as bytes', async () => {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  for (const name of ['pause', 'delete'] as const) {
    await world.command(agent, spec.uuid, name);
    await world.rests(spec.uuid);
  }
  const messages = await world.history(spec.uuid);
  const looks = messages.map((message) => both(JSON.stringify(message)));
  expect(looks.at(-1)).toEqual([true, true]);
  expect(looks.slice(0, -1).flat()).not.toContain(true);
  // What somebody has written is text, whatever it says; and what an event tells of another actor is not this one's.
  const [last] = messages.slice(-1);
  const alive = messages[1];
  const said = { ...alive, cause: '"actor":{"role":{"kind":"closed"}' };
  expect(both(JSON.stringify(said))).toEqual([false, false]);
  const told = { ...alive, events: [{ type: 'note', data: { of: last?.state }, to: 'running' }], state: alive?.state };
  expect(both(JSON.stringify(told))).toEqual([false, false]);
});

test.each([
  '',
  'x',
  '{}',
  '"actor":{',
  '{"actor":{"role":{"kind":"owner","epoch":1}}}',
  '"actor":{"role":{"kind":"clos',
])('nothing is seen in %j', (text) => {
  expect(both(text)).toEqual([false, false]);
});
