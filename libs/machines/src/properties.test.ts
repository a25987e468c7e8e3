/** Any sequence of items, sensible or not: the decisions stay sound, and a history folds to what was decided. */
import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { commandNames, type Observation, type Power } from '@chronovirt/contract';
import { dueEffects } from './actor/role.ts';
import type { Item } from './decide/types.ts';
import { leafNames, leaves } from './life/leaves.ts';
import { policyOf } from './policy.ts';
import { fold } from './reading/fold.ts';
import { verify } from './reading/verifier.ts';
import { EMPTY, HOST, INSTANCE, OPERATOR, ordered, orderOf, Scenario, SPEC, SPINE, USER } from './testing/scenario.ts';

const powers: readonly Power[] = ['on', 'paused', 'off', 'asleep', 'crashed', 'absent'];

const mark = fc.option(fc.record({ epoch: fc.nat(3), op: fc.nat(12) }));
const observation: fc.Arbitrary<Observation> = fc.oneof(
  fc.constant(EMPTY),
  fc.record({
    domain: fc.constantFrom('defined', 'transient', 'absent'),
    power: fc.constantFrom(...powers),
    reason: fc.constantFrom('user', 'shutdown', 'i/o error', 'migration'),
    busy: fc.option(fc.constant('save'), { freq: 8 }),
    mark,
    definition: fc.boolean(),
    savedMemory: fc.boolean(),
    disks: fc.subarray(['root', 'rescue']),
    leftovers: fc.subarray(['tap0']),
  }),
);

const data = fc.record(
  {
    host: fc.constantFrom('alpha', 'beta'),
    withdrawn: fc.boolean(),
    retry: fc.boolean(),
    again: fc.boolean(),
    result: fc.constantFrom(null, { ...SPEC.image }, { ...SPEC.image, sha256: 'f'.repeat(64) }),
  },
  { requiredKeys: ['host'] },
);

/** An item, given what the scenario has come to: about half of them speak of what is due, the others of anything. */
type Step = (scenario: Scenario) => Item;

const methods = [...leafNames.map((name) => leaves[name].method), 'removeImages'];
const argumentsFor: Readonly<Record<string, object>> = {
  create: { spec: SPEC },
  resize: { flavor: { ...SPEC.flavor, vcpus: 2 } },
  snapshot: { name: 'once' },
  backup: { name: 'nightly', rotation: 2 },
};
const command: fc.Arbitrary<Step> = fc
  .record({
    name: fc.constantFrom(...commandNames),
    id: fc.nat(60),
    by: fc.constantFrom(USER, OPERATOR),
    ifSeq: fc.option(fc.nat(50), { freq: 10, nil: undefined }),
  })
  .map(({ name, id, by, ifSeq }) => () => {
    const args = argumentsFor[name] ?? {};
    return {
      kind: 'command',
      command: { id: `f${id}`, instance: INSTANCE, name, args, by, ...(ifSeq === undefined ? {} : { ifSeq }) },
    } as unknown as Item;
  });

const outcome: fc.Arbitrary<Step> = fc
  .record({
    isDue: fc.boolean(),
    isOurs: fc.boolean(),
    op: fc.nat(12),
    epoch: fc.nat(3),
    method: fc.constantFrom(...methods),
    result: fc.constantFrom('done', 'failed'),
    seen: fc.option(observation),
    data,
  })
  .map(({ isDue, isOurs, op, epoch, method, result, seen, data: given }) => (scenario) => {
    const [due] = scenario.state === null ? [] : dueEffects(scenario.state);
    const named =
      isDue && due !== undefined
        ? { op: due.op, epoch: scenario.now.actor.epoch, method: due.method }
        : { op, epoch, method };
    const observed =
      scenario.host === SPINE
        ? null
        : isOurs && seen !== null
          ? { ...seen, mark: { epoch: named.epoch, op: named.op } }
          : seen;
    return {
      kind: 'outcome',
      ...named,
      result: result as 'done',
      observation: observed,
      data: given,
      ...(result === 'failed' ? { error: { code: 'E', message: 'no' } } : {}),
    };
  });

const opOf = (scenario: Scenario, isDue: boolean, op: number): number => (isDue ? scenario.op : op);
const alarm: fc.Arbitrary<Step> = fc
  .record({ isDue: fc.boolean(), op: fc.nat(12) })
  .map(({ isDue, op }) => (scenario) => ({ kind: 'alarm', op: opOf(scenario, isDue, op) }));
const resume: fc.Arbitrary<Step> = fc
  .record({ isDue: fc.boolean(), op: fc.nat(12), attempt: fc.integer({ min: 2, max: 5 }) })
  .map(({ isDue, op, attempt }) => (scenario) => ({ kind: 'resume', op: opOf(scenario, isDue, op), attempt }));
