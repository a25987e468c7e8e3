/** What is decided about a host: who says that it runs no guest, and how it comes back. */
import { describe, expect, test } from 'vitest';
import type { Incarnation } from '@chronovirt/contract';
import { HostScenario, well } from '../testing/host-scenario.ts';
import { foldStanding } from './standing.ts';

const { answerOf } = HostScenario;
const armed = { watchdog: { boundMs: 30_000 } };
const hour = 3_600_000;

function lostHost(fields: Parameters<HostScenario['heard']>[0] = {}): HostScenario {
  const host = new HostScenario();
  host.heard(fields);
  host.silent(20_000);
  return host;
}

/** Its term was ended; `fence` has confirmed the power off. */
function fencedHost(): HostScenario {
  const host = lostHost();
  host.order('fence');
  host.outcome('endTerm');
  host.outcome('fence', 'done', { said: 'off' });
  return host;
}

describe('silence', () => {
  test('makes a host lost, once, and its return makes it reachable', () => {
    const host = new HostScenario();
    host.heard();
    expect(answerOf(host.silent(20_000))).toBe('turn');
    expect(host.now.value).toBe('lost');
    expect(answerOf(host.silent(25_000))).toBe('same');
    host.heard();
    expect(host.now).toMatchObject({ value: 'reachable', context: { lostAt: null } });
  });

  test('however long, is never proof', () => {
    const host = lostHost();
    for (let n = 1; n < 100; n++) host.silent(n * hour);
    expect(host.proof).toBeNull();
    expect(answerOf(host.order('forget'))).toBe('proof');
    expect(host.now.context).toMatchObject({ serves: true, term: 0 });
  });

  test('with an armed watchdog ends the term once its bound and the margin are over, and still proves nothing', () => {
    const host = lostHost(armed);
    expect(host.now.value).toBe('lost');
    host.silent(30_000 + host.policy.watchdogMarginMs + 1);
    expect(host.events).toEqual(['fence.requested']);
    expect(host.now.value).toBe('fencing.endTerm');
    expect(host.proof).toBeNull();
    host.outcome('endTerm');
    expect(host.now.value).toBe('fencing.outwait');
    expect(host.proof).toBeNull();
    expect(host.now.actor.due[0]?.deadline).toBeGreaterThan(host.at + 35_000);
  });

  test('proves with a watchdog only after a wait that began when the end of the term was stored', () => {
    const host = lostHost(armed);
    host.silent(60_000);
    host.outcome('endTerm');
    host.outcome('outwait', 'done', { boundMs: 30_000, waitedMs: 35_100 });
    expect(host.proof).toMatchObject({ kind: 'watchdog', term: 1, boundMs: 30_000, waitedMs: 35_100 });
  });

  test('with a watchdog that no person wants to be used stays silence', () => {
    const host = new HostScenario({ fenceByWatchdog: false });
    host.heard(armed);
    host.silent(hour);
    expect(host.now.value).toBe('lost');
  });
});

describe('fencing', () => {
  test('ends the term before anything else, and only then runs the command', () => {
    const host = lostHost();
    expect(answerOf(host.order('fence', { reason: 'smoke' }))).toBe('accepted');
    expect(host.now).toMatchObject({ value: 'fencing.endTerm', context: { serves: false, term: 1 } });
    host.outcome('endTerm');
    expect(host.now.value).toBe('fencing.fence');
    host.outcome('fence', 'done', { said: 'Chassis Power Control: Down/Off' });
    expect(host.proof).toMatchObject({ kind: 'fenceCommand', term: 1, said: 'Chassis Power Control: Down/Off' });
  });

  test('whose command fails proves nothing; the host is barred, and another way is open', () => {
    const host = lostHost();
    host.order('fence');
    host.outcome('endTerm');
    host.outcome('fence', 'failed');
    expect(host.now).toMatchObject({ value: 'barred', context: { failure: { method: 'fence', code: 'BROKEN' } } });
    expect(host.proof).toBeNull();
    host.order('confirmDown', { statement: 'I stand before it, the cable is in my hand' });
    expect(host.now.context.term).toBe(1);
    host.outcome('endTerm');
    expect(host.proof).toMatchObject({ kind: 'operator', name: 'grace' });
  });

  test('is refused without a command in the configuration, and says what else can be done', () => {
    const host = lostHost();
    host.facts = { ...host.facts, canFence: false };
    expect(answerOf(host.order('fence'))).toBe('fenceCommand');
    expect(host.entries.at(-1)?.message.events[0]?.data).toMatchObject({ path: ['confirmDown'] });
  });

  test('whose end of the term cannot be stored is tried again, and proves nothing meanwhile', () => {
    const host = lostHost();
    host.order('confirmDown', { statement: 'the rack has burnt down' });
    host.outcome('endTerm', 'failed');
    expect(host.now).toMatchObject({ value: 'fencing.endTerm', context: { tries: 1 } });
    expect(host.now.actor.due[0]?.notBefore).not.toBeNull();
    expect(host.proof).toBeNull();
  });

  test('an agent that is told to stand down proves it by its answer', () => {
    const host = new HostScenario();
    host.heard();
    host.order('standDown', { reason: 'storage fails' });
    host.outcome('endTerm');
    host.outcome('standDown', 'done', { incarnation: well.incarnation, stopped: 3 });
    expect(host.proof).toMatchObject({ kind: 'stoodDown', stopped: 3, incarnation: well.incarnation });
    host.heard({ term: 1, barred: true, stoodDown: true });
    expect(host.now.value).toBe('fenced');
    expect(answerOf(host.order('admit'))).toBe('accepted');
    expect(host.proof).toBeNull();
  });

  test('ends a drain: nothing can be moved away from a host that is given up', () => {
    const host = new HostScenario();
    host.heard();
    host.order('maintenance', { on: true, budget: 2 });
    host.silent(20_000);
    host.order('fence');
    expect(host.events).toEqual(['fence.requested', 'drain.failed']);
    expect(host.now.parts.maintenance.value).toBe('drained');
    expect(host.now.actor.due.map(({ method }) => method)).toEqual(['endTerm']);
  });
});

