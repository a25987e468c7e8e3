import { describe, expect, test } from 'vitest';
import type { TurnMessage } from '@chronovirt/contract';
import { EventNotAcceptedError } from '../actor/errors.ts';
import { evolve } from '../actor/evolve.ts';
import { EMPTY, ordered, Scenario, seen, shows } from '../testing/scenario.ts';
import { MACHINE_VERSION } from '../version.ts';
import { diff } from './diff.ts';
import { fold, type Entry } from './fold.ts';
import { verify } from './verifier.ts';

const life = (): Scenario => {
  const instance = Scenario.in('building.spawn', { context: { goal: 'running' } });
  instance.outcome('done', seen({ mark: instance.mark }));
  instance.order('pause');
  instance.take({ kind: 'resume', op: instance.op, attempt: 2 });
  instance.alarm();
  instance.outcome('failed', null);
  instance.outcome('done', shows('paused'));
  instance.order('start');
  instance.order('lock', { reason: 'audit' });
  instance.order('unlock');
  instance.look(seen({ power: 'off' }));
  instance.outcome('done', seen({ power: 'off' }));
  instance.order('delete');
  instance.outcome('failed', seen({ power: 'off' }));
  instance.outcome('done', EMPTY);
  instance.look(seen());
  instance.outcome('done', EMPTY);
  return instance;
};

/** A history in which one message was changed after it was stored. */
function changed(entries: readonly Entry[], at: number, change: (message: TurnMessage) => void): Entry[] {
  return entries.map((entry, n) => {
    if (n !== at) return entry;
    const message = structuredClone(entry.message);
    change(message);
    return { ...entry, message };
  });
}

test('folding the events of a history gives the state that the last message carries', () => {
  for (const scenario of [life(), ordered()]) {
    expect(fold(scenario.entries)).toEqual(scenario.now);
    expect(fold(scenario.entries)).toEqual(fold(scenario.entries));
  }
});

test('a fold can go on from a state', () => {
  const { entries, now } = life();
  expect(fold(entries.slice(5), fold(entries.slice(0, 5)))).toEqual(now);
  expect(fold([])).toBeNull();
});

test('a message that bears an earlier time than the one before does not turn the time back', () => {
  const { now, entries } = Scenario.resting('running');
  const meta = { ...(entries[0]?.message as TurnMessage), at: 5 };
  expect(evolve(now, { type: 'note', to: 'running' }, meta).actor.at).toBe(now.actor.at);
});

describe('verify', () => {
  const { entries } = life();
  const pausing = entries.findIndex(({ message }) => message.events[0]?.type === 'pause.requested');

  test('agrees with a history that this chart wrote', () => {
    expect(verify(entries)).toEqual({
      ok: true,
      messages: entries.length,
      events: entries.flatMap(({ message }) => message.events).length,
    });
  });

  test.each<[string, (message: TurnMessage) => void, RegExp]>([
    [
      'another `to`',
      ({ events }) => {
        (events[0] as { to: string }).to = 'running';
      },
      /leads to freezing\.pause, the history says running/,
    ],
    [
      'another op',
      ({ events }) => {
        (events[0] as { op: number }).op = 99;
      },
      /opens op 4, the history says 99/,
    ],
    [
      'an op less',
      ({ events }) => {
        delete (events[0] as { op?: number }).op;
      },
      /opens op 4, the history says none/,
    ],
    [
      'another state',
      ({ state }) => {
        state.context.goal = 'stopped';
      },
      /context\.goal/,
    ],
    [
      'another due effect',
      ({ state }) => {
        (state.actor.due[0] as { method: string }).method = 'resume';
      },
      /actor\.due\.0\.method/,
    ],
    [
      'another epoch',
      (message) => {
        message.epoch = 9;
      },
      /says epoch 9/,
    ],
    [
      'an event that the chart does not take',
      ({ events }) => {
        (events[0] as { type: string }).type = 'unpause.requested';
      },
      /unpause\.requested in state running: life@1 does not take it/,
    ],
  ])('names the message with %s', (_, change, difference) => {
    const verdict = verify(changed(entries, pausing, change));
    expect(verdict).toMatchObject({
      ok: false,
      at: entries[pausing]?.seq,
      difference: expect.stringMatching(difference),
    });
  });

  test('says which fields differ, and how', () => {
    const verdict = verify(
      changed(entries, pausing, ({ state }) => {
        state.parts.power = 'off';
      }),
    );
    expect(verdict).toMatchObject({ details: [{ path: 'parts.power', before: 'off', after: 'on' }] });
  });
});

describe('an event that the chart does not take', () => {
  test('is an error that names type, state and chart version, never silence', () => {
    const { now, entries } = Scenario.resting('running');
    const meta = entries[0]?.message as TurnMessage;
    const fault = (event: object): EventNotAcceptedError => {
      try {
        evolve(now, { to: 'x', ...event } as never, meta);
      } catch (error) {
        return error as EventNotAcceptedError;
      }
      throw new Error('it was taken');
    };
    expect(fault({ type: 'unpause.done', of: 1 })).toMatchObject({
      code: 'EVENT_NOT_ACCEPTED',
      type: 'unpause.done',
      state: 'running',
      machine: MACHINE_VERSION,
    });
    expect(fault({ type: 'swap.done', part: 'attachment/1' }).message).toContain('it knows no part attachment/1');
    expect(fault({ type: 'sold', part: 'owner' }).message).toContain('part owner knows no such event');
    expect(() => evolve({ ...now, value: 'flying.high' }, { type: 'pause.requested', to: 'x' }, meta)).toThrow(
      'it knows no such state',
    );
    expect(fault({ type: 'pause.requested' }).message).toContain('no op and deadline');
  });
});

test('diff names what differs by path, also what is missing on one side', () => {
  const before = Scenario.resting('running').now;
  const after = { ...before, value: 'paused', context: { ...before.context, goal: 'paused' as const } };
  expect(diff(before, before)).toEqual([]);
  expect(diff(before, after)).toEqual([
    { path: 'value', before: 'running', after: 'paused' },
    { path: 'context.goal', before: null, after: 'paused' },
  ]);
  expect(diff(null, before)).toEqual([{ path: 'state', before: null, after: before }]);
});
