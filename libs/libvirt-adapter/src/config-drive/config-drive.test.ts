import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configDriveFiles } from './content.ts';
import { isoImage } from './iso9660.ts';
import { readJoliet } from '../testing/read-iso.ts';
import { instanceRecord, vifRecord } from '../testing/records.ts';

let dir = '';
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'iso-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

const data = (overrides: object = {}) => ({
  instance: { ...instanceRecord(), ...overrides },
  networkInfo: [vifRecord()],
  adminPassword: 'S3cret "x"',
  injectedFiles: [['/etc/motd', Buffer.from([0, 1, 2, 255]).toString('base64')]] as [string, string][],
});

describe('isoImage', () => {
  it('holds every file under its name, byte by byte', () => {
    const files = Array.from(
      { length: 60 },
      (_, index) => [`d${index % 3}/sub/some_rather_long_name.${index}`, Buffer.alloc(index * 100, index)] as const,
    );
    const read = readJoliet(isoImage('config-2', files));
    expect([...read.keys()].toSorted()).toEqual(files.map(([path]) => path).toSorted());
    for (const [path, content] of files) expect(read.get(path)?.equals(content)).toBe(true);
  });
  it('gives the same bytes for the same files', () => {
    const make = (): Buffer => isoImage('config-2', configDriveFiles(data()));
    expect(make().equals(make())).toBe(true);
  });
  it('bears the label that cloud-init looks for, and both trees satisfy another reader', async () => {
    const file = join(dir, 'x.iso');
    await writeFile(file, isoImage('config-2', configDriveFiles(data())));
    expect(execFileSync('blkid', ['-o', 'export', '-p', file], { encoding: 'utf8' })).toMatch(
      /LABEL=config-2[^]*TYPE=iso9660/,
    );
  });
  it('refuses names that the format cannot carry', () => {
    expect(() => isoImage('config-2', [['a/../b', Buffer.alloc(1)]])).toThrow('a/../b');
    expect(() => isoImage('config-2', [['A b', Buffer.alloc(1)]])).toThrow('A b');
    expect(() =>
      isoImage('config-2', [
        ['a', Buffer.alloc(1)],
        ['a', Buffer.alloc(1)],
      ]),
    ).toThrow('twice');
    expect(() => isoImage('a label that is too long', [])).toThrow('label');
  });
});

describe('config drive', () => {
  const read = (overrides: object = {}): Map<string, Buffer> =>
    readJoliet(isoImage('config-2', configDriveFiles(data(overrides))));
  const parsed = (files: Map<string, Buffer>, name: string): Record<string, unknown> =>
    JSON.parse(files.get(`openstack/latest/${name}`)!.toString('utf8')) as Record<string, unknown>;

  it('tells the guest its name, keys, metadata, password and files', () => {
    const files = read({ keyData: 'ssh-ed25519 AAAA a\nssh-rsa BBBB b\n', metadata: { role: 'db' } });
    expect(parsed(files, 'meta_data.json')).toMatchObject({
      uuid: instanceRecord().uuid,
      hostname: 'guest',
      public_keys: { 'key-0': 'ssh-ed25519 AAAA a', 'key-1': 'ssh-rsa BBBB b' },
      meta: { role: 'db' },
      admin_pass: 'S3cret "x"',
      files: [{ path: '/etc/motd', content_path: '/content/0000' }],
    });
    expect(files.get('openstack/content/0000')).toEqual(Buffer.from([0, 1, 2, 255]));
  });
  it('sets the password of the default user where cloud-init reads it, whatever is in the password', () => {
    const config = String(parsed(read(), 'vendor_data.json')['cloud-init']).split('\n');
    expect(config[0]).toBe('#cloud-config');
    expect(JSON.parse(config[1]!)).toEqual({ password: 'S3cret "x"', chpasswd: { expire: false } });
  });
  it('leaves out the password and the user data when there are none', () => {
    const files = readJoliet(isoImage('config-2', configDriveFiles({ ...data(), adminPassword: null })));
    expect(parsed(files, 'meta_data.json')).not.toHaveProperty('admin_pass');
    expect(parsed(files, 'vendor_data.json')).toEqual({});
    expect(files.has('openstack/latest/user_data')).toBe(false);
  });
  it('gives user data as it was written, and unpacks the wrapping of binary user data', () => {
    expect(read({ userData: '#!/bin/sh\necho \u00e9\n' }).get('openstack/latest/user_data')?.toString('utf8')).toBe(
      '#!/bin/sh\necho \u00e9\n',
    );
    const zipped = gzipSync('#cloud-config\n');
    expect(read({ userData: zipped.toString('base64') }).get('openstack/latest/user_data')).toEqual(zipped);
  });
  it('asks for DHCP, or writes addresses down where the network is injected', () => {
    expect(parsed(read(), 'network_data.json')).toMatchObject({
      links: [{ id: 'nic0', type: 'phy', ethernet_mac_address: vifRecord().address }],
      networks: [{ type: 'ipv4_dhcp', link: 'nic0' }],
    });
    const vif = vifRecord();
    const subnet = {
      cidr: '192.0.2.0/25',
      gateway: '192.0.2.1',
      dns: ['192.0.2.53'],
      routes: [],
      ips: [{ address: '192.0.2.9', type: 'fixed' as const, floatingIps: [] }],
    };
    const injected = { ...vif, network: { ...vif.network, meta: { injected: true }, subnets: [subnet] } };
    const files = readJoliet(isoImage('config-2', configDriveFiles({ ...data(), networkInfo: [injected] })));
    expect(parsed(files, 'network_data.json')).toMatchObject({
      networks: [{ type: 'ipv4', ip_address: '192.0.2.9', netmask: '255.255.255.128', gateway: '192.0.2.1' }],
      services: [{ type: 'dns', address: '192.0.2.53' }],
    });
  });
});
