import { describe, expect, test } from 'vitest';
import { EMPTY, Scenario, seen, shows, told } from '../testing/scenario.ts';

const pausing = (): Scenario => {
  const instance = Scenario.resting('running');
  instance.order('pause');
  return instance;
};

describe('an outcome is believed for what was seen', () => {
  test('done and the goal is there: the goal', () => {
    expect(told(pausing().outcome('done', shows('paused')))).toEqual(['pause.done -> paused']);
  });

  test('done, but the goal is not there: reconciling, under a new op', () => {
    const instance = pausing();
    const { op } = instance;
    expect(told(instance.outcome('done', shows('running')))).toEqual(['pause.done -> reconciling.probe']);
    expect(instance.due).toEqual([`probe@${op + 1}`]);
  });

  test('failed, but the goal is there: a guest that reached its goal is adopted, never turned into an error', () => {
    expect(told(pausing().outcome('failed', shows('paused')))).toEqual(['pause.failed -> paused']);
  });

  test('failed and untouched: back where it began, the failure stands in the event alone', () => {
    const instance = pausing();
    const decision = instance.outcome('failed', shows('running'));
    expect(told(decision)).toEqual(['pause.failed -> running']);
    expect(decision).toMatchObject({ events: [{ data: { fits: 'origin', error: { code: 'HYPERVISOR_ERROR' } } }] });
    expect(instance.now.context.failure).toBeNull();
  });

  test('failed and neither: failed, with the facts', () => {
    const instance = pausing();
    expect(told(instance.outcome('failed', seen({ power: 'off' })))).toEqual(['pause.failed -> failed']);
    expect(instance.now.context).toMatchObject({
      origin: 'running',
      failure: { method: 'pause', code: 'HYPERVISOR_ERROR', message: 'it said no', observation: { power: 'off' } },
    });
  });

  test('failed and nothing is left: what needs a guest says so, what makes one or ends it is open', () => {
    const rebuilt = (left: typeof EMPTY): Scenario => {
      const instance = Scenario.resting('running');
      instance.order('rebuild');
      instance.outcome('done', EMPTY);
      expect(told(instance.outcome('failed', left))).toEqual(['spawn.failed -> failed']);
      return instance;
    };
    for (const command of ['hardReboot', 'rescue', 'stop', 'softDelete'] as const)
      expect(rebuilt(EMPTY).order(command)).toMatchObject({ answer: { guard: 'guestThere' } });
    for (const command of ['rebuild', 'delete', 'reset'] as const)
      expect(rebuilt(EMPTY).order(command)).toMatchObject({ answer: { kind: 'accepted' } });
    expect(told(rebuilt(seen({ power: 'off' })).order('hardReboot'))).toEqual(['reboot.requested -> rebooting.reboot']);
  });

  test('a guest that was found gone is told as that, and no look as failed', () => {
    const instance = Scenario.resting('running');
    instance.look(EMPTY);
    instance.outcome('done', EMPTY);
    expect(instance.value).toBe('failed');
    expect(instance.order('hardReboot')).toMatchObject({
      answer: { guard: 'guestThere', fact: expect.stringMatching(/on its host: it was found gone; rebuild/) },
    });
  });

  test('failed and nobody answered, or the domain is busy: reconciling', () => {
    expect(told(pausing().outcome('failed', null))).toEqual(['pause.failed -> reconciling.probe']);
    expect(told(pausing().outcome('failed', seen({ busy: 'save' })))).toEqual(['pause.failed -> reconciling.probe']);
  });

  test('a reboot is known by its mark: without it, nothing took place', () => {
    const instance = Scenario.resting('running');
    instance.order('reboot');
    expect(told(instance.outcome('done', seen({ mark: { epoch: 1, op: 1 } })))).toEqual([
      'reboot.done -> reconciling.probe',
    ]);
    expect(told(instance.outcome('done', seen({ mark: { epoch: 1, op: 1 } })))).toEqual(['probe.done -> running']);
  });

  test('a probe finds a reboot by the mark of the reboot, not of the probe', () => {
    const instance = Scenario.resting('running');
    instance.order('hardReboot');
    const { mark } = instance;
    instance.alarm();
    expect(instance.outcome('done', seen({ mark }))).toMatchObject({
      events: [{ type: 'probe.done', to: 'running', data: { fits: 'goal' } }],
    });
  });
});

