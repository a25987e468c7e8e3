import { describe, expect, test } from 'vitest';
import type { Observation, RestingState, Sight, StoredEvent } from '@chronovirt/contract';
import { evolve } from '../actor/evolve.ts';
import { observationTable } from '../life/observations.ts';
import { policyOf } from '../policy.ts';
import { fold } from '../reading/fold.ts';
import { EMPTY, HOST, INSTANCE, Scenario, seen, shows, told } from '../testing/scenario.ts';
import { explain } from './explain.ts';

const looks = {
  on: seen(),
  paused: seen({ power: 'paused', reason: 'user' }),
  stuck: seen({ power: 'paused', reason: 'io-error' }),
  off: seen({ power: 'off', reason: 'destroyed' }),
  shutdown: seen({ power: 'off', reason: 'shutdown' }),
  saved: seen({ power: 'off', reason: 'saved', savedMemory: true }),
  crashed: seen({ power: 'crashed', reason: 'panicked' }),
  asleep: seen({ power: 'asleep', reason: 'unknown' }),
  absent: EMPTY,
} as const satisfies Partial<Record<Sight, Observation>>;
type Look = keyof typeof looks;
const sights = Object.keys(looks) as Look[];

/** Of each state, under a policy: on, paused, stuck, off, shutdown, saved, crashed, asleep, absent; then a guest whose definition is gone. */
type Table = Readonly<Record<Exclude<RestingState, 'offloaded' | 'deleted'>, string>>;

/** `=` nothing new, `p` recorded alone, `?` a question; else the effect and its goal. */
const wanted: Readonly<Record<'usual' | 'adopt' | 'repair' | 'ask', Table>> = {
  usual: {
    running:
      '= p p powerOff>stopped powerOff>stopped probe>suspended powerOff>stopped powerOff>stopped probe>running define>running',
    paused:
      'probe>running = p powerOff>stopped powerOff>stopped probe>suspended powerOff>stopped p probe>paused define>paused',
    suspended: 'probe>running probe>paused p probe>stopped probe>stopped = p powerOff>stopped probe>suspended -',
    stopped: 'powerOff>stopped powerOff>stopped powerOff>stopped = = p p powerOff>stopped p -',
    rescued: '= p p p p p p p probe>rescued define>rescued',
    resized: '= p p p p p p p probe>resized define>resized',
    shelved: 'powerOff>shelved powerOff>shelved powerOff>shelved = = = p powerOff>shelved p -',
    trashed: 'powerOff>trashed powerOff>trashed powerOff>trashed = = = p powerOff>trashed p -',
    failed: 'p p p p p p p p p -',
  },
  adopt: {
    running: '= probe>paused p powerOff>stopped powerOff>stopped probe>suspended powerOff>stopped p probe>running p',
    paused: 'probe>running = p powerOff>stopped powerOff>stopped probe>suspended powerOff>stopped p probe>paused p',
    suspended: 'probe>running probe>paused p probe>stopped probe>stopped = p powerOff>stopped probe>suspended -',
    stopped: 'probe>running probe>paused powerOff>stopped = = probe>suspended p powerOff>stopped p -',
    rescued: '= p p p p p p p probe>rescued p',
    resized: '= p p p p p p p probe>resized p',
    shelved: 'probe>running powerOff>shelved powerOff>shelved = = = p powerOff>shelved p -',
    trashed: 'probe>running powerOff>trashed powerOff>trashed = = = p powerOff>trashed p -',
    failed: 'p p p p p p p p p -',
  },
  repair: {
    running:
      '= unpause>running p powerOn>running powerOff>stopped resume>running reboot>running p reboot>running define>running',
    paused:
      'pause>paused = p powerOff>stopped powerOff>stopped probe>suspended powerOff>stopped p reboot>running define>paused',
    suspended:
      'suspend>suspended suspend>suspended p probe>stopped probe>stopped = p powerOff>stopped reboot>running -',
    stopped: 'powerOff>stopped powerOff>stopped powerOff>stopped = = powerOff>stopped p powerOff>stopped p -',
    rescued: '= p p p p p p p probe>rescued define>rescued',
    resized: '= p p p p p p p probe>resized define>resized',
    shelved: 'powerOff>shelved powerOff>shelved powerOff>shelved = = = p powerOff>shelved p -',
    trashed: 'powerOff>trashed powerOff>trashed powerOff>trashed = = = p powerOff>trashed p -',
    failed: 'p p p p p p p p p -',
  },
  ask: {
    running: '= ? p ? powerOff>stopped ? ? powerOff>stopped ? ?',
    paused: '? = p powerOff>stopped powerOff>stopped probe>suspended powerOff>stopped p ? ?',
    suspended: '? ? p probe>stopped probe>stopped = p powerOff>stopped ? -',
    stopped: '? ? powerOff>stopped = = ? p powerOff>stopped p -',
    rescued: '= p p p p p p p probe>rescued ?',
    resized: '= p p p p p p p probe>resized ?',
    shelved: '? powerOff>shelved powerOff>shelved = = = p powerOff>shelved p -',
    trashed: '? powerOff>trashed powerOff>trashed = = = p powerOff>trashed p -',
    failed: 'p p p p p p p p p -',
  },
};

