import { describe, expect, test } from 'vitest';
import type { Observation, Power, RestingState } from '@chronovirt/contract';
import { parentOf } from '../life/leaves.ts';
import { observationTable, observedEvent } from '../life/observations.ts';
import { restingStates } from '../life/resting.ts';
import { EMPTY, Scenario, seen, shows, told } from '../testing/scenario.ts';

const powers = ['on', 'paused', 'off', 'crashed', 'asleep', 'absent'] as const satisfies readonly Power[];

const look = (power: Power): Observation => (power === 'absent' ? EMPTY : seen({ power }));

/** Rows are states, columns on, paused, off, crashed, asleep, absent; `=` nothing new, `p` power alone. */
const wanted: Record<Exclude<RestingState, 'offloaded' | 'deleted'>, string> = {
  running: '= p stopping>stopped stopping>stopped stopping>stopped reconciling>running',
  paused: 'reconciling>running = stopping>stopped stopping>stopped p reconciling>paused',
  suspended: 'reconciling>running reconciling>paused = p stopping>stopped reconciling>suspended',
  stopped: 'stopping>stopped stopping>stopped = p stopping>stopped p',
  rescued: '= p p p p reconciling>rescued',
  resized: '= p p p p reconciling>resized',
  shelved: 'stopping>shelved stopping>shelved = p stopping>shelved p',
  trashed: 'stopping>trashed stopping>trashed = p stopping>trashed p',
  failed: 'p p p p p p',
};

/** The cell that a look of an instance in a state amounts to. */
function cellOf(state: RestingState, power: Power): string {
  const instance = Scenario.resting(state);
  const [said] = told(instance.look(look(power)));
  if (said === 'nothing: same') return '=';
  if (said === `${observedEvent[power]} -> ${power}` && instance.value === state) return 'p';
  const { origin, goal } = instance.now.context;
  return said === `${observedEvent[power]} -> ${instance.value}` && origin === state
    ? `${parentOf(instance.value)}>${goal}`
    : `unexpected: ${said}`;
}

describe('a look in a resting state', () => {
  test.each(Object.entries(wanted))('%s: %s', (state, row) => {
    expect(powers.map((power) => cellOf(state as RestingState, power)).join(' ')).toBe(row);
  });

  test('the same power again is no news where it does not move the instance', () => {
    for (const [state, row] of Object.entries(wanted)) {
      for (const power of powers.filter((_, n) => row.split(' ')[n] === 'p')) {
        const instance = Scenario.resting(state as RestingState);
        instance.look(look(power));
        expect(told(instance.look(look(power)))).toEqual(['nothing: same']);
      }
    }
  });

  test('every cell of the table is filled, and each but the expected ones has its reason', () => {
    for (const state of restingStates) {
      for (const power of powers) {
        const cell = observationTable[state][power];
        const rows = cell.kind === 'choice' ? Object.values(cell.choices) : [cell];
        expect(rows.filter((row) => row.kind !== 'expected' && row.why.length < 6)).toEqual([]);
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
});

describe('a deployment chooses', () => {
  test('a guest that sleeps by itself may stay', () => {
    const instance = Scenario.resting('running', { policy: { asleepWhileRunning: 'stay' } });
    expect(told(instance.look(seen({ power: 'asleep' })))).toEqual(['observed.asleep -> asleep']);
  });

  test('a stopped guest that somebody started may be taken over', () => {
    const instance = Scenario.resting('stopped', { policy: { onWhileStopped: 'adopt' } });
    expect(told(instance.look(seen()))).toEqual(['observed.running -> reconciling.probe']);
    expect(told(instance.outcome('done', seen()))).toEqual(['probe.done -> running']);
  });

  test('and the choice is stored: a history folds the same under any policy', () => {
    const stays = Scenario.resting('running', { policy: { asleepWhileRunning: 'stay' } });
    stays.look(seen({ power: 'asleep' }));
    expect(stays.entries.at(-1)?.message.events[0]).toMatchObject({ part: 'power' });
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
