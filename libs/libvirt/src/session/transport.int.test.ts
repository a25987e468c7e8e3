/** TCP and TLS with a real libvirtd on loopback. Debian: libvirt-daemon-system, openssl; as root. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../../../../tools/setup/free-port.mjs';
import { startPrivateLibvirt, type PrivateLibvirt } from '../../../../tools/setup/private-libvirt/start.mjs';
import { Libvirt } from '../libvirt.ts';

const run = promisify(execFile);

let dir: string;
let daemon: PrivateLibvirt;
let tcp: number;
let tls: number;

beforeAll(async () => {
  dir = await mkdtemp('/tmp/lv-');
  await mkdir(`${dir}/pki`);
  await authority('ca');
  await certificate('ca', 'server');
  await certificate('ca', 'client');
  await authority('stranger');
  await certificate('stranger', 'foreign');
  [tcp, tls] = await Promise.all([freePort(), freePort()]);
  const pki = ['ca_file = "PKI/ca.pem"', 'cert_file = "PKI/server.pem"', 'key_file = "PKI/server.key"'].map((line) =>
    line.replace('PKI', `${dir}/pki`),
  );
  const listen = ['listen_tls = 1', `tcp_port = "${tcp}"`, `tls_port = "${tls}"`, 'auth_tls = "none"'];
  daemon = await startPrivateLibvirt({ dir, tied: true, listenAddress: '127.0.0.1', settings: [...listen, ...pki] });
});
afterAll(async () => {
  await daemon?.stop();
  await rm(dir, { recursive: true });
});

test('TCP reaches the daemon', async () => {
  const libvirt = await Libvirt.connect({ uri: `test+tcp://127.0.0.1:${tcp}/default` });
  await expect(libvirt.connectListAllDomains()).resolves.toHaveLength(1);
  await libvirt.close();
});

test('TLS with certificates of one authority reaches the daemon', async () => {
  const libvirt = await Libvirt.connect({ uri: `test+tls://127.0.0.1:${tls}/default`, tls: files('ca', 'client') });
  await expect(libvirt.connectIsSecure()).resolves.toBe(true);
  await libvirt.close();
});

test('a client certificate of a stranger is refused', async () => {
  const connecting = Libvirt.connect({ uri: `test+tls://127.0.0.1:${tls}/default`, tls: files('ca', 'foreign') });
  await expect(connecting).rejects.toMatchObject({ code: 'LIBVIRT_CONNECT_FAILED', phase: 'trust' });
});

test('a daemon whose certificate a stranger signed is refused', async () => {
  const connecting = Libvirt.connect({ uri: `test+tls://127.0.0.1:${tls}/default`, tls: files('stranger', 'client') });
  await expect(connecting).rejects.toMatchObject({
    phase: 'trust',
    message: expect.stringMatching(/:\d+: the daemon's certificate is not believed by \/.*stranger.pem: [^;]+$/),
  });
});

test('files that are not there are a matter of trust, a daemon that is away is not', async () => {
  const missing = Libvirt.connect({ uri: `test+tls://127.0.0.1:${tls}/default`, tls: files('ca', 'nobody') });
  await expect(missing).rejects.toMatchObject({ phase: 'trust', message: expect.stringContaining('nobody.pem') });
  const away = Libvirt.connect({ uri: `test+tls://[::1]:${await freePort()}/default`, tls: files('ca', 'client') });
  await expect(away).rejects.toMatchObject({ phase: 'transport', message: expect.stringContaining('tls [::1]:') });
});

const files = (authorityName: string, name: string): { caFile: string; certFile: string; keyFile: string } => ({
  caFile: `${dir}/pki/${authorityName}.pem`,
  certFile: `${dir}/pki/${name}.pem`,
  keyFile: `${dir}/pki/${name}.key`,
});

async function authority(name: string): Promise<void> {
  const out = ['-keyout', `${dir}/pki/${name}.key`, '-out', `${dir}/pki/${name}.pem`];
  const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    ...usage,
    ...out,
  ]);
}

const at = (file: string): string => `${dir}/pki/${file}`;

async function certificate(issuer: string, name: string): Promise<void> {
  await writeFile(
    at('ext'),
    'subjectAltName=IP:127.0.0.1\nkeyUsage=digitalSignature,keyEncipherment\nextendedKeyUsage=serverAuth,clientAuth\n',
  );
  await run('openssl', [
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    at(`${name}.key`),
    '-out',
    at('csr'),
  ]);
  const signing = [
    '-CA',
    at(`${issuer}.pem`),
    '-CAkey',
    at(`${issuer}.key`),
    '-CAcreateserial',
    '-extfile',
    at('ext'),
    '-days',
    '2',
  ];
  await run('openssl', ['x509', '-req', '-in', at('csr'), '-out', at(`${name}.pem`), ...signing]);
}
