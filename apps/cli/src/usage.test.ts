/** What a person may get wrong at the terminal, and what is answered: which option, what was expected, what to do. Nothing is done. */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { completionScript } from './completion/scripts.ts';
import { Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open();
  await terminal.make('web');
});
afterAll(() => terminal.close());

describe('how long to wait', () => {
  test.each([
    ['create late --image ./disk.img --memory 128MiB --timeout soon', /--timeout: expected a time span/],
    ['create late --image ./disk.img --memory 128MiB --watch', /--watch: goes with --json/],
    ['pause web --timeout 5', /--timeout: expected a time span.*write 5s/],
    ['pause web --no-wait --timeout 5s', /--no-wait and --timeout do not go together/],
    ['pause web --no-wait --watch --json', /--no-wait and --watch do not go together/],
    ['pause web --dry-run --no-wait', /--dry-run and --no-wait do not go together/],
    ['hosts disable h1 --timeout soon', /--timeout: expected a time span/],
    ['hosts drain h1 --preview --budget 2', /--preview and --budget do not go together/],
    ['hosts drain h1 --budget two', /--budget: expected a whole number from 1 on, got "two"/],
    ['hosts maintenance h1 off --budget 2', /--budget: goes with on/],
  ])('%s is refused before anything is ordered', async (line, message) => {
    const ended = await terminal.run(line);
    expect(ended.err).toMatch(message);
    expect(ended.code).toBe(2);
    expect(await terminal.run('show late')).toMatchObject({ code: 3 });
    expect(await terminal.json('show web')).toMatchObject({ state: 'running' });
    expect((await terminal.run('hosts')).out).toMatch(/h1\s+up/);
  });
});

describe('what is typed', () => {
  beforeAll(() => {
    terminal.write('page.qcow2', '<html>404 Not Found</html>');
    terminal.write('bad.pub', 'ssh-what\n');
  });

  test.each([
    ['list --limit many', /--limit: expected a whole number from 1 on, got "many"/],
    ['list --state runing', /--state: expected one of running, paused,/],
    ['show web --at 10:99', /--at: expected a sequence/],
    ['show web --at 5min --watch', /--at and --watch do not go together/],
    ['explain web puase', /no command "puase"\ndid you mean: pause/],
    ['explain web dance', /expected one of start, stop, reboot, hard-reboot,/],
    ['console-log web --bytes 10', /--bytes: 10 of what\? Write 10B or 10KiB/],
    ['console-log web --bytes 1GiB', /--bytes: expected a size from 1B to 100KiB/],
    ['ip --wait web', /--wait took "web" for its value; write: chronovirt ip web --wait/],
    ['migrate web --host h2', /no verb "migrate"\ndid you mean: chronovirt cold-migrate or chronovirt live-migrate/],
    ['hosts shwo', /no verb "hosts shwo"\ndid you mean: chronovirt hosts show/],
    ['hosts blorp', /hosts: expected one of show, history, drain, .*, got "blorp"\nchronovirt help hosts/],
    ['create x --image disk.img --memory 128MiB --host h9', /--host: no host is called "h9"; there are h1/],
    ['create x --image disk.img --memory 128MiB --host h9 --dry-run', /--host: no host is called "h9"/],
    ['create x --image disk.img --memory 128MiB --ssh-key bad.pub', /--ssh-key: expected a public key/],
    ['create x --image disk.img --memory 128MiB --file etc/x=bad.pub', /--file: expected an absolute path/],
    [
      'create x --image disk.img --memory 128MiB --metadata a=1 --metadata a=2',
      /--metadata: a is given more than once/,
    ],
    [
      'create x --image page.qcow2 --memory 128MiB',
      /page\.qcow2 is a page of the web \(HTML or XML\), expected qcow2 or raw/,
    ],
    ['image upload page.qcow2 --format vmdk', /--format: expected qcow2 or raw, got "vmdk"/],
    ['image upload disk.img --format qcow2', /disk\.img is said to be qcow2 but its content is raw/],
    ['resize web', /--flavor is needed: flavor by name/],
    ['resize web --flavor giant', /--flavor: no flavor is called "giant"/],
    ['resize web --flavor giant --dry-run', /--flavor: no flavor is called "giant"/],
    ['rebuild web --image none', /--image: no image is called "none"/],
    ['live-migrate web --host h9', /--host: no host is called "h9"/],
  ])('%s is bad usage', async (line, message) => {
    const ended = await terminal.run(line);
    expect(ended.err).toMatch(message);
    expect(ended).toMatchObject({ code: 2, out: '' });
  });

  test('an empty word is no name', async () => {
    const ended = await terminal.run(['show', '']);
    expect(ended).toMatchObject({ code: 2, err: expect.stringContaining('instance: expected name or UUID, got ""') });
  });

  test('who asks for a part is not told that there is nothing', async () => {
    expect((await terminal.run('list --state failed')).out).toBe(
      'no such instances; chronovirt list --all shows all\n',
    );
  });

  test('what is not found is to be looked for in its own list', async () => {
    expect((await terminal.run('image show none')).err).toContain('chronovirt image list');
    expect((await terminal.run('hosts show none')).err).toContain('chronovirt hosts lists');
    expect((await terminal.run('show none')).err).toContain('chronovirt list --all');
  });

  test('only what was refused, as JSON too', async () => {
    await terminal.run('resume web');
    const { entries } = await terminal.json<{ entries: { message: { events: { type: string }[] } }[] }>(
      'history web --refused',
    );
    expect(entries.map(({ message }) => message.events.map(({ type }) => type))).toEqual([['refused']]);
  });

  test('help on the first word of several verbs tells them', async () => {
    for (const word of ['image', 'hosts'])
      expect(await terminal.run(`help ${word}`)).toMatchObject({
        code: 0,
        out: expect.stringContaining(`Verbs of ${word}:`),
      });
  });
});

describe('what was done', () => {
  test('a lock is told as one, and who it keeps out is told what to do first', async () => {
    expect((await terminal.run('lock web')).out).toMatch(/^web is locked; it is running on h1/);
    expect(await terminal.run('stop web')).toMatchObject({
      code: 4,
      err: expect.stringContaining('first: chronovirt unlock web'),
    });
    expect((await terminal.run('unlock web')).out).toMatch(/^web is unlocked; it is running on h1/);
  });

  test('the history of a host tells what was refused, and the reasons that people gave', async () => {
    await terminal.run('hosts forget h1');
    await terminal.run(['hosts', 'disable', 'h1', '--reason', 'noisy fan']);
    await terminal.run('hosts enable h1');
    const { out } = await terminal.run('hosts history h1');
    expect(out).toMatch(/refused forget .* nothing proves that no guest runs there/);
    expect(out).toMatch(/ disable .* noisy fan/);
  });

  test('who watches hears that the API is gone', async () => {
    const other = await Terminal.open();
    try {
      const watching = other.run('list --watch', {
        onOut: () => void other.cloud.server.close(),
        endWhen: (_out, err) => err.includes('does not answer'),
      });
      expect((await watching).err).toMatch(/the API at http:.* does not answer; trying again until it does/);
    } finally {
      await other.close();
    }
  });
});

test('what only asks the shell for files is no candidate itself', () => {
  const words =
    'chronovirt() { printf "disk.img\\n:file\\n"; }; COMP_WORDS=(chronovirt create x --image ""); COMP_CWORD=4';
  const probe = `${completionScript('bash')}\n${words}; _chronovirt; printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect(execFileSync('bash', ['-c', probe], { encoding: 'utf8' })).toBe('disk.img\n');
});
