import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SimulatedCloud } from '@chronovirt/coordinator/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bin, rawDisk, Terminal, type Ended, type Surroundings } from './testing/terminal.ts';

const secret = 'correct-horse-battery';

let terminal: Terminal;
let cloud: SimulatedCloud;
let directory: string;

beforeAll(async () => {
  terminal = await Terminal.open();
  ({ cloud, directory } = terminal);
  terminal.write('key.pub', 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBk0 me@here\n');
  terminal.write('init.yaml', `#cloud-config\npassword: ${secret}\n`);
  terminal.write('password', `${secret}\n`);
});
afterAll(() => terminal.close());

/** The beginning of a qcow2 file of version 3: all that is looked at before it is sent. */
function qcow2Head(virtualBytes: number): Buffer {
  const head = Buffer.alloc(65_536);
  head.write('QFI\xfb', 'latin1');
  head.writeUInt32BE(3, 4);
  head.writeUInt32BE(16, 20);
  head.writeBigUInt64BE(BigInt(virtualBytes), 24);
  head.writeUInt32BE(104, 100);
  return head;
}

const chronovirt = (line: string | readonly string[], surroundings?: Surroundings): Promise<Ended> =>
  terminal.run(line, surroundings);
const json = <T>(line: string): Promise<T> => terminal.json<T>(line);
const make = (name: string, more = ''): Promise<Ended> => terminal.make(name, more);

describe('create', () => {
  test('uploads the image, waits, tells each transition, and keeps what is secret to itself', async () => {
    const ended = await make(
      'web',
      '--vcpus 2 --disk 1GiB --ssh-key key.pub --user-data init.yaml --admin-password-file password --file /etc/key=init.yaml --metadata role=web',
    );
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.out).toMatch(/^web is running on h1, after /);
    expect(ended.err).toMatch(/create.*building\.place[\s\S]*placed on h1[\s\S]*spawn done.*running.*took/);
    const all = [ended.out, ended.err];
    for (const line of ['show web --json', 'history web --json', 'list --json', 'diff web _cluster:1 h1:2 --json'])
      all.push((await chronovirt(line)).out);
    for (const text of all)
      for (const plain of [secret, Buffer.from(secret).toString('base64').slice(0, 20)])
        expect(text).not.toContain(plain);
    expect(await json('show web')).toMatchObject({
      state: 'running',
      host: 'h1',
      flavor: { vcpus: 2, memoryMiB: 128, rootGiB: 1 },
      sshKeys: 1,
      metadata: { role: 'web' },
    });
  });

  test('does not send an image that the store has', async () => {
    const again = await chronovirt('image upload ./disk.img');
    expect(again).toMatchObject({ code: 0 });
    expect(again.out).toContain('was in the store already');
  });

  test('a file that is no image is not sent, and the word goes what it is; what nobody can tell is raw when that is said', async () => {
    writeFileSync(join(directory, 'page.img'), '<!doctype html><title>404 Not Found</title>');
    writeFileSync(join(directory, 'disk.img.gz'), Buffer.from('1f8b0800000000000003', 'hex'));
    writeFileSync(join(directory, 'odd.img'), randomBytes(4096));
    const before = await json('image list');
    for (const [line, message] of [
      ['./page.img', /page\.img is a page of the web/],
      ['./page.img --format raw', /page\.img is a page of the web/],
      ['./disk.img.gz', /disk\.img\.gz is gzip-compressed, expected qcow2 or raw\nunpack it: gunzip/],
      ['./odd.img', /odd\.img is no qcow2, .*\nif that is .*: chronovirt image upload \S+odd\.img --format raw/],
    ] as const) {
      const ended = await chronovirt(`image upload ${line}`);
      expect(ended).toMatchObject({ code: 2, out: '' });
      expect(ended.err).toMatch(message);
    }
    expect(await json('image list')).toEqual(before);
    expect(await chronovirt('create odd --image ./odd.img --memory 128MiB')).toMatchObject({ code: 2 });
    expect(await chronovirt('image upload ./odd.img --format raw')).toMatchObject({ code: 0 });
    // It was said once.
    expect((await chronovirt('image upload ./odd.img')).out).toContain('was in the store already');
    expect(await chronovirt('create odd --image ./odd.img --memory 128MiB')).toMatchObject({ code: 0 });
  });

  test('an image says what its guests are like when it is uploaded, and not afterwards', async () => {
    writeFileSync(join(directory, 'quiet.img'), randomBytes(4096));
    const asked = '--property hw_qemu_guest_agent=yes --property os_require_quiesce=yes';
    expect(await chronovirt(`image upload ./quiet.img --format raw ${asked}`)).toMatchObject({ code: 0 });
    expect((await chronovirt('image show quiet.img')).out).toMatch(/os_require_quiesce +yes/);
    expect(await chronovirt(`image upload ./quiet.img --format raw ${asked}`)).toMatchObject({ code: 0 });
    for (const [line, message] of [
      ['./disk.img --property hw_qemu_guest_agent=yes', /--property: the image is in the store already/],
      ['./new.img --property os_require_quiesce=yes', /os_require_quiesce: needs hw_qemu_guest_agent=yes/],
      ['./new.img --property hw_disk_bus=scsi', /hw_disk_bus/],
      ['./new.img --property quiet', /--property: expected name=value, such as os_require_quiesce=yes/],
    ] as const) {
      writeFileSync(join(directory, 'new.img'), randomBytes(4096));
      const ended = await chronovirt(`image upload ${line} --format raw`);
      expect(ended.code).not.toBe(0);
      expect(ended.err).toMatch(message);
    }
  });

  test.each([
    ['create x', /--image: expected a file/],
    ['create x --image ./none.qcow2', /--image: there is no file \.\/none\.qcow2/],
    ['create x --image ./disk.img --memory 128', /--memory: 128 of what\? Write 128MiB/],
    ['create x --image ./disk.img --vcpus 2', /--memory: expected a size/],
    ['create x --image ./disk.img --memory 12MiB', /--memory: expected at least 16 MiB/],
    ['create x --image ./disk.img --flavor giant', /flavor: no flavor is called "giant"; there are nano/],
    ['create x --image ./disk.img --memory 128MiB --vcpus two', /--vcpus: expected a whole number/],
    ['create X! --image ./disk.img --memory 128MiB', /name: expected a host name/],
    ['create x --image ./disk.img --memory 128MiB --ssh-key nokey', /--ssh-key: there is no file /],
    ['create x --image ./disk.img --memory 128MiB --metadata novalue', /--metadata: expected key=value/],
    ['create x --image ./disk.img --memory 128MiB --no-nic --bridge br0', /do not go together/],
    ['create x --image ./disk.img --memry 1GiB', /unknown option '--memry'[\s\S]*--memory/],
    ['create', /missing required argument 'name'/],
  ])('%s is bad usage', async (line, message) => {
    const ended = await chronovirt(line);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(message);
  });

  test('sends no image for an instance that would be refused', async () => {
    await make('taken');
    terminal.write('unsent.img', rawDisk(5, 1_500_000));
    terminal.write('large.qcow2', qcow2Head(30 * 2 ** 30));
    const tooSmall = (image: string, disk: string, room: string, least: number): RegExp =>
      new RegExp(
        `--disk: the image ${image} has a disk of ${disk}, which does not fit on ${room}; ask for ${least} GiB or more, or none`,
      );
    const before = await json('image list');
    for (const [line, code, message] of [
      ['create taken --image ./unsent.img --memory 128MiB', 4, /the name taken is taken/],
      ['create x --image ./unsent.img --flavor giant', 2, /--flavor: no flavor is called "giant"/],
      ['create x --image ./unsent.img --memory 128MiB --host h9', 2, /no host is called "h9"/],
      ['create x --image ./unsent.img --memory 128MiB --host h9 --dry-run', 2, /no host is called "h9"/],
      ['create x --image ./unsent.img --memory 128MiB --dry-run', 2, /is not in the store yet/],
      ['create x --image ./large.qcow2 --memory 128MiB --disk 2GiB', 2, tooSmall('large.qcow2', '30 GiB', '2 GiB', 30)],
      ['create x --image ./large.qcow2 --flavor small --dry-run', 2, tooSmall('large.qcow2', '30 GiB', '20 GiB', 30)],
      ['create x --image ./large.qcow2', 2, tooSmall('large.qcow2', '30 GiB', '20 GiB', 30)],
      ['create x --image ./unsent.img --memory 128MiB --disk 1MiB', 2, tooSmall('unsent.img', '2 MiB', '1 MiB', 1)],
      ['create x --image ./large.qcow2 --memory 128MiB --disk 30GiB --dry-run', 2, /is not in the store yet/],
      ['create x --image ./large.qcow2 --memory 128MiB --dry-run', 2, /is not in the store yet/],
    ] as const) {
      const ended = await chronovirt(line);
      expect(ended.err).toMatch(message);
      expect(ended.code).toBe(code);
    }
    expect(await json('image list')).toEqual(before);
    expect(await chronovirt('create x --image ./unsent.img --memory 128MiB')).toMatchObject({ code: 0 });
  });

  test('refuses a private key before it goes anywhere', async () => {
    writeFileSync(join(directory, 'key'), '-----BEGIN OPENSSH PRIVATE KEY-----\n');
    expect((await make('x', '--ssh-key key')).err).toMatch(/is a private key; give the public one/);
  });

  test('--dry-run says what would be made, and makes nothing', async () => {
    expect((await make('dry', '--dry-run')).out).toMatch(/would be ordered: dry, 1 vCPU, 128 MiB/);
    expect(await chronovirt('show dry')).toMatchObject({ code: 3 });
  });
});

