import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cpio, DIRECTORY, FILE, LINK } from './cpio.mjs';
import { GUEST_FILES } from './initramfs.mjs';
import { dependsOn } from './kernel-modules.mjs';

it('writes an archive in which each part begins at a multiple of four, and the same bytes each time', () => {
  const entries = [
    { path: 'bin', mode: DIRECTORY | 0o755 },
    { path: 'bin/a', mode: FILE | 0o755, data: 'hello' },
    { path: 'bin/b', mode: LINK | 0o777, data: 'a' },
  ];
  const bytes = cpio(entries);
  expect(cpio(entries)).toEqual(bytes);
  const found: string[] = [];
  for (let at = 0; at < bytes.length;) {
    expect(bytes.toString('latin1', at, at + 6)).toBe('070701');
    const number = (index: number) =>
      Number.parseInt(bytes.toString('latin1', at + 6 + index * 8, at + 14 + index * 8), 16);
    const [size, nameSize] = [number(6), number(11)];
    const name = bytes.toString('latin1', at + 110, at + 110 + nameSize - 1);
    const data = at + Math.ceil((110 + nameSize) / 4) * 4;
    found.push(`${name} ${number(1).toString(8)} ${bytes.toString('latin1', data, data + size)}`);
    at = data + Math.ceil(size / 4) * 4;
  }
  expect(found).toEqual(['bin 40755 ', 'bin/a 100755 hello', 'bin/b 120777 a', 'TRAILER!!! 0 ']);
});

it('reads what a kernel module depends on, with dashes as underscores', () => {
  expect(dependsOn(Buffer.from('\0license=GPL\0depends=virtio-ring,virtio\0name=x\0'))).toEqual([
    'virtio_ring',
    'virtio',
  ]);
  expect(dependsOn(Buffer.from('\0depends=\0'))).toEqual([]);
  expect(dependsOn(Buffer.from('nothing here'))).toEqual([]);
});

it('the guest reads any JSON of a config drive, leaf by leaf', () => {
  const data = {
    uuid: 'u-1',
    empty: {},
    nothing: [],
    public_keys: { mine: 'ssh-ed25519 AAAA me@here\n', 'with space': 'ssh-rsa "quoted" \\ & <x>' },
    networks: [{ id: 'n0', routes: [{ gateway: '10.0.0.1' }], mtu: 1450, up: true }, { id: 'n1' }],
  };
  const directory = mkdtempSync(join(tmpdir(), 'json-'));
  for (const text of [JSON.stringify(data), JSON.stringify(data, null, 2).replace('&', String.raw`\u0026`)]) {
    writeFileSync(join(directory, 'data.json'), text);
    const flat = execFileSync('awk', ['-f', join(GUEST_FILES, 'etc/flatten-json.awk'), join(directory, 'data.json')], {
      encoding: 'utf8',
    });
    expect(flat.trimEnd().split('\n')).toEqual([
      'uuid\tu-1',
      String.raw`public_keys.mine	ssh-ed25519 AAAA me@here\n`,
      'public_keys.with space\tssh-rsa "quoted" \\ & <x>',
      'networks.0.id\tn0',
      'networks.0.routes.0.gateway\t10.0.0.1',
      'networks.0.mtu\t1450',
      'networks.0.up\ttrue',
      'networks.1.id\tn1',
    ]);
  }
  rmSync(directory, { recursive: true });
});

it('the guest says in its own words that it is one for tests', () => {
  expect(readFileSync(join(GUEST_FILES, 'etc/issue'), 'utf8')).toContain('test guest');
});