const cases = Object.entries(wanted).flatMap(([policy, table]) =>
  Object.entries(table).map(([state, row]) => [policy, state, row] as const),
);

/** What a look at an instance at rest comes to. */
function cellOf(instance: Scenario, state: string, look: Observation): string {
  const before = instance.entries.length;
  const decision = instance.look(look);
  if (decision.kind === 'nothing') return decision.code === 'same' ? '=' : decision.code;
  expect(instance.entries.length).toBe(before + 1);
  const { part, data } = instance.entries.at(-1)?.message.events[0] ?? {};
  // The evidence: what was seen, and what was heard before.
  expect(data).toMatchObject({ observation: { power: look.power }, heard: 'test' });
  if (part === 'drift') return '?';
  if (part === 'power') return instance.value === state ? 'p' : `moved to ${instance.value}`;
  const { origin, goal } = instance.now.context;
  expect(origin).toBe(state);
  return `${instance.due[0]?.replace(/@.*/, '')}>${goal}`;
}

const unkept = (state: string): Observation => ({
  ...shows(state as RestingState),
  domain: 'transient',
  definition: false,
});

describe('a look in a resting state', () => {
  test.each(cases)('%s, %s: %s', (policy, state, row) => {
    const at = state as RestingState;
    const fresh = (): Scenario => Scenario.resting(at, { policy: policyOf({ drift: policy as 'usual' }) });
    const cells = sights.map((sight) => cellOf(fresh(), state, looks[sight]));
    const runs = shows(at).power === 'on' || shows(at).power === 'paused';
    expect([...cells, runs && state !== 'failed' ? cellOf(fresh(), state, unkept(state)) : '-'].join(' ')).toBe(row);
  });

  test.each(Object.keys(wanted))('%s: the same again is no news where it does not move the instance', (policy) => {
    for (const [state, row] of Object.entries(wanted[policy as 'usual'])) {
      for (const sight of sights.filter((_, n) => row.split(' ')[n] === 'p' || row.split(' ')[n] === '?')) {
        const instance = Scenario.resting(state as RestingState, { policy: policyOf({ drift: policy as 'usual' }) });
        instance.look(looks[sight]);
        expect(told(instance.look(looks[sight]))).toEqual(['nothing: same']);
      }
    }
  });

  test('every cell of the table is filled, and each but the expected ones has its reason', () => {
    for (const cells of Object.values(observationTable)) {
      for (const cell of Object.values(cells)) {
        const rows =
          cell.kind === 'drift' ? [cell.usual, cell.adopt, cell.repair] : cell.kind === 'remove' ? [cell] : [];
        expect(rows.filter(({ why }) => why.length < 6)).toEqual([]);
      }
    }
  });

  test('what nobody owns here any more is removed: offloaded and deleted', () => {
    for (const state of ['deleted', 'offloaded'] as const) {
      const instance = Scenario.resting(state);
      instance.state = { ...instance.now, actor: { ...instance.now.actor, role: { kind: 'closed' } } };
      expect(told(instance.look(EMPTY))).toEqual(['nothing: same']);
      expect(told(instance.look(seen()))).toEqual(['observed.running -> remnant(1)']);
    }
  });

  test('what a host cannot do is recorded instead', () => {
    const facts = { implements: new Set(['powerOff']) };
    const instance = Scenario.resting('running', { policy: policyOf({ drift: 'repair' }), facts });
    expect(told(instance.look(looks.off))).toEqual(['observed.stopped -> off']);
    expect(told(instance.look(looks.off))).toEqual(['nothing: same']);
  });
});

