import { afterAll, beforeAll, expect, test } from 'vitest';
import { Terminal } from '../testing/terminal.ts';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open();
});
afterAll(() => terminal.close());

const shown = async (line: string): Promise<string> => (await terminal.run(line)).out.replaceAll(/\s+/g, ' ');

test.each([
  ['with its disk', 'gone', true, 'rebuild'],
  ['but for its disk', 'undone', false, 'hard-reboot'],
] as const)(
  'a guest that somebody removed %s is told as gone, with what is open',
  async (_what, name, withDisk, order) => {
    await terminal.make(name);
    const { uuid } = await terminal.json<{ uuid: string }>(`show ${name}`);
    const { outside } = terminal.cloud.sim;
    if (withDisk) await outside.removeDirectory(uuid as never);
    // In one go, so that nobody defines it again in between.
    await Promise.all([outside.act('undefine', uuid as never), outside.act('destroy', uuid as never)]);
    await expect.poll(() => shown(`show ${name}`)).toContain(`${name} is failed`);
    const out = await shown(`show ${name}`);
    expect(out).toMatch(/the guest is gone from its host.* that was taken over/);
    expect(out).toContain(`chronovirt ${order} ${name}`);
    expect(out).toContain(`chronovirt rebuild ${name} makes it anew`);
    expect(out.includes('chronovirt hard-reboot')).toBe(!withDisk);
    expect(await shown('list')).toMatch(new RegExp(`${name} failed .*the guest is gone`));
    expect(await shown(`history ${name}`)).toContain('looked again: the guest is gone from its host');
    for (const text of [out, await shown('list'), await shown(`history ${name}`), await shown(`show ${name} --at 0s`)])
      expect(text).not.toContain('fits neither');
    expect(await terminal.run(`${order} ${name}`)).toMatchObject({ code: 0 });
  },
);
