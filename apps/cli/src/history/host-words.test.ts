import { expect, test } from 'vitest';
import { hostRests, hostLeaves, hostRules } from '@chronovirt/machines';
import { hostEventText, hostStateText, proofText } from './host-words.ts';

test('every state of the charts of a host has words of its own', () => {
  const wordless = (['reach', 'service', 'maintenance', 'power'] as const).flatMap((part) =>
    [...Object.keys(hostRests[part]), ...Object.keys(hostLeaves[part])].filter(
      (value) => hostStateText(part, value) === value,
    ),
  );
  // Nobody orders anything of a host that nothing was heard of.
  expect(wordless).toEqual(['unheard']);
});

test('every event that the charts take is told in words', () => {
  const types = new Set(Object.values(hostRules).flatMap((part) => Object.values(part).flatMap(Object.keys)));
  const raw = [...types].filter((type) => /[.A-Z]/.test(hostEventText(type)));
  expect(raw).toEqual([]);
  expect(hostEventText('refused', { name: 'standDown' })).toBe('refused stand-down');
  expect(hostEventText('setHostEnabled.requested', { enabled: false })).toBe('disable');
  expect(hostEventText('endTerm.timedOut')).toBe('end term took too long');
  expect(hostEventText('somethingNew.happened')).toBe('something new happened');
});

test('a proof says what it is, and what was said', () => {
  const about = { term: 1, at: 0 };
  expect(proofText({ kind: 'fenceCommand', said: 'no power', ...about })).toBe(
    'the fence command ended with success: no power',
  );
  expect(proofText({ kind: 'operator', name: 'ada', statement: 'I pulled the plug', ...about })).toBe(
    'a person says so: ada: I pulled the plug',
  );
  expect(proofText({ kind: 'watchdog', boundMs: 5, ...about })).toBe(
    'its watchdog has had the time to end every guest',
  );
});