describe('an outcome of what is over is late', () => {
  test.each([
    ['of an op that is over', { op: 1 }],
    ['of another epoch', { epoch: 0 }],
    ['of another method', { method: 'suspend' }],
  ])('%s: recorded, and nothing else changes', (_, more) => {
    const instance = pausing();
    const before = instance.now;
    const decision = instance.outcome('done', shows('paused'), more);
    expect(told(decision)).toEqual(['late -> freezing.pause']);
    expect({ ...instance.now, actor: { ...instance.now.actor, at: 0 } }).toEqual({
      ...before,
      actor: { ...before.actor, at: 0 },
    });
  });

  test('the second of two equal outcomes is late', () => {
    const instance = pausing();
    const { op } = instance;
    instance.outcome('done', shows('paused'));
    expect(
      told(
        instance.take({ kind: 'outcome', op, epoch: 1, method: 'pause', result: 'done', observation: shows('paused') }),
      ),
    ).toEqual(['late -> paused']);
  });
});

const lost = (): Scenario => {
  const instance = pausing();
  instance.alarm();
  return instance;
};

describe('reconciling', () => {
  test('a deadline that passes leads there, with origin and goal kept', () => {
    const instance = lost();
    expect(instance.value).toBe('reconciling.probe');
    expect(instance.now.context).toMatchObject({
      origin: 'running',
      goal: 'paused',
      request: { probing: { leaf: 'freezing.pause', code: 'TIMED_OUT' } },
    });
  });

  test.each([
    ['the goal', shows('paused'), 'paused'],
    ['the origin', shows('running'), 'running'],
    ['neither', seen({ power: 'crashed' }), 'failed'],
  ])('a probe that finds %s ends it', (_, look, then) => {
    const instance = lost();
    instance.outcome('done', look);
    expect(instance.value).toBe(then);
  });

  test('what ends in failed says what was tried and why its end was not known', () => {
    const instance = lost();
    instance.outcome('done', seen({ power: 'crashed' }));
    expect(instance.now.context.failure).toMatchObject({ method: 'pause', code: 'TIMED_OUT' });
  });

  test('it never ends for want of an answer: it asks again with growing pauses and says what it awaits', () => {
    const instance = lost();
    const pauses: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      expect(told(n % 2 === 0 ? instance.outcome('failed', null) : instance.alarm())[0]).toMatch(
        /^probe\.(failed|timedOut) -> reconciling\.probe$/,
      );
      pauses.push((instance.now.actor.due[0]?.notBefore ?? 0) - instance.at);
    }
    expect(pauses.slice(0, 4)).toEqual([500, 1000, 2000, 4000]);
    expect(Math.max(...pauses)).toBe(60_000);
    expect(instance.now.context.awaiting).not.toBeNull();
  });

  test('a busy domain is no answer', () => {
    const instance = lost();
    expect(told(instance.outcome('done', seen({ busy: 'save' })))).toEqual(['probe.done -> reconciling.probe']);
    expect(instance.now.context.awaiting).toBe('the end of what the hypervisor does: save');
  });

  test('a step whose end is found goes on with the next one, and is not taken for the whole operation', () => {
    const instance = Scenario.resting('running');
    instance.order('shelve');
    instance.alarm();
    expect(told(instance.outcome('done', seen({ power: 'off' })))).toEqual(['probe.done -> shelving.snapshot']);
  });

  test('what a look cannot prove is not adopted: a snapshot without outcome is no snapshot', () => {
    const instance = Scenario.resting('stopped');
    instance.order('shelve');
    instance.outcome('done', seen({ power: 'off' }));
    instance.alarm();
    expect(told(instance.outcome('done', seen({ power: 'off' })))).toEqual(['probe.done -> stopped']);
  });

  test('a rebuilt guest that shall be off is stopped, also when a probe found it', () => {
    const instance = Scenario.resting('stopped');
    instance.order('rebuild');
    instance.outcome('done', EMPTY);
    const { mark } = instance;
    instance.alarm();
    expect(told(instance.outcome('done', seen({ mark })))).toEqual(['probe.done -> stopping.powerOff']);
  });

  test('a build of which nothing is there is released', () => {
    const instance = Scenario.in('building.spawn', { context: { goal: 'running' } });
    instance.alarm();
    expect(told(instance.outcome('done', EMPTY))).toEqual(['probe.done -> failed', 'released -> closed']);
  });
});

