import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { installedNames, PACKAGES } from './debian-packages.mjs';
import { compareVersions } from './nats-server.mjs';
import { sameVersions } from './node-packages.mjs';
import { checkout } from './places.mjs';
import { ask, CommandFailed, run } from './run-command.mjs';
import { purposeOf } from './setup.mjs';

it('knows two purposes and takes nothing else', () => {
  expect(purposeOf([])).toBe('start');
  expect(purposeOf(['--for', 'test'])).toBe('test');
  for (const wrong of [['--for'], ['--for', 'fun'], ['test'], ['--for', 'test', '--force']])
    expect(purposeOf(wrong)).toBeUndefined();
});

it('gives a reason for each Debian package, and names none twice', () => {
  expect(new Set(PACKAGES.map(({ name }) => name)).size).toBe(PACKAGES.length);
  for (const { why } of PACKAGES) expect(why).not.toBe('');
});

it('counts a package as installed only when dpkg says so', () => {
  expect([...installedNames('libvirt-clients installed\nqemu-utils config-files\niptables half-installed\n')]).toEqual([
    'libvirt-clients',
  ]);
});

it('compares versions by number', () => {
  expect(compareVersions('2.9.10', '2.10.0')).toBeLessThan(0);
  expect(compareVersions('2.12.15', '2.10.23')).toBeGreaterThan(0);
  expect(compareVersions('2.10.23', '2.10.23')).toBe(0);
});

it('takes a node_modules with each locked version as ready, whatever optional parts it has', () => {
  const locked = {
    '': { version: '1.0.0' },
    'libs/a': { version: '1.0.0' },
    'node_modules/x': { version: '1.2.3' },
    'node_modules/only-windows': { version: '1.0.0', optional: true },
  };
  expect(sameVersions(locked, { 'node_modules/x': { version: '1.2.3' } })).toBe(true);
  expect(sameVersions(locked, { 'node_modules/x': { version: '1.2.4' } })).toBe(false);
  expect(sameVersions(locked, {})).toBe(false);
});

it('tells of a failed command what ran, how it ended and its last words', async () => {
  const lines: string[] = [];
  const failed = await run(['sh', '-c', 'echo one; echo two >&2; exit 3'], {
    onLine: (line) => lines.push(line),
  }).catch((error) => error);
  expect(failed).toBeInstanceOf(CommandFailed);
  expect(failed.message).toMatch(/sh -c .*: exit code 3\n(one\ntwo|two\none)/s);
  expect(lines.toSorted()).toEqual(['one', 'two']);
  await expect(run(['/no/such/program'])).rejects.toThrow(/ENOENT/);
});

it('a command that ends without reading its input is told by how it ended, not by a broken pipe', async () => {
  const input = 'x'.repeat(1 << 20);
  await expect(run(['sh', '-c', 'exit 3'], { input })).rejects.toThrow(/exit code 3/);
  expect(await run(['true'], { input })).toBe('');
});

it('runs on the Node that Debian has: no syntax and no function newer than Node 18', () => {
  const sources = ask(
    ['git', 'ls-files', '-co', '--exclude-standard', 'tools/setup', 'tools/guest-image', 'tools/start'],
    {
      cwd: checkout,
    },
  )
    .stdout.split('\n')
    .filter((path) => path.endsWith('.mjs'));
  expect(sources.length).toBeGreaterThan(10);
  const tooNew =
    /\.(toSorted|toReversed|toSpliced|with)\(|Promise\.withResolvers|Object\.groupBy|import\.meta\.(dirname|filename)|Symbol\.(asyncD|d)ispose|^\s*(await )?using \w+ =/m;
  const found = sources.flatMap((path) => {
    const word = tooNew.exec(readFileSync(join(checkout, path), 'utf8'))?.[0];
    return word ? [`${path}: ${word}`] : [];
  });
  expect(found).toEqual([]);
});