describe('orders', () => {
  test('wait for their end and tell how long it took; without --wait they return with what was stored', async () => {
    await make('steps');
    expect((await chronovirt('pause steps')).out).toMatch(/^steps is paused on h1, after \d+ ms\n$/);
    expect(await json('unpause steps')).toMatchObject({ outcome: 'reached', state: 'running', host: 'h1' });
    expect((await chronovirt('reboot steps --hard')).out).toMatch(/steps is running/);
    const ordered = await json<{ host: string; seq: number }>('stop steps --grace 0s --no-wait');
    expect(ordered).toMatchObject({ host: 'h1', seq: expect.any(Number) });
  });

  test('a refusal ends with 4 and says what to do first', async () => {
    await make('refused');
    const ended = await chronovirt('resume refused');
    expect(ended).toMatchObject({ code: 4, out: '' });
    expect(ended.err).toMatch(
      /refused: the instance is running; resume is legal in suspended \(guard state\)\nfirst: chronovirt suspend refused/,
    );
    const { error } = await json<{ error: { exitCode: number; guard: string; path: string[] } }>('resume refused');
    expect(error).toMatchObject({ exitCode: 4, guard: 'state', path: ['suspend'] });
    expect(await chronovirt('pause refused --dry-run')).toMatchObject({ code: 0 });
    expect(await chronovirt('start refused --dry-run')).toMatchObject({ code: 4 });
  });

  test('a refusal names orders by the verbs that can be typed, everywhere but in JSON', async () => {
    await make('verbs');
    const said = 'confirm-resize is legal in resized';
    expect((await chronovirt('confirm-resize verbs')).err).toContain(said);
    for (const line of [
      'confirm-resize verbs --dry-run',
      'explain verbs confirm-resize',
      'explain verbs',
      'history verbs',
    ])
      expect((await chronovirt(line)).out).toContain(said);
    expect(await json('explain verbs confirm-resize')).toMatchObject({
      command: 'confirmResize',
      fact: expect.stringContaining('confirmResize is legal in resized'),
    });
  });

  test('an image that is made is named at the end, as create takes it; one that is not ends with 7', async () => {
    await make('pictured');
    for (const line of ['snapshot pictured --name nightly', 'backup pictured --name weekly --rotation 2']) {
      const name = line.includes('nightly') ? 'nightly' : 'weekly';
      const { code, out } = await chronovirt(line);
      expect(code).toBe(0);
      expect(out).toMatch(
        new RegExp(`^pictured is running on h1, after .*\\nmade image ${name} \\(.*\\): --image [0-9a-f]{64}\\n$`),
      );
    }
    const { image, ...end } = await json<{ image: { name: string; sha256: string } }>('snapshot pictured --name again');
    expect(end).toMatchObject({ outcome: 'reached', state: 'running' });
    expect(image).toMatchObject({ name: 'again', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await chronovirt(`create copied --image ${image.sha256} --memory 128MiB`)).toMatchObject({ code: 0 });
    cloud.sim.faults.add({ kind: 'fail', when: 'before', on: 'keepImage', times: 99 });
    const failed = await chronovirt('snapshot pictured --name never');
    cloud.sim.faults.clear();
    expect(failed).toMatchObject({ code: 7, out: '' });
    expect(failed.err).toMatch(/snapshot failed.*; no image was made, and the instance is running/);
  });

  test('a move that is over before anybody listens is told whole, and ends', async () => {
    await make('stays');
    const ended = await chronovirt('live-migrate stays --timeout 10s');
    expect(ended).toMatchObject({ code: 7, out: '' });
    expect(ended.err).toMatch(
      /a move begins[^]*the instance is there {2}move: undoing[^]*the instance is on h1 as before/,
    );
    await chronovirt('shelve stays');
    await chronovirt('offload stays');
    const back = await chronovirt('unshelve stays');
    expect(back).toMatchObject({ code: 0, out: expect.stringMatching(/^stays is running on h1, after /) });
  });

  test('whether disks are copied along is ordered in three ways', async () => {
    await make('three-ways');
    for (const more of ['', '--block-migration', '--no-block-migration'])
      expect(await chronovirt(`live-migrate three-ways ${more} --timeout 10s`)).toMatchObject({ code: 7 });
    const { entries } = await json<{
      entries: { message: { events: { type: string; data?: { request?: Record<string, unknown> } }[] } }[];
    }>('history three-ways');
    const asked = entries
      .flatMap(({ message }) => message.events)
      .filter(({ type }) => type === 'liveMigrate.requested');
    expect(asked.map(({ data }) => data?.request?.['blockMigration'])).toEqual([undefined, true, false]);
  });

  test('a move to where the instance is is refused at once, and a dry run and explain say the same', async () => {
    await make('at-home');
    const refused =
      /refused: the instance is on h1, and live-migrate brings it to another host.*\(guard elsewhere\)\n$/;
    const ended = await chronovirt('live-migrate at-home --host h1');
    expect(ended).toMatchObject({ code: 4, out: '', err: expect.stringMatching(refused) });
    for (const line of ['live-migrate at-home --host h1 --dry-run', 'explain at-home live-migrate --host h1'])
      expect(await chronovirt(line)).toMatchObject({ code: 4, out: expect.stringMatching(refused) });
    expect(await chronovirt('migrate at-home --host h1 --dry-run')).toMatchObject({ code: 2 });
    expect(await chronovirt('cold-migrate at-home --host h1')).toMatchObject({ code: 4 });
    expect((await chronovirt('history at-home')).out).not.toContain('a move begins');
  });

  test('an instance that is not there ends with 3', async () => {
    expect(await chronovirt('start ghost')).toMatchObject({ code: 3 });
  });

  test('an agent that is away ends with 7: nothing was done', async () => {
    await make('away');
    cloud.isAgentAway = true;
    const ended = await chronovirt('pause away');
    expect(await chronovirt('pause away --dry-run')).toMatchObject({
      code: 7,
      out: 'pause has to wait: away is running; its host has to do it, and h1 is silent\n',
    });
    cloud.isAgentAway = false;
    expect(ended).toMatchObject({ code: 7 });
    expect(ended.err).toMatch(/nothing was done/);
  });

  test('an agent that may have taken an order before it fell silent ends with 6, and where to look', async () => {
    await make('silent');
    cloud.isAgentSilent = true;
    const ended = await chronovirt('pause silent');
    cloud.isAgentSilent = false;
    expect(ended).toMatchObject({ code: 6 });
    expect(ended.err).toMatch(/not known.*same id[^]*chronovirt history/);
  });

  test('a build that no host can take ends with 8 and the reasons', async () => {
    const ended = await chronovirt('create huge --image ./disk.img --memory 32TiB');
    expect(ended).toMatchObject({ code: 8 });
    expect(ended.err).toMatch(/huge: place: no host can take it: h1: 33554432 MiB of memory wanted/);
  });

  test('a guest that does not come up in time ends with 6, and the order goes on', async () => {
    const ended = await chronovirt('create late --image ./disk.img --memory 128MiB --timeout 0s');
    expect(ended).toMatchObject({ code: 6 });
    expect(ended.err).toMatch(/not ready within 0 s[\s\S]*chronovirt watch late/);
    expect((await chronovirt('list --name late --json')).out).toContain('"late"');
  });
});

describe('passwords of orders', () => {
  /** What the guest would read on its config drive. */
  const passwordIn = async (name: string, file: 'config' | 'config.rescue'): Promise<unknown> => {
    const { uuid } = await json<{ uuid: string }>(`show ${name}`);
    const drive = cloud.sim.files.view(uuid as never)?.files.find((one) => one.name === file);
    return (JSON.parse(drive?.content ?? '{}') as { adminPassword?: unknown }).adminPassword;
  };

  test('one that is given reaches the rescue guest, and is told nowhere', async () => {
    await make('mended');
    const ended = await chronovirt('rescue mended --admin-password-file password');
    expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/^mended is rescued on h1, after /) });
    expect(await passwordIn('mended', 'config.rescue')).toBe(secret);
    const { out } = await chronovirt('history mended');
    expect(out).toMatch(/ rescue, with a password of its own /);
    const told = [ended.out, ended.err, out, (await chronovirt('history mended --json')).out];
    for (const text of told) expect(text).not.toContain(secret);
    await chronovirt('unrescue mended');
    expect(await passwordIn('mended', 'config.rescue')).toBeUndefined();
  });

  test('given none, one is made and shown once, to those who do not wait too, and in JSON', async () => {
    await make('locked-out');
    const ended = await chronovirt('rescue locked-out');
    const [, shown] = /^locked-out: password of the rescue system, shown this once: (\w{16})\n/.exec(ended.out) ?? [];
    expect(shown).toBeDefined();
    expect(await passwordIn('locked-out', 'config.rescue')).toBe(shown);
    await chronovirt('unrescue locked-out');
    const end = await json<{ state: string; adminPassword: string }>('rescue locked-out');
    expect(end).toMatchObject({ state: 'rescued', adminPassword: expect.stringMatching(/^\w{16}$/) });
    expect(await passwordIn('locked-out', 'config.rescue')).toBe(end.adminPassword);
    await chronovirt('unrescue locked-out');
    expect(await json('rescue locked-out --no-wait')).toMatchObject({
      seq: expect.any(Number),
      adminPassword: expect.stringMatching(/^\w{16}$/),
    });
    const late = await make('impatient').then(() => chronovirt('rescue impatient --timeout 0s --json'));
    expect(late.code).toBe(6);
    expect(late.out).toMatch(/"adminPassword":"\w{16}"/);
  });

  test('a rebuild takes one, and makes none', async () => {
    await make('anew');
    const ended = await chronovirt('rebuild anew --admin-password-file password');
    expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/^anew is running/) });
    expect(await passwordIn('anew', 'config')).toBe(secret);
    expect((await chronovirt('rebuild anew')).out).not.toContain('password');
    expect(await passwordIn('anew', 'config')).toBe(secret);
  });

  test.each([
    ['rescue web --admin-password-file none', /--admin-password-file: there is no file /],
    ['rescue web --admin-password-file init.yaml', /--admin-password-file: expected one line of text/],
    ['rescue web --admin-password-file empty', /--admin-password-file: /],
    ['rescue web --admin-password x', /unknown option '--admin-password'/],
  ])('%s is bad usage', async (line, message) => {
    terminal.write('empty', '');
    const ended = await chronovirt(line);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toMatch(message);
    expect(ended.err).not.toContain(secret);
  });

  test('a dry run with one only says whether it would be taken', async () => {
    const ended = await chronovirt('rescue web --admin-password-file password --dry-run');
    expect(ended).toMatchObject({ code: 0, out: 'rescue would be taken: web is running\n' });
  });
});