const look: fc.Arbitrary<Step> = fc
  .record({ isDue: fc.boolean(), op: fc.nat(12), seen: observation })
  .map(({ isDue, op, seen }) => (scenario) => ({
    kind: 'look',
    op: opOf(scenario, isDue, op),
    observation: seen,
    heard: 'hint',
  }));

const policy: fc.Arbitrary<Step> = fc.constant(() => ({ kind: 'policy' }) as Item);

const order = orderOf(ordered());
const link: fc.Arbitrary<Step> = fc
  .record({
    kind: fc.constantFrom('adopt', 'fence', 'returned'),
    epoch: fc.nat(4),
    outcome: fc.constantFrom('released', 'deleted', 'offloaded'),
    retry: fc.boolean(),
    host: fc.constantFrom('alpha', 'beta'),
  })
  .map(({ kind, epoch, outcome: end, retry, host }) => () => {
    if (kind === 'adopt') return { kind: 'link', link: { ...order, epoch } };
    if (kind === 'fence') return { kind: 'link', link: { kind, epoch } };
    return {
      kind: 'link',
      link: { kind, host, epoch, seq: 7, outcome: end, failure: null, hostsTried: [host], retry, command: null },
    } as unknown as Item;
  });

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: command },
    { weight: 7, arbitrary: outcome },
    { weight: 2, arbitrary: alarm },
    { weight: 1, arbitrary: resume },
    { weight: 3, arbitrary: look },
    { weight: 1, arbitrary: policy },
    { weight: 1, arbitrary: link },
  ),
  { minLength: 1, maxLength: 40 },
);

const starts: Record<string, () => Scenario> = {
  'an empty host': () => new Scenario({ spec: SPEC }),
  'an empty spine': () => new Scenario({ host: SPINE }),
  'a build on a host': () => Scenario.in('building.spawn', { context: { goal: 'running' }, spec: SPEC }),
  'a running guest': () => Scenario.resting('running', { spec: SPEC }),
  'a guest whose drift is repaired': () =>
    Scenario.resting('running', { spec: SPEC, policy: policyOf({ drift: 'repair', reclaimAfterMs: 10 }) }),
  'a guest whose drift is asked about': () =>
    Scenario.resting('stopped', { spec: SPEC, policy: policyOf({ drift: 'ask' }) }),
};

test.each(Object.keys(starts))(
  'from %s, whatever comes: nothing is thrown, the history folds to the state, ops and time only grow, stale outcomes move nothing, delete wins',
  (start) => {
    fc.assert(
      fc.property(steps, (list) => {
        const scenario = (starts[start] as () => Scenario)();
        let isDeleting = false;
        for (const step of list) {
          const before = scenario.state;
          const item = step(scenario);
          // Each decision is stored through the message schema; a fault would throw here.
          const decision = scenario.take(item);
          const after = scenario.state;
          if (after === null) continue;
          expect(after.actor.op >= (before?.actor.op ?? 0) && after.actor.at >= (before?.actor.at ?? 0)).toBe(true);
          const isLate = decision.kind === 'turn' && decision.events[0]?.type === 'late';
          expect(
            !isLate || (after.value === before?.value && isDeepStrictEqual(after.actor.due, before.actor.due)),
          ).toBe(true);
          const isAdopted = decision.kind === 'turn' && decision.events[0]?.type === 'adopted';
          isDeleting =
            !isAdopted &&
            (isDeleting || (decision.kind === 'turn' && decision.events[0]?.type === 'destroy.requested'));
          expect(!isDeleting || after.value === 'deleted' || after.context.goal === 'deleted').toBe(true);
        }
        expect(fold(scenario.entries)).toEqual(scenario.state);
        expect(verify(scenario.entries)).toMatchObject({ ok: true });
      }),
      { numRuns: 150 },
    );
  },
  120_000,
);

test('the two segments of any build agree: what the spine granted is what the host took', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('done', 'failed'), { minLength: 1, maxLength: 6 }), (ends) => {
      const spine = ordered();
      for (const end of ends) {
        if (spine.now.actor.role.kind !== 'granted') break;
        const host = new Scenario();
        const { epoch } = spine.now.actor;
        host.take({ kind: 'link', link: orderOf(spine) });
        expect(host.now.actor).toMatchObject({ epoch, role: { kind: 'owner', epoch } });
        expect(host.op).toBeGreaterThan(spine.op);
        spine.outcome('done', null, { data: { host: HOST } });
        if (end === 'done') break;
        host.outcome('failed', EMPTY);
        spine.take({
          kind: 'link',
          link: {
            kind: 'returned',
            host: HOST,
            epoch,
            seq: 1,
            outcome: 'released',
            failure: null,
            hostsTried: [],
            retry: true,
            command: null,
          },
        });
        spine.outcome('done', null, { data: { host: HOST } });
        expect(spine.now.actor.epoch).toBe(epoch + 1);
      }
    }),
    { numRuns: 30 },
  );
});
