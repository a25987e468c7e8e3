import { expect, test } from 'vitest';
import type { Role } from '@chronovirt/contract';
import { Scenario } from '../testing/scenario.ts';
import { dueEffects, LIFE_PART, OWNER_PART, roleAllows, roleText } from './role.ts';

const roles: Record<Role['kind'], Role> = {
  owner: { kind: 'owner', epoch: 3 },
  granted: { kind: 'granted', host: 'alpha' as never, epoch: 3 },
  remnant: { kind: 'remnant', epoch: 4 },
  incoming: { kind: 'incoming', migration: '0b6e0d0e-0000-4000-8000-000000000001.7' },
  kept: { kind: 'kept', epoch: 4, migration: '0b6e0d0e-0000-4000-8000-000000000001.7' },
  closed: { kind: 'closed' },
};

test.each([
  ['owner', [true, true, true]],
  ['granted', [false, true, false]],
  ['remnant', [false, false, true]],
  ['incoming', [false, false, false]],
  ['kept', [false, false, true]],
  ['closed', [false, false, false]],
] as const)('%s: may it spawn, order, clear away? %j', (kind, wanted) => {
  const role = roles[kind];
  expect([
    roleAllows(role, LIFE_PART, 'spawn'),
    roleAllows(role, LIFE_PART, 'order'),
    roleAllows(role, OWNER_PART, 'destroy'),
  ]).toEqual(wanted);
});

test('an effect that stands in the record is not due for a role that may not run it', () => {
  const instance = Scenario.resting('running');
  instance.order('stop');
  const { actor } = instance.now;
  expect(dueEffects({ actor })).toHaveLength(1);
  for (const kind of ['granted', 'remnant', 'incoming', 'closed'] as const)
    expect(dueEffects({ actor: { ...actor, role: roles[kind] } })).toEqual([]);
});

test('effects are due in the order in which they were opened', () => {
  const instance = Scenario.resting('running');
  instance.order('stop');
  const [first] = instance.now.actor.due;
  const due = [
    { ...first, op: 9 },
    { ...first, op: 4 },
  ] as never;
  expect(dueEffects({ actor: { role: roles.owner, due } }).map(({ op }) => op)).toEqual([4, 9]);
});

test('a role in words', () => {
  expect(Object.values(roles).map(roleText)).toEqual([
    'owner(3)',
    'granted(alpha, 3)',
    'remnant(4)',
    'incoming(0b6e0d0e-0000-4000-8000-000000000001.7)',
    'kept(4)',
    'closed',
  ]);
});