describe('history', () => {
  test('tells who, what, why and how long; also after the delete', async () => {
    await make('story');
    await chronovirt(['stop', 'story', '--grace', '0s', '--reason', 'disk swap']);
    await chronovirt('delete story');
    const { out, code } = await chronovirt('history story');
    expect(code).toBe(0);
    expect(out).toMatch(/SEQ\s+TIME\s+WHO\s+WHAT\s+STATE\s+TOOK\s+WHY/);
    expect(out).toMatch(/_cluster:\d+ .* create .* building\.place/);
    expect(out).toMatch(/h1:\d+ .* agent .* spawn done .* running .* ms/);
    expect(out).toMatch(/ stop .* stopping\.powerOff .* disk swap/);
    expect(out).toMatch(/destroy done .* deleted/);
    expect(await chronovirt('verify story')).toMatchObject({ code: 0 });
    const whole = await chronovirt('verify');
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.out).toMatch(/^\d+ histories agree, \d+ messages, \d+ events$/m);
    const { entries } = await json<{ entries: { message: { id: string } }[] }>('history story');
    expect(entries.every(({ message }) => message.id.length > 0)).toBe(true);
  });

  test('one that cannot be read on is named among all that agree, deleted ones too', async () => {
    await make('torn');
    const { uuid, seq } = await json<{ uuid: string; seq: number }>('show torn');
    await chronovirt('delete torn');
    const last = (await json<{ seq: number }>('show torn')).seq;
    expect(last).toBeGreaterThan(seq);
    cloud.store.append('h1', uuid, 'from-the-future', last, JSON.stringify({ v: 2 }));
    const ended = await chronovirt('verify');
    expect(ended).toMatchObject({ code: 8 });
    expect(ended.out).toMatch(/^torn: h1: differs at h1:\d+: .*version 2/m);
    expect(ended.out).toMatch(/^1 of \d+ histories differs$/m);
    const { ok, instances } = await json<{ ok: boolean; instances: { instance: string; ok: boolean }[] }>('verify');
    expect([ok, instances.filter((one) => !one.ok).map((one) => one.instance)]).toEqual([false, [uuid]]);
  });

  test('a state of the past is shown by sequence, and two are compared', async () => {
    await make('past');
    await chronovirt('stop past --grace 0s');
    const { entries } = await json<{ entries: { host: string; seq: number; message: { state: { value: string } } }[] }>(
      'history past',
    );
    const at = (value: string): string => {
      const found = entries.find((entry) => entry.host === 'h1' && entry.message.state.value === value);
      return `${found?.host}:${found?.seq}`;
    };
    expect((await chronovirt(`show past --at ${at('running')}`)).out).toMatch(/^past was running at h1:/);
    expect((await chronovirt(`diff past ${at('running')} ${at('stopped')}`)).out).toMatch(/value\s+running\s+stopped/);
    expect(await chronovirt('show past --at 2001-01-01')).toMatchObject({ code: 2 });
    expect((await chronovirt('show past --at soon')).err).toMatch(/--at: expected a sequence/);
  });

  test('watch shows turns as they are stored', async () => {
    await make('watched');
    let ordered: Promise<Ended> | null = null;
    const watching = chronovirt('watch watched --since _cluster:0', {
      onOut: () => (ordered ??= chronovirt('pause watched')),
      endWhen: (out) => out.includes('pause done'),
    });
    expect((await watching).out).toMatch(/watched {2}pause {2}→ freezing\.pause/);
    await ordered;
  });
});

