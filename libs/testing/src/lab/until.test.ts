import { expect, it } from 'vitest';
import { until } from './until.ts';

it('gives back the first answer that counts, past looks that throw or say not yet', async () => {
  const answers = [undefined, null, false, new Error('not there'), 0];
  const look = () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  expect(await until(look, { what: 'an answer', everyMs: 1 })).toBe(0);
});

it('says what never happened, for how long, and why the last look failed', async () => {
  const refused = new Error('connection refused');
  await expect(
    until(() => Promise.reject(refused), { what: 'the server greets', timeoutMs: 20, everyMs: 5 }),
  ).rejects.toThrow('the server greets: not within 20 ms; the last look failed: connection refused');
});
