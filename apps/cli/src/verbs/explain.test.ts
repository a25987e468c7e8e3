import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Terminal } from '../testing/terminal.ts';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open();
  await terminal.make('web');
});
afterAll(() => terminal.close());

const row = (out: string, command: string): string =>
  out.split('\n').find((line) => line.startsWith(`${command} `)) ?? '';

describe('what may be done is said with what the answer rests on', () => {
  test('in the list of all commands', async () => {
    const { out, code } = await terminal.run('explain web');
    expect(code).toBe(0);
    expect(row(out, 'pause')).toMatch(/^pause +yes$/);
    expect(row(out, 'snapshot')).toMatch(/^snapshot +yes +needs --name$/);
    expect(row(out, 'backup')).toMatch(/^backup +depends +needs --name, --rotation$/);
    expect(row(out, 'resume')).toMatch(/^resume +no +the instance is running; resume is legal in suspended +suspend/);
  });

  test('about one command without its options', async () => {
    const { out, code } = await terminal.run('explain web backup');
    expect(code).toBe(0);
    expect(out).toContain('backup would be taken: web is running\n');
    expect(out).toContain('backup needs --name, --rotation\n');
    expect(out).toContain('with another --name, --rotation the answer may be another one\n');
    expect(out).toContain('ask about all of it: chronovirt explain web backup --name … --rotation …\n');
    expect((await terminal.run('explain web pause')).out).toBe('pause would be taken: web is running\n');
  });
});

describe('a command takes its own options, and is answered as it would be with them', () => {
  test.each([
    ['backup --name nightly --rotation 2', 0, /^backup would be taken: web is running\n$/],
    ['backup --name nightly --rotation 33', 2, /rotation.*32/],
    ['backup --name nightly', 2, /--rotation is needed/],
    ['reboot --hard', 0, /^hard-reboot would be taken/],
    ['stop --grace 5', 2, /--grace: expected a time span/],
    ['unshelve --host h1', 4, /^unshelve would be refused: the instance is running/],
    ['unshelve --host h9', 2, /no host is called "h9"/],
    ['pause --host h1', 2, /unknown option '--host'/],
    ['pause --timeout 5s', 2, /unknown option '--timeout'/],
  ])('%s', async (line, code, said) => {
    const ended = await terminal.run(`explain web ${line}`);
    expect(ended.out + ended.err).toMatch(said);
    expect(ended.code).toBe(code);
    expect(await terminal.json('show web')).toMatchObject({ state: 'running' });
  });

  test('options may stand before it, and an instance may be called as a command', async () => {
    expect(await terminal.run('explain --rotation 2 web backup --name nightly')).toMatchObject({ code: 0 });
    await terminal.make('pause');
    expect((await terminal.run('explain pause stop --grace 5s')).out).toMatch(/^stop would be taken: pause is running/);
  });
});
