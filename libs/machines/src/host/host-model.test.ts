/** Whatever comes in whatever order: what must hold of every state of a host that can be reached. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostCommandNames, type HeardOfHost, type HostState, type Incarnation } from '@chronovirt/contract';
import { HostScenario, well } from '../testing/host-scenario.ts';
import { valueOf } from './advance.ts';
import { dueOfHost } from './decide.ts';
import { hostLeafOf, hostLeaves, hostRests, type HostPart } from './leaves.ts';
import { hostRules } from './rules.ts';

type Step =
  | { readonly do: 'heard'; readonly fields: Partial<HeardOfHost>; readonly termOff: number }
  | { readonly do: 'silent'; readonly silentMs: number }
  | { readonly do: 'order'; readonly name: (typeof hostCommandNames)[number]; readonly on: boolean }
  | { readonly do: 'outcome'; readonly which: number; readonly result: 'done' | 'failed'; readonly isEmpty: boolean }
  | { readonly do: 'alarm' | 'resume' | 'late'; readonly which: number }
  | { readonly do: 'facts'; readonly reliedOn: boolean; readonly canFence: boolean; readonly instances: number };

const reports = fc.record({
  bootId: fc.constantFrom('boot-1', 'boot-2', 'boot-3'),
  incarnation: fc
    .constantFrom('1700000000000-1', '1700000001000-1', '1700000002000-1')
    .map((text) => text as Incarnation),
  firstOfBoot: fc.boolean(),
  barred: fc.boolean(),
  stoodDown: fc.boolean(),
  watchdog: fc.constantFrom(null, { boundMs: 10_000 }),
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('heard' as const), fields: reports, termOff: fc.integer({ min: -1, max: 0 }) }),
  fc.record({ do: fc.constant('silent' as const), silentMs: fc.constantFrom(6_000, 60_000) }),
  fc.record({ do: fc.constant('order' as const), name: fc.constantFrom(...hostCommandNames), on: fc.boolean() }),
  fc.record({
    do: fc.constant('outcome' as const),
    which: fc.nat(3),
    result: fc.constantFrom('done' as const, 'done' as const, 'failed' as const),
    isEmpty: fc.boolean(),
  }),
  fc.record({ do: fc.constantFrom('alarm' as const, 'resume' as const, 'late' as const), which: fc.nat(3) }),
  fc.record({
    do: fc.constant('facts' as const),
    reliedOn: fc.boolean(),
    canFence: fc.boolean(),
    instances: fc.nat(2),
  }),
);

function play(host: HostScenario, step: Step): void {
  const dues = host.state === null ? [] : dueOfHost(host.state);
  const due = 'which' in step ? dues[step.which % Math.max(1, dues.length)] : undefined;
  switch (step.do) {
    case 'heard':
      return void host.heard({
        ...well,
        ...step.fields,
        term: Math.max(0, (host.state?.context.term ?? 0) + step.termOff),
        stoodDown: step.fields.barred === true && step.fields.stoodDown === true,
      });
    case 'silent':
      return void host.silent(step.silentMs);
    case 'order':
      return void host.order(step.name, { on: step.on, statement: 'it is down', action: 'reboot', reason: 'test' });
    case 'outcome':
      if (due === undefined) return;
      return void host.outcome(due.method, step.result, {
        isEmpty: step.isEmpty,
        said: 'off',
        boundMs: 10_000,
        waitedMs: 15_000,
        incarnation: well.incarnation,
        stopped: 0,
      });
    case 'alarm':
      return void (due && host.give({ kind: 'alarm', op: due.op }));
    case 'resume':
      return void (due && host.give({ kind: 'resume', op: due.op, attempt: due.attempt + 1 }));
    case 'late':
      if (host.state === null) return;
      return void host.give({
        kind: 'outcome',
        op: host.state.actor.op + 5,
        epoch: 0,
        method: 'fence',
        result: 'done',
        observation: null,
      });
    case 'facts':
      host.facts = { full: false, canFence: step.canFence, reliedOn: step.reliedOn, instances: step.instances };
      return;
    default:
      return step satisfies never;
  }
}

const parts = Object.keys(hostLeaves) as HostPart[];

function check(before: HostState | null, host: HostScenario): void {
  const { state } = host;
  if (state === null) return;
  for (const part of parts) {
    const leaf = hostLeafOf(part, valueOf(state, part) ?? '');
    const due = state.actor.due.filter((one) => one.part === part);
    // A state with an effect has it due, one that rests has none.
    expect(due.map(({ method }) => method)).toEqual(leaf === null ? [] : [leaf.method]);
  }
  const { context } = state;
  expect(context.term).toBeGreaterThanOrEqual(before?.context.term ?? 0);
  if (host.proof !== null) {
    expect(context.serves).toBe(false);
    expect(host.proof.term).toBe(context.term);
    expect(['fenced', 'forgetting.fenceInstances', 'forgotten']).toContain(state.value);
  }
  // The right to run guests comes back under a new term alone.
  if (before !== null && !before.context.serves && context.serves) expect(context.term).toBe(before.context.term + 1);
}

test('every order of reports, silences, orders and outcomes keeps what is due exact, terms growing and proofs honest', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 60 }), (list) => {
      const host = new HostScenario();
      for (const step of list) {
        const before = host.state;
        play(host, step);
        check(before, host);
      }
      expect(host.verdict()).toMatchObject({ ok: true });
    }),
    { numRuns: 400 },
  );
});

test('silence and reports of a host that serves never make a proof, in whatever order they come', () => {
  const harmless = fc.oneof(
    fc.record({
      do: fc.constant('heard' as const),
      fields: reports.map((fields) => ({ ...fields, barred: false, watchdog: null })),
      termOff: fc.constant(0),
    }),
    fc.record({ do: fc.constant('silent' as const), silentMs: fc.nat(1e9) }),
  );
  fc.assert(
    fc.property(fc.array(harmless, { maxLength: 40 }), (list) => {
      const host = new HostScenario();
      for (const step of list) {
        play(host, step);
        expect(host.proof).toBeNull();
      }
    }),
    { numRuns: 200 },
  );
});

test('from wherever it is, a host whose effects succeed comes to rest', () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 40 }), (list) => {
      const host = new HostScenario();
      for (const step of list) play(host, step);
      for (let n = 0; n < 20 && host.state !== null; n++) {
        const [due] = dueOfHost(host.state);
        if (due === undefined) break;
        host.outcome(due.method, 'done', {
          isEmpty: true,
          said: '',
          boundMs: 1,
          waitedMs: 1,
          incarnation: well.incarnation,
        });
      }
      if (host.state !== null) expect(host.state.actor.due).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('the tables name the same states: each with rules, each rule leading to one of them', () => {
  for (const part of parts) {
    const known = new Set([...Object.keys(hostLeaves[part]), ...Object.keys(hostRests[part])]);
    expect(new Set(Object.keys(hostRules[part]))).toEqual(known);
    for (const rules of Object.values(hostRules[part]))
      for (const { to } of Object.values(rules).flat()) if (to !== undefined) expect(known).toContain(to);
  }
});