const deleting = (): Scenario => {
  const instance = Scenario.resting('running');
  instance.order('delete');
  return instance;
};

describe('deleting', () => {
  test('ends only with an empty look, and closes the history', () => {
    const instance = deleting();
    expect(told(instance.outcome('done', EMPTY))).toEqual(['destroy.done -> deleted', 'closed -> closed']);
    expect(instance.now.actor).toMatchObject({ role: { kind: 'closed' }, due: [] });
  });

  test('never rests in failed: what is left is named and removed again, with back-off', () => {
    const instance = deleting();
    expect(told(instance.outcome('failed', seen({ leftovers: ['tap0'] })))).toEqual([
      'destroy.failed -> deleting.destroy',
    ]);
    expect(instance.now.context).toMatchObject({ tries: 1, awaiting: 'removal of the domain; disks root; tap0' });
    expect(told(instance.outcome('done', { ...EMPTY, disks: ['root'] }))).toEqual(['destroy.done -> deleting.destroy']);
    expect(instance.now.context).toMatchObject({ tries: 2, awaiting: 'removal of disks root' });
    expect(told(instance.outcome('done', null))).toEqual(['destroy.done -> deleting.destroy']);
  });

  test('an error does not matter when nothing is left', () => {
    expect(told(deleting().outcome('failed', EMPTY))).toEqual(['destroy.failed -> deleted', 'closed -> closed']);
  });

  test('without an outcome the facts are asked for, and it goes on from them', () => {
    const instance = deleting();
    expect(told(instance.alarm())).toEqual(['destroy.timedOut -> reconciling.probe']);
    expect(told(instance.outcome('done', seen()))).toEqual(['probe.done -> deleting.destroy']);
    instance.alarm();
    expect(told(instance.outcome('done', EMPTY))).toEqual(['probe.done -> deleted', 'closed -> closed']);
  });

  test('a domain that is seen later is removed, and the history closes again', () => {
    const instance = deleting();
    instance.outcome('done', EMPTY);
    expect(told(instance.look(seen()))).toEqual(['observed.running -> remnant(1)']);
    expect(instance.due).toEqual([`destroy@${instance.op}`]);
    expect(told(instance.outcome('done', { ...EMPTY, disks: ['root'] }))).toEqual(['destroy.failed -> remnant(1)']);
    expect(told(instance.outcome('done', EMPTY))).toEqual(['cleaned -> closed']);
    expect(instance.value).toBe('deleted');
  });
});

describe('after a restart', () => {
  test('the due effect is announced under the same op with a new deadline', () => {
    const instance = pausing();
    const { op } = instance;
    const before = instance.now.actor.due[0]?.deadline ?? 0;
    instance.at += 3_600_000;
    expect(told(instance.take({ kind: 'resume', op, attempt: 2 }))).toEqual(['resumed -> freezing.pause']);
    expect(instance.now.actor.due[0]).toMatchObject({ op, attempt: 2, method: 'pause' });
    expect(instance.now.actor.due[0]?.deadline).toBeGreaterThan(before + 3_000_000);
  });

  test('an effect that was begun too often counts as timed out', () => {
    const instance = pausing();
    expect(told(instance.take({ kind: 'resume', op: instance.op, attempt: 4 }))).toEqual([
      'pause.timedOut -> reconciling.probe',
    ]);
  });

  test('what is over is not announced', () => {
    expect(told(pausing().take({ kind: 'resume', op: 1, attempt: 2 }))).toEqual(['nothing: stale']);
    expect(told(pausing().alarm(1))).toEqual(['nothing: stale']);
  });
});

test('the time of a history never goes back, whatever the clock does', () => {
  const instance = pausing();
  const { at } = instance.now.actor;
  instance.at -= 1_000_000;
  instance.outcome('done', shows('paused'));
  expect(instance.now.actor.at).toBe(at);
});
