/** What a person answers about a guest that is not as recorded, where the deployment asks. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Terminal, type Ended } from '../testing/terminal.ts';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open({ policy: { drift: 'ask' } });
});
afterAll(() => terminal.close());

type Act = Parameters<Terminal['cloud']['sim']['outside']['act']>[0];

/** Does something behind the agent's back, and gives the answer once that is asked for. */
async function answered(name: string, acts: readonly Act[], answer: string): Promise<Ended> {
  expect(await terminal.make(name)).toMatchObject({ code: 0 });
  const { uuid } = await terminal.json<{ uuid: string }>(`show ${name}`);
  await Promise.all(acts.map((act) => terminal.cloud.sim.outside.act(act, uuid as never)));
  await expect
    .poll(() => terminal.cloud.model.get(uuid)?.segment?.view?.drift ?? null, { message: 'the question' })
    .not.toBeNull();
  return terminal.run(`${answer} ${name}`);
}

const gone: readonly Act[] = ['undefine', 'destroy'];

test('a guest that is gone and taken over as that is no failed order: it says what there is to do', async () => {
  const { code, out, err } = await answered('gone', gone, 'adopt-drift');
  expect(out).toMatch(
    /^gone is failed on h1, after .*\nthe guest is gone from its host, .*its disk is still there: chronovirt hard-reboot gone .*\n$/,
  );
  expect(err).not.toMatch(/chronovirt: gone|see:/);
  expect(code).toBe(0);
  expect(await terminal.json<object>('show gone')).toMatchObject({ state: 'failed', drift: null });
});

test('one that was paused is paused then', async () => {
  const { code, out } = await answered('sleeper', ['suspend'], 'adopt-drift');
  expect(out).toMatch(/^sleeper is paused on h1, after [^\n]*\n$/);
  expect(code).toBe(0);
});

test('one that is brought back runs', async () => {
  expect(await answered('back', gone, 'repair-drift')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^back is running on h1/),
  });
});