describe('a host that reports again', () => {
  test('is let in once it has read that its term is over and runs nothing', () => {
    const host = fencedHost();
    host.heard({ bootId: 'boot-2', incarnation: '1700000009000-1' as Incarnation });
    expect(host.now.value).toBe('fenced');
    host.heard({
      bootId: 'boot-2',
      incarnation: '1700000009000-1' as Incarnation,
      term: 1,
      barred: true,
      stoodDown: true,
    });
    expect(host.events).toEqual(['heard', 'giveTerm.requested']);
    expect(host.now).toMatchObject({ value: 'admitting.giveTerm', context: { term: 2, serves: true } });
    expect(host.proof).toBeNull();
    host.outcome('giveTerm');
    expect(host.now.value).toBe('reachable');
  });

  test('is not let in while something under way rests on its proof, and is afterwards', () => {
    const host = fencedHost();
    const back = { bootId: 'boot-2', term: 1, barred: true, stoodDown: true };
    host.facts = { ...host.facts, reliedOn: true };
    host.heard(back);
    expect(host.now.value).toBe('fenced');
    expect(answerOf(host.order('admit'))).toBe('relied');
    host.facts = { ...host.facts, reliedOn: false };
    host.heard(back);
    expect(host.now.value).toBe('admitting.giveTerm');
  });

  test('under the boot that was said to be off takes the proof back and raises an alarm that stays', () => {
    const host = fencedHost();
    host.heard({ term: 1, barred: true, stoodDown: true });
    expect(host.events).toEqual(['heard', 'contradicted', 'alarmed']);
    expect(host.now).toMatchObject({ value: 'barred', parts: { alarm: { code: 'PROOF_CONTRADICTED' } } });
    expect(host.proof).toBeNull();
    host.heard({ term: 1, barred: true, stoodDown: true, firstOfBoot: false });
    expect(host.now.parts.alarm).not.toBeNull();
    expect(answerOf(host.order('acknowledge'))).toBe('accepted');
    expect(host.now.parts.alarm).toBeNull();
  });

  test('by a report that was late on its way contradicts nothing', () => {
    const host = fencedHost();
    host.heard({ incarnation: '1699999999999-1' as Incarnation });
    expect(host.proof).not.toBeNull();
    expect(host.now.parts.alarm).toBeNull();
  });

  test('of a new boot, with an agent that found its term over and was the first, is a proof by itself', () => {
    const host = lostHost();
    host.order('fence');
    host.outcome('endTerm');
    host.outcome('fence', 'failed');
    host.heard({ bootId: 'boot-2', term: 1, barred: true, firstOfBoot: false });
    expect(host.proof).toBeNull();
    host.heard({ bootId: 'boot-3', term: 1, barred: true, firstOfBoot: true });
    expect(host.proof).toMatchObject({ kind: 'newBoot', bootId: 'boot-3', was: 'boot-1' });
  });

  test('whose agent serves under a term that is over raises an alarm', () => {
    const host = fencedHost();
    host.heard({ bootId: 'boot-2', term: 1, barred: false });
    expect(host.now.parts.alarm?.message).toMatch(/serves under it/);
    expect(host.proof).toBeNull();
  });

  test('after it was forgotten is not let in, and a person is told', () => {
    const host = fencedHost();
    host.order('forget');
    expect(host.now.value).toBe('forgetting.fenceInstances');
    expect(host.proof).not.toBeNull();
    host.outcome('fenceInstances', 'done', { fenced: 4 });
    host.heard({ bootId: 'boot-2', term: 1, barred: true, stoodDown: true });
    expect(host.now).toMatchObject({ value: 'forgotten', parts: { alarm: { code: 'FORGOTTEN_HOST_REPORTS' } } });
    expect(answerOf(host.order('disable'))).toBe('notForgotten');
    expect(answerOf(host.order('admit'))).toBe('accepted');
  });
});