describe('a deployment chooses', () => {
  test('for one case otherwise than for all', () => {
    const policy = policyOf({ drift: 'repair', driftOf: { 'running/paused': 'adopt' } });
    const instance = Scenario.resting('running', { policy });
    expect(told(instance.look(looks.paused))).toEqual(['observed.paused -> reconciling.probe']);
    expect(told(instance.outcome('done', looks.paused))).toEqual(['probe.done -> paused']);
  });

  test('a guest that was cut off is started again, by the policy, with what was seen and heard', () => {
    const instance = Scenario.resting('running', { policy: policyOf({ drift: 'repair' }) });
    const turn = instance.take({
      kind: 'look',
      op: instance.op,
      observation: looks.off,
      heard: 'libvirt STOPPED/destroyed',
      heardAt: 5,
    });
    expect(turn).toMatchObject({
      by: { kind: 'policy' },
      cause: 'libvirt STOPPED/destroyed',
      events: [{ data: { choice: 'repair', seen: 'off', heardAt: 5, observation: { reason: 'destroyed' } } }],
    });
    expect(told(instance.outcome('done', seen()))).toEqual(['powerOn.done -> running']);
  });

  test('a repair that fails is a failure with its facts, and is not tried for ever', () => {
    const instance = Scenario.resting('running', { policy: policyOf({ drift: 'repair' }) });
    instance.look(looks.off);
    expect(told(instance.outcome('failed', looks.off))).toEqual(['powerOn.failed -> failed']);
    expect(told(instance.look(looks.off))).toEqual(['nothing: same']);
  });

  test('a crashed guest is started afresh, hard', () => {
    const instance = Scenario.resting('running', { policy: policyOf({ drift: 'repair' }) });
    instance.look(looks.crashed);
    expect(instance.now.context.request).toEqual({ rebootType: 'HARD' });
  });

  test('and the choice is stored: a history folds the same under any policy', () => {
    for (const drift of ['usual', 'adopt', 'repair', 'ask'] as const) {
      const instance = Scenario.resting('running', { policy: policyOf({ drift }) });
      instance.look(looks.paused);
      expect(fold(instance.entries)).toEqual(instance.state);
    }
  });
});

describe('a history from before there was a choice', () => {
  test.each([
    ['running', 'observed.stopped', {}, 'stopping.powerOff', 'stopped'],
    ['running', 'observed.asleep', { choice: 'stop' }, 'stopping.powerOff', 'stopped'],
    ['stopped', 'observed.running', { choice: 'stop' }, 'stopping.powerOff', 'stopped'],
    ['stopped', 'observed.running', { choice: 'adopt' }, 'reconciling.probe', 'running'],
    ['paused', 'observed.running', {}, 'reconciling.probe', 'running'],
    ['suspended', 'observed.paused', {}, 'reconciling.probe', 'paused'],
  ] as const)('%s, %s %j folds to %s on its way to %s', (state, type, data, value, goal) => {
    const { now } = Scenario.resting(state);
    const event = { type, data, to: value, op: now.actor.op + 1, deadline: 9 } as StoredEvent;
    const meta = { at: 1, host: HOST, epoch: 1, incarnation: now.actor.incarnation, instance: INSTANCE, command: null };
    expect(evolve(now, event, meta)).toMatchObject({ value, context: { goal } });
  });
});

