import { expect, test } from 'vitest';
import { effectMethods, eventTypesOf, methodEventSchema, parseEventType } from './method-events.ts';

test('a method that changes something has four events', () => {
  expect(eventTypesOf('spawn')).toEqual(['spawn.requested', 'spawn.done', 'spawn.failed', 'spawn.timedOut']);
  expect(effectMethods).toHaveLength(35 + 16);
});

test('an event type tells its method and phase; of anything else it tells nothing', () => {
  expect(parseEventType('liveMigration.timedOut')).toEqual({ method: 'liveMigration', phase: 'timedOut' });
  const others = ['observed.stopped', 'getInfo.done', 'spawn.begun', 'spawn', 'spawn.done.twice', 'toString.done'];
  expect(others.filter((type) => parseEventType(type) !== undefined)).toEqual([]);
});

test("a method's event is a stored event of one of its types", () => {
  const schema = methodEventSchema('pause');
  expect(schema.safeParse({ type: 'pause.done', to: 'paused' }).success).toBe(true);
  expect(schema.safeParse({ type: 'unpause.done', to: 'running' }).success).toBe(false);
  expect(schema.safeParse({ type: 'pause.done' }).success).toBe(false);
});