describe('guests, images, hosts', () => {
  test('addresses and console', async () => {
    await make('guest');
    expect(await chronovirt('ip guest')).toMatchObject({ code: 0, out: '192.168.100.12\n' });
    expect((await chronovirt('console-log guest --lines 1')).out).toMatch(/^login: /);
    expect((await chronovirt('console-log guest --bytes 10')).err).toMatch(/--bytes: 10 of what/);
    cloud.isWithoutAddress = true;
    const waited = await chronovirt('ip guest --wait 1s');
    // Ctrl-C ends the wait, not the time that it had.
    const given = await chronovirt('ip guest --wait 5min', { endWhen: (_out, err) => err.includes('waiting') });
    cloud.isWithoutAddress = false;
    expect(given.err).toMatch(/at most\nchronovirt: interrupted: guest has no address that is known yet\n$/);
    expect(given).toMatchObject({ code: 1, out: '' });
    expect(waited).toMatchObject({ code: 6, out: '' });
    expect(waited.err).toMatch(/^guest has no address that is known yet; waiting \S+ \w+ at most\n.*got none in time/);
  });

  test('images, flavors, hosts and versions are listed', async () => {
    expect((await chronovirt('image list')).out).toMatch(/disk\.img\s+raw/);
    expect((await chronovirt('image show disk.img')).out).toMatch(/sha256/);
    expect(await chronovirt('image delete nothing')).toMatchObject({ code: 3 });
    expect((await chronovirt('flavors')).out).toMatch(/small.*default/);
    expect((await chronovirt('hosts')).out).toMatch(/h1\s+up\s+simulated/);
    expect((await chronovirt('version')).out).toMatch(/API 0\.1\.0 at http/);
  });
});