describe('a question', () => {
  const asking = (state: RestingState = 'running'): Scenario => {
    const instance = Scenario.resting(state, { policy: policyOf({ drift: 'ask' }) });
    expect(told(instance.look(state === 'running' ? looks.off : looks.on))).toEqual([
      `observed.${state === 'running' ? 'stopped' : 'running'} -> open`,
    ]);
    return instance;
  };

  test('stands in the record with what was seen, what was heard and when, and moves nothing', () => {
    const instance = asking();
    expect(instance.now).toMatchObject({
      value: 'running',
      parts: { power: 'off', drift: { seen: 'off', heard: 'test', at: instance.at } },
    });
    expect(instance.due).toEqual([]);
  });

  test('is answered by taking the guest’s side', () => {
    const instance = asking();
    expect(told(instance.order('adoptDrift'))).toEqual([
      'adoptDrift.requested -> answered',
      'observed.stopped -> stopping.powerOff',
    ]);
    expect(instance.order('adoptDrift', {}, { id: 'c1' as never })).toMatchObject({ answer: { kind: 'accepted' } });
    instance.outcome('done', looks.off);
    expect(instance.now).toMatchObject({ value: 'stopped', parts: { power: 'off' } });
    expect(instance.now.parts.drift).toBeUndefined();
  });

  test('is answered by taking the record’s side', () => {
    const instance = asking();
    expect(told(instance.order('repairDrift'))).toEqual([
      'repairDrift.requested -> answered',
      'observed.stopped -> starting.powerOn',
    ]);
    instance.outcome('done', seen());
    expect(instance.value).toBe('running');
  });

  test('that was answered by leaving things as they are is not asked again', () => {
    const instance = Scenario.resting('running', { policy: policyOf({ drift: 'ask' }) });
    instance.look(unkept('running'));
    expect(told(instance.order('adoptDrift'))).toEqual(['adoptDrift.requested -> answered']);
    expect(told(instance.look(unkept('running')))).toEqual(['nothing: same']);
  });

  test('ends by itself when the guest is as recorded again, and is another one when something else is seen', () => {
    const instance = asking();
    expect(told(instance.look(looks.paused))).toEqual(['observed.paused -> open']);
    expect(instance.now.parts.drift).toMatchObject({ seen: 'paused' });
    expect(told(instance.look(seen()))).toEqual(['observed.running -> on']);
    expect(instance.now.parts.drift).toBeUndefined();
    expect(instance.order('repairDrift')).toMatchObject({ answer: { guard: 'driftOpen' } });
  });

  test('ends when an operation begins', () => {
    const instance = asking('stopped');
    instance.order('hardReboot');
    expect(instance.now.parts.drift).toBeUndefined();
  });

  test('is not answered by what the host cannot do', () => {
    const instance = asking();
    const { env } = instance;
    const facts = { implements: new Set(['powerOff']) };
    expect(explain(instance.state, 'repairDrift', { ...env, facts })).toMatchObject({
      allowed: false,
      guard: 'driverImplements',
    });
    expect(explain(instance.state, 'adoptDrift', { ...env, facts })).toEqual({ allowed: true });
  });
});

describe('a look that counts for nothing', () => {
  test('one that began before the last operation did', () => {
    const instance = Scenario.resting('running');
    expect(told(instance.look(seen({ power: 'off' }), instance.op - 1))).toEqual(['nothing: stale']);
  });

  test('one at a busy domain', () => {
    expect(told(Scenario.resting('running').look(seen({ power: 'paused', busy: 'save' })))).toEqual(['nothing: busy']);
  });

  test('one while an effect is due: its outcome will tell', () => {
    const instance = Scenario.resting('running');
    instance.order('reboot');
    expect(told(instance.look(seen({ power: 'off' })))).toEqual(['nothing: busy']);
  });
});

test('what somebody did behind our back ends where it belongs', () => {
  const killed = Scenario.resting('running');
  killed.look(seen({ power: 'off', reason: 'destroyed' }));
  killed.outcome('done', seen({ power: 'off' }));
  expect(killed.value).toBe('stopped');

  const woken = Scenario.resting('paused');
  woken.look(seen());
  woken.outcome('done', seen());
  expect(woken.value).toBe('running');

  const gone = Scenario.resting('running');
  gone.look(EMPTY);
  gone.outcome('done', EMPTY);
  expect(gone.now).toMatchObject({
    value: 'failed',
    context: { origin: 'running', failure: { method: 'probe', observation: { domain: 'absent' } } },
  });
  expect(shows('running').power).toBe('on');
});