describe('use of a host', () => {
  test('it is closed for new instances with a reason, and its driver is told until it knows', () => {
    const host = new HostScenario();
    host.heard();
    host.order('disable', { reason: 'noisy fan' });
    host.outcome('setHostEnabled', 'failed');
    expect(host.now.parts.service).toMatchObject({
      value: 'disabling.setHostEnabled',
      said: { reason: 'noisy fan', name: 'grace' },
    });
    host.outcome('setHostEnabled');
    expect(host.now.parts.service.value).toBe('disabled');
    expect(answerOf(host.order('disable'))).toBe('state');
    expect(answerOf(host.order('enable'))).toBe('accepted');
  });

  test('a drain that moved all enters maintenance, one that did not ends with what is left', () => {
    const host = new HostScenario();
    host.heard();
    host.order('maintenance', { on: true, budget: 3 });
    const left = { moved: 1, except: [{ instance: 'i', name: 'db', why: 'no room anywhere' }], more: 0 };
    host.outcome('drain', 'done', { isEmpty: false, result: left });
    expect(host.now.parts.maintenance).toMatchObject({ value: 'drained', budget: 3, result: left });
    host.order('maintenance', { on: true });
    host.outcome('drain', 'done', { isEmpty: true, result: { moved: 1, except: [], more: 0 } });
    host.outcome('hostMaintenanceMode');
    expect(host.now.parts.maintenance.value).toBe('inMaintenance');
    expect(host.order('enable')).toMatchObject({
      answer: { guard: 'state', fact: expect.stringContaining('maintenance off'), path: ['maintenance'] },
    });
    host.order('maintenance', { on: false });
    host.outcome('hostMaintenanceMode');
    expect(host.now.parts.maintenance.value).toBe('none');
    expect(host.order('enable')).toMatchObject({ answer: { fact: 'the host is enabled already', path: [] } });
    expect(host.verdict()).toMatchObject({ ok: true });
  });

  test('its power is not touched while instances are on it', () => {
    const host = new HostScenario();
    host.heard();
    host.facts = { ...host.facts, instances: 2 };
    expect(answerOf(host.order('power', { action: 'reboot' }))).toBe('emptied');
    host.facts = { ...host.facts, instances: 0 };
    host.order('power', { action: 'reboot' });
    host.outcome('hostPowerAction', 'failed', {}, { code: 'UNKNOWN_AFTER_CRASH', message: 'begun before a restart' });
    expect(host.now.parts.power).toMatchObject({ action: 'reboot', value: 'unknown' });
  });

  test('the same order gets the same answer, and one that is refused is in the history', () => {
    const host = new HostScenario();
    host.heard();
    host.order('disable', {}, 'x');
    const length = host.entries.length;
    expect(host.order('disable', {}, 'x')).toMatchObject({ kind: 'answer', answer: { kind: 'accepted' } });
    expect(host.entries).toHaveLength(length);
    host.order('admit', {}, 'y');
    expect(host.events).toEqual(['refused']);
    expect(host.order('admit', {}, 'y')).toMatchObject({ kind: 'answer', answer: { kind: 'refused', guard: 'state' } });
  });
});

test('a message about the term of a host that is none says nothing of whether it may run guests', () => {
  const [{ message }] = lostHost().entries as [HostScenario['entries'][number]];
  const said = (type: string, data: object = {}) =>
    foldStanding({ ...message, cause: 'term 3', events: [{ type, to: 'serving', data: { term: 3, ...data } }] });
  expect(said('termGiven', { why: 'it reported' })).toMatchObject({
    host: 'alpha',
    term: 3,
    serves: true,
    why: 'it reported',
  });
  expect(said('termEnded')).toMatchObject({ term: 3, serves: false, why: 'term 3' });
  expect(() => said('termLent')).toThrow('it says nothing of a term');
});