describe('the command itself', () => {
  test('without a verb it tells the verbs and ends with 2; asked for help it ends with 0', async () => {
    expect(await chronovirt('')).toMatchObject({ code: 2, out: '' });
    const help = await chronovirt('help');
    expect(help.code).toBe(0);
    for (const word of ['create', 'live-migrate', 'console-log', 'Exit codes']) expect(help.out).toContain(word);
    for (const line of ['create --help', 'help image upload', 'stop -h'])
      expect(await chronovirt(line)).toMatchObject({ code: 0, out: expect.stringContaining('Examples:') });
  });

  test('a mistyped verb is answered with the nearest', async () => {
    expect(await chronovirt('pasue web')).toMatchObject({
      code: 2,
      err: expect.stringContaining('did you mean: chronovirt pause'),
    });
    expect((await chronovirt('image uplaod x')).err).toMatch(
      /no verb "image uplaod"\ndid you mean: chronovirt image upload/,
    );
    expect((await chronovirt('image x')).err).toMatch(/image: expected one of upload, list, show, delete, got "x"/);
  });

  test('without an API it says how to get one, and a wrong token is told', async () => {
    const nowhere = mkdtempSync(join(tmpdir(), 'chronovirt-none-'));
    const state = { CHRONOVIRT_STATE: join(nowhere, 'state') };
    expect(await chronovirt('list', { cwd: nowhere, env: state })).toMatchObject({
      code: 1,
      err: expect.stringContaining('npm start'),
    });
    expect((await chronovirt(['list', '--api', 'http://127.0.0.1:1', '--token-file', cloud.tokenFile])).err).toMatch(
      /cannot be reached \(ECONNREFUSED\)/,
    );
    const wrong = join(nowhere, 'token');
    writeFileSync(wrong, 'x'.repeat(40));
    chmodSync(wrong, 0o600);
    expect(
      await chronovirt('list', { env: { CHRONOVIRT_API: cloud.server.address, CHRONOVIRT_TOKEN_FILE: wrong } }),
    ).toMatchObject({ code: 1, err: expect.stringContaining('token') });
    rmSync(nowhere, { recursive: true });
  });

  test('an address that others could have written is not used', async () => {
    const shared = mkdtempSync(join(tmpdir(), 'chronovirt-shared-'));
    mkdirSync(join(shared, '.chronovirt'));
    const file = join(shared, '.chronovirt/api.json');
    writeFileSync(file, JSON.stringify({ address: cloud.server.address, tokenFile: cloud.tokenFile }));
    const env = { CHRONOVIRT_STATE: join(shared, '.chronovirt') };
    chmodSync(file, 0o600);
    expect(await chronovirt('list', { cwd: shared, env })).toMatchObject({ code: 0 });
    chmodSync(file, 0o666);
    expect(await chronovirt('list', { cwd: shared, env })).toMatchObject({
      code: 1,
      err: expect.stringContaining('no API is known'),
    });
    rmSync(shared, { recursive: true });
  });

  test('colours only where they were asked for', async () => {
    expect((await chronovirt('flavors')).out).not.toContain('\u001B');
    expect((await chronovirt('flavors', { env: { FORCE_COLOR: '1' } })).out).toContain('\u001B');
    expect((await chronovirt('flavors --no-color', { env: { FORCE_COLOR: '1' } })).out).not.toContain('\u001B');
  });

  test.each([
    [
      ['__complete', ''],
      ['create', 'image', 'help'],
    ],
    [
      ['__complete', 'image', ''],
      ['upload', 'list'],
    ],
    [['__complete', 'show', ''], ['web']],
    [
      ['__complete', 'explain', 'web', ''],
      ['start', 'live-migrate'],
    ],
    [
      ['__complete', 'stop', 'web', '--'],
      ['--grace', '--json', '--no-wait'],
    ],
    [
      ['__complete', 'explain', 'web', 'resize', '--'],
      ['--flavor', '--host', '--json'],
    ],
    [
      ['__complete', 'live-migrate', 'web', '--'],
      ['--block-migration', '--no-block-migration', '--disk-over-commit'],
    ],
    [['__complete', 'create', 'x', '--flavor', ''], ['small']],
    [['__complete', 'create', 'x', '--user-data', ''], [':file']],
    [['__complete', 'create', 'x', '--flavor='], ['--flavor=small']],
    [['__complete', 'create', 'x', '--flavor', '=', 'sm'], ['small']],
    [['__complete', 'create', 'x', '--flavor=small', '--host='], ['--host=h1']],
    [['__complete', 'create', 'x', '--user-data='], [':file']],
    [
      ['__complete', 'completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
  ])('completion of %j offers %j', async (words, expected) => {
    const { out, code } = await chronovirt(words);
    expect(code).toBe(0);
    for (const word of expected) expect(out.split('\n')).toContain(word);
  });

  /** What a shell prints that runs a script in which the command is found. */
  async function saidBy(shell: string, script: string): Promise<string[]> {
    writeFileSync(join(directory, 'chronovirt'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, {
      mode: 0o755,
    });
    const child = spawn(shell, ['-c', script], {
      cwd: directory,
      env: { PATH: `${directory}:${process.env['PATH'] ?? ''}`, HOME: directory },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
    await new Promise((resolve, reject) => {
      child.on('error', (error) => reject(new Error(`${error.message}: install ${shell}`, { cause: error })));
      child.on('close', resolve);
    });
    return out.trim().split('\n');
  }

  test('bash takes the completion script and completes the name of an instance', async () => {
    const script = (await chronovirt('completion bash')).out;
    const probe = `${script}\nCOMP_WORDS=(chronovirt show we); COMP_CWORD=2; _chronovirt; echo "\${COMPREPLY[@]}"
COMP_WORDS=(chronovirt create x --flavor = sm); COMP_CWORD=5; _chronovirt; echo "\${COMPREPLY[@]}"
COMP_WORDS=(chronovirt create x --host =); COMP_CWORD=4; _chronovirt; echo "\${COMPREPLY[@]}"`;
    expect(await saidBy('bash', probe)).toEqual(['web', 'small', 'h1']);
  });

  test('fish takes it too, and completes files also after --option=', async () => {
    const script = (await chronovirt('completion fish')).out;
    mkdirSync(join(directory, 'of fish'));
    writeFileSync(join(directory, 'of fish/init.yaml'), '');
    const lines = ['show we', 'create x --flavor=sm', 'create x --user-data ./of', 'create x --user-data=./of'];
    const more = ['create x --user-data=of\\\\ fish/i', 'create x --user-data=~/of', 'create x --image=./of'];
    const probe = [script, ...[...lines, ...more].map((line) => `complete -C "chronovirt ${line}"`)].join('\n');
    expect(await saidBy('fish', probe)).toEqual([
      'web',
      '--flavor=small',
      './of fish/',
      '--user-data=./of fish/',
      '--user-data=of fish/init.yaml',
      '--user-data=~/of fish/',
      '--image=./of fish/',
    ]);
  });
});

describe('orders about hosts', () => {
  test('a host is shown with what is recorded of it and what may be done', async () => {
    const { out, code } = await chronovirt('hosts show h1');
    expect(code).toBe(0);
    expect(out).toMatch(/state +reachable/);
    expect(out).toMatch(/proof +nothing proves that it runs no guest/);
    expect(out).toMatch(/forget +no +nothing proves/);
    expect((await chronovirt('hosts show nowhere')).code).toBe(3);
  });

  test('it is closed with a reason that the list shows, and opened again', async () => {
    expect(await chronovirt(['hosts', 'disable', 'h1', '--reason', 'noisy fan'])).toMatchObject({ code: 0 });
    expect((await chronovirt('hosts')).out).toContain('noisy fan');
    expect((await chronovirt('hosts disable h1')).code).toBe(4);
    expect((await chronovirt('hosts enable h1')).code).toBe(0);
    expect((await chronovirt('hosts')).out).not.toContain('noisy fan');
  });

  test('what is not proved is refused, with the order to give first', async () => {
    const { code, err } = await chronovirt('hosts forget h1');
    expect(code).toBe(4);
    expect(err).toContain('first: chronovirt hosts fence h1');
    expect((await chronovirt('hosts confirm-down h1')).code).toBe(2);
    expect((await chronovirt('hosts maintenance h1 perhaps')).code).toBe(2);
  });

  test('a drain says beforehand who cannot leave and why, and ends with what it could not move', async () => {
    const preview = await chronovirt('hosts drain h1 --preview');
    expect(preview).toMatchObject({ code: 4 });
    expect(preview.out).toMatch(/stays/);
    const drained = await chronovirt('hosts drain h1 --budget 2 --timeout 20s');
    expect(drained.code).toBe(8);
    expect(drained.out).toMatch(/moved: 0/);
    expect(drained.err).toMatch(/ stays: /);
    expect((await chronovirt('hosts show h1')).out).toMatch(/drain +0 moved, \d+ cannot leave\n +\S+ stays: /);
    const closed = await make('homeless', '--host h1');
    expect(closed).toMatchObject({ code: 8 });
    expect(closed.err).toMatch(/no host can take it: h1: it is in maintenance: what could be moved was moved/);
    await chronovirt(['hosts', 'disable', 'h1', '--reason', 'noisy fan']);
    expect((await make('homeless-too', '--host h1')).err).toMatch(
      /h1: it is disabled: noisy fan, and it is in maintenance/,
    );
    // Opened, it is still in maintenance; that is said, and said again to who tries once more.
    expect((await chronovirt('hosts enable h1')).out).toMatch(/in maintenance: chronovirt hosts maintenance h1 off\n/);
    const again = await chronovirt('hosts enable h1');
    expect(again.code).toBe(4);
    expect(again.err).toContain('first: chronovirt hosts maintenance h1 off\n');
    expect((await chronovirt('hosts maintenance h1 off')).code).toBe(0);
  });

  test('a host is fenced on purpose; the proof and who wanted it stand in its history; it is admitted again', async () => {
    expect(await make('stranded')).toMatchObject({ code: 0 });
    const fenced = await chronovirt(['hosts', 'fence', 'h1', '--reason', 'a drill']);
    // Its owner says nothing more: that nobody can take it is the end of the order.
    const nowhere = await chronovirt('evacuate stranded --timeout 10s');
    expect(nowhere).toMatchObject({ code: 7, err: expect.stringMatching(/no host can take it[^]*is on h1 as before/) });
    expect(fenced).toMatchObject({ code: 0 });
    const told = await chronovirt('show stranded');
    expect(told.out).toMatch(
      /may now +evacuate, delete\n +may later +.*\bpause\b.*reset.*; its host has to do it, and h1 is fenced\n/,
    );
    const all = (await chronovirt('explain stranded')).out.split('\n');
    for (const [command, said] of [
      ['pause', 'later +h1 is fenced'],
      ['evacuate', 'yes'],
      ['delete', 'yes'],
    ] as const)
      expect(all.find((line) => line.startsWith(`${command} `))).toMatch(new RegExp(`^${command} +${said}`));
    for (const line of ['pause stranded --dry-run', 'explain stranded pause'])
      expect(await chronovirt(line)).toMatchObject({
        code: 7,
        out: expect.stringMatching(/^pause has to wait.*h1 is fenced/),
      });
    expect(fenced.out).toContain('proof: fenceCommand (the fence command ended with success');
    expect(fenced.out).toMatch(/each of the \d+ instances that it held may go elsewhere: chronovirt evacuate/);
    expect(fenced.out).toContain('to let it run guests again: chronovirt hosts admit h1');
    expect((await chronovirt('hosts show h1')).out).toMatch(/term +1, over/);
    expect((await chronovirt('hosts admit h1')).code).toBe(0);
    const { out } = await chronovirt('hosts history h1');
    expect(out).toMatch(/ fence +fencing\.endTerm +a drill/);
    expect(out).toMatch(/the fence command ended with success +fenced/);
    expect(out).toMatch(/it has its next term +reachable/);
  });
});
