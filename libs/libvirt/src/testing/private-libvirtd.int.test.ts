import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Libvirt } from '../libvirt.ts';
import { startPrivateLibvirtd } from './private-libvirtd.ts';
import { tinyDomainXml } from './tiny-domain.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp('/tmp/lv-');
});
afterEach(async () => {
  await rm(dir, { recursive: true });
});

/** Processes that have this daemon's directory, or a guest of that name, on their command line. */
async function processes(...marks: string[]): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return pids.filter((_, i) => marks.some((mark) => lines[i]!.includes(mark))).map(Number);
}

test('nothing is left after stop: no daemon, no guest, no mount, even when the daemon was killed before', async () => {
  const daemon = await startPrivateLibvirtd({ dir });
  const libvirt = await Libvirt.connect({ socket: daemon.socket });
  const name = `left-${process.pid}-${Date.now()}`;
  await libvirt.domainCreateXml(tinyDomainXml(name));
  expect(await processes(dir, name)).toHaveLength(2);
  await daemon.kill('SIGKILL');
  expect(await processes(dir, name)).toHaveLength(1);
  await daemon.stop();
  expect(await processes(dir, name)).toEqual([]);
  expect(await readFile('/proc/self/mounts', 'utf8')).not.toContain(dir);
});

test('two of them know nothing of each other', async () => {
  const other = await mkdtemp('/tmp/lv-');
  const daemons = await Promise.all([
    startPrivateLibvirtd({ dir, hostname: 'one' }),
    startPrivateLibvirtd({ dir: other, hostname: 'two' }),
  ]);
  const clients = await Promise.all(daemons.map(({ socket }) => Libvirt.connect({ socket })));
  await clients[0]!.domainDefineXmlFlags(tinyDomainXml('mine'));
  await expect(clients[1]!.connectListAllDomains()).resolves.toEqual([]);
  expect(await Promise.all(clients.map((client) => client.connectGetHostname()))).toEqual(['one', 'two']);
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(daemons.map((daemon) => daemon.stop()));
  await rm(other, { recursive: true });
});

test('one that does not come up says what it wrote', async () => {
  await expect(startPrivateLibvirtd({ dir, libvirtdConf: ['nonsense = '] })).rejects.toThrow(
    /libvirtd did not come up[^]*nonsense|expecting a value/,
  );
  expect(await processes(dir)).toEqual([]);
});
