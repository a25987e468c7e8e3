import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { request, type ClientRequest } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ClusterKey, PeerClient, PeerRefusedError, PeerUnreachableError, fetchImage } from './index.ts';
import type { PeerService } from './index.ts';
import { INSTANCE, MOVE, SECRET, breakingWay, hostIn, moved, scratch, serviceIn } from './testing/peer-lab.ts';
import { EXPIRES_HEADER, SIGNATURE_HEADER, targetOf } from './wire.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

const key = new ClusterKey(SECRET);
const never = new AbortController().signal;
const client = (patienceMs = 10_000): PeerClient => new PeerClient({ key, patienceMs, silenceMs: 2_000 });
const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

function directory(): string {
  const { path, remove } = scratch();
  undo.push(remove);
  return path;
}

function source(content: Buffer): string {
  const file = join(directory(), 'source');
  writeFileSync(file, content);
  return file;
}

async function started(path: string, options = {}): Promise<{ service: PeerService; peer: string; told: string[] }> {
  const running = await serviceIn(path, options);
  undo.push(() => running.service.stop());
  return running;
}

/** A request as it is, of whose body nothing is sent yet. */
function opened(
  peer: string,
  method: string,
  target: string,
  bytes: number,
  { expires = Date.now() + 60_000, by = key, signed = `${method} ${target}` } = {},
): ClientRequest {
  const [host, port] = peer.split(':');
  const [signedMethod = '', signedTarget = ''] = signed.split(' ');
  return request({
    host,
    port,
    method,
    path: target,
    headers: {
      [EXPIRES_HEADER]: expires,
      [SIGNATURE_HEADER]: by.sign(signedMethod, signedTarget, expires),
      'content-length': bytes,
    },
  });
}

/** Sends a request as it is; its status and answer. */
async function raw(
  peer: string,
  method: string,
  target: string,
  { body = Buffer.alloc(0), ...as }: { body?: Buffer } & Parameters<typeof opened>[4] = {},
): Promise<{ status: number; reason: string; message: string }> {
  const sent = opened(peer, method, target, body.length, as);
  sent.end(body);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, ...JSON.parse(text) };
}

test('a file arrives whole, and is not sent again when it is there', async () => {
  const path = directory();
  const { peer, told } = await started(path);
  const content = randomBytes(3_000_000);
  const file = source(content);
  const sent: number[] = [];
  expect(await client().send(peer, moved(), file, never, (bytes) => sent.push(bytes))).toEqual({
    bytes: content.length,
    sha256: sha256(content),
  });
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(content)).toBe(true);
  expect(readdirSync(join(path, INSTANCE))).toEqual(['disk']);
  expect(sent.at(-1)).toBe(content.length);
  await client().send(peer, moved(), file, never);
  expect(told.filter((line) => line.startsWith('file of a move received'))).toHaveLength(1);
});

test('of a file that was taken in whole nothing is asked again: its peer would read all of it', async () => {
  const path = directory();
  const host = hostIn(path);
  let asked = 0;
  const counting: typeof host = { ...host, placeOf: (...of) => ((asked += 1), host.placeOf(...of)) };
  const { peer } = await started(path, { host: counting });
  await client().send(peer, moved(), source(randomBytes(1_000)), never);
  expect(asked, 'how much is there, and the file').toBe(2);
});

test('an empty file arrives', async () => {
  const path = directory();
  const { peer } = await started(path);
  await client().send(peer, moved(), source(Buffer.alloc(0)), never);
  expect(statSync(join(path, INSTANCE, 'disk')).size).toBe(0);
});

test('zeros take no room where they arrive', async () => {
  const path = directory();
  const { peer } = await started(path);
  const content = Buffer.concat([
    Buffer.from('begin'),
    Buffer.alloc(8_000_000),
    Buffer.from('end'),
    Buffer.alloc(100_000),
  ]);
  await client().send(peer, moved(), source(content), never);
  const { size, blocks } = statSync(join(path, INSTANCE, 'disk'));
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(content)).toBe(true);
  expect(size).toBe(content.length);
  expect(blocks * 512).toBeLessThan(2_000_000);
});

test('a connection that breaks, and breaks again, is gone on with where it was', async () => {
  const path = directory();
  const { service, told } = await started(path);
  const content = randomBytes(5_000_000);
  const way = await breakingWay(service.port, 1_000_000, 2_000_000, 600_000);
  undo.push(() => way.close());
  const starts: number[] = [];
  await client().send(way.peer, moved(), source(content), never, (bytes, of) => {
    expect(of).toBe(content.length);
    starts.push(bytes);
  });
  expect(way.broken()).toBe(3);
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(content)).toBe(true);
  expect(readdirSync(join(path, INSTANCE))).toEqual(['disk']);
  // The third connection went on after what the first two had brought.
  const cut = told.filter((line) => line.includes('"reason":"CUT"') && line.includes('"method":"PUT"'));
  const offsets = cut.flatMap((line) => /offset=(\d+)/.exec(line)?.[1] ?? []).map(Number);
  expect(offsets).toHaveLength(3);
  expect(offsets[1]).toBeGreaterThan(500_000);
  expect(offsets[2]).toBeGreaterThan(offsets[1]!);
});

test('a receiver that is killed in the middle is gone on with when it is back, on the same port', async () => {
  const path = directory();
  const script = join(import.meta.dirname, 'testing/receiver.ts');
  const run = async (port: string): Promise<{ port: string; kill(): Promise<unknown> }> => {
    const child = spawn(process.execPath, [script, path, port], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    const kill = async (): Promise<unknown> => (child.kill('SIGKILL'), await ended);
    undo.push(kill);
    const [said] = await once(child.stdout, 'data');
    return { port: String(said).trim(), kill };
  };
  const first = await run('0');
  const content = randomBytes(40_000_000);
  const file = source(content);
  let killed: Promise<unknown> | null = null;
  const sending = client(30_000).send(`127.0.0.1:${first.port}`, moved(), file, never, (bytes) => {
    if (bytes > 10_000_000) killed ??= first.kill();
  });
  await expect.poll(() => killed, { timeout: 10_000 }).not.toBeNull();
  await killed;
  expect(readdirSync(join(path, INSTANCE))).toEqual([expect.stringMatching(/^disk\.[0-9a-f]{16}\.part$/)]);
  await run(first.port);
  await sending;
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(content)).toBe(true);
  expect(readdirSync(join(path, INSTANCE))).toEqual(['disk']);
}, 60_000);

test('a peer that is not there is waited for, as long as the patience lasts', async () => {
  const { service, peer } = await serviceIn(directory());
  await service.stop();
  const begun = performance.now();
  await expect(client(700).send(peer, moved(), source(Buffer.from('x')), never)).rejects.toBeInstanceOf(
    PeerUnreachableError,
  );
  expect(performance.now() - begun).toBeGreaterThan(600);
});

test('a peer that takes the connection and says nothing counts as not answering', async () => {
  const way = await breakingWay(9);
  undo.push(() => way.close());
  const { createServer } = await import('node:net');
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
  undo.push(() => silent.close());
  const { port } = silent.address() as { port: number };
  const impatient = new PeerClient({ key, patienceMs: 0, silenceMs: 200 });
  await expect(impatient.expects(`127.0.0.1:${port}`, MOVE, INSTANCE, never)).rejects.toThrow('no sign of life');
});

test('a transfer ends when it is told to, and what came stays for the next', async () => {
  const path = directory();
  const { peer } = await started(path);
  const file = source(randomBytes(30_000_000));
  const stop = new AbortController();
  const why = new Error('not due any more');
  const sending = client().send(peer, moved(), file, stop.signal, (bytes) => {
    if (bytes > 5_000_000) stop.abort(why);
  });
  await expect(sending).rejects.toBe(why);
  await client().send(peer, moved(), file, never);
  expect(readdirSync(join(path, INSTANCE))).toEqual(['disk']);
});

test('what comes in with another content than announced is thrown away', async () => {
  const path = directory();
  const { peer } = await started(path);
  const content = randomBytes(1000);
  const target = targetOf({ kind: 'file', ...moved(), bytes: 1000, sha256: sha256(randomBytes(1)), offset: 0 });
  expect(await raw(peer, 'PUT', target, { body: content })).toMatchObject({ status: 422, reason: 'DAMAGED' });
  expect(existsSync(join(path, INSTANCE))).toBe(false);
});

test('a sender that goes on from another place than where the file ends is told so, and nothing is lost', async () => {
  const path = directory();
  const { peer } = await started(path);
  const content = randomBytes(1000);
  const announced = { kind: 'file', ...moved(), bytes: 1000, sha256: sha256(content) } as const;
  for (const offset of [10, 1000]) {
    const target = targetOf({ ...announced, offset });
    const rest = content.subarray(offset);
    expect(await raw(peer, 'PUT', target, { body: rest })).toMatchObject({ status: 409, reason: 'WRONG_OFFSET' });
  }
  const short = await raw(peer, 'PUT', targetOf({ ...announced, offset: 0 }), { body: content.subarray(0, 400) });
  expect(short).toMatchObject({ reason: 'WRONG_OFFSET' });
  const rest = await raw(peer, 'PUT', targetOf({ ...announced, offset: 400 }), { body: content.subarray(400) });
  expect(rest).toMatchObject({ status: 201 });
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(content)).toBe(true);
});

test('more than was announced is refused', async () => {
  const path = directory();
  const { peer } = await started(path);
  const target = targetOf({ kind: 'file', ...moved(), bytes: 10, sha256: sha256(randomBytes(1)), offset: 0 });
  expect(await raw(peer, 'PUT', target, { body: randomBytes(11) })).toMatchObject({ status: 400 });
  expect(existsSync(join(path, INSTANCE))).toBe(false);
});

test('a half that was damaged on the disk is noticed at the end, and the file is sent anew', async () => {
  const path = directory();
  const { service, peer } = await started(path);
  const content = randomBytes(4_000_000);
  const file = source(content);
  const way = await breakingWay(service.port, 1_000_000);
  undo.push(() => way.close());
  await expect(new PeerClient({ key, patienceMs: 0 }).send(way.peer, moved(), file, never)).rejects.toBeInstanceOf(
    PeerUnreachableError,
  );
  // The sender may see the end before the service has made anything of the beginning.
  await expect.poll(() => existsSync(join(path, INSTANCE)) && readdirSync(join(path, INSTANCE)).length).toBe(1);
  const [part] = readdirSync(join(path, INSTANCE));
  await expect.poll(() => statSync(join(path, INSTANCE, part!)).size).toBeGreaterThan(500_000);
  const half = readFileSync(join(path, INSTANCE, part!));
  half[1000] = half[1000]! ^ 1;
  writeFileSync(join(path, INSTANCE, part!), half);
  await client().send(peer, moved(), file, never);
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(content)).toBe(true);
});

test('of two senders of one file one waits until the other has ended', async () => {
  const path = directory();
  const { peer, told } = await started(path);
  const [one, two] = [randomBytes(2_000_000), randomBytes(2_000_000)];
  const announced = { kind: 'file', ...moved(), bytes: one.length, sha256: sha256(one), offset: 0 } as const;
  const first = opened(peer, 'PUT', targetOf(announced), one.length);
  const answered = once(first, 'response');
  first.write(one.subarray(0, 1_000_000));
  await expect.poll(() => existsSync(join(path, INSTANCE)) && readdirSync(join(path, INSTANCE)).length).toBe(1);
  const second = client().send(peer, moved(), source(two), never);
  await expect.poll(() => told.some((line) => line.includes('BUSY'))).toBe(true);
  first.end(one.subarray(1_000_000));
  const [answer] = await answered;
  expect(answer.resume().statusCode).toBe(201);
  await second;
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(two)).toBe(true);
  expect(readdirSync(join(path, INSTANCE))).toEqual(['disk']);
});

test('a host that does not wait for the move takes nothing, whatever is asked', async () => {
  const path = directory();
  let welcome = false;
  const { peer } = await started(path, { host: hostIn(path, () => welcome) });
  const refused = { code: 'PEER_REFUSED', reason: 'NOT_EXPECTED' };
  await expect(client().expects(peer, MOVE, INSTANCE, never)).rejects.toMatchObject(refused);
  await expect(client().send(peer, moved(), source(Buffer.from('x')), never)).rejects.toMatchObject(refused);
  expect(existsSync(join(path, INSTANCE))).toBe(false);
  welcome = true;
  await client().expects(peer, MOVE, INSTANCE, never);
  await expect(client().expects(peer, 'move-2', INSTANCE, never)).rejects.toMatchObject(refused);
});

test('a file whose move ends while it comes in does not get its name', async () => {
  const path = directory();
  let welcome = true;
  const { peer } = await started(path, { host: hostIn(path, () => welcome) });
  const sending = client().send(peer, moved(), source(randomBytes(20_000_000)), never, (bytes) => {
    if (bytes > 1_000_000) welcome = false;
  });
  await expect(sending).rejects.toMatchObject({ reason: 'NOT_EXPECTED' });
  expect(existsSync(join(path, INSTANCE, 'disk'))).toBe(false);
});

test.each([
  [
    'a path that climbs',
    `/v1/moves/${MOVE}/${INSTANCE}/..%2Fdisk?bytes=1&sha256=${'a'.repeat(64)}`,
    400,
    'file: expected the name of a file',
  ],
  ['a path of dots', `/v1/moves/${MOVE}/${INSTANCE}/../../disk?bytes=1&sha256=${'a'.repeat(64)}`, 404, 'no such path'],
  [
    'a hidden file',
    `/v1/moves/${MOVE}/${INSTANCE}/.disk?bytes=1&sha256=${'a'.repeat(64)}`,
    400,
    'file: expected the name of a file',
  ],
  [
    'a file that no move has',
    `/v1/moves/${MOVE}/${INSTANCE}/passwd?bytes=1&sha256=${'a'.repeat(64)}`,
    400,
    'is no file of a move',
  ],
  [
    'a zero byte',
    `/v1/moves/${MOVE}/${INSTANCE}/disk%00?bytes=1&sha256=${'a'.repeat(64)}`,
    400,
    'file: expected the name of a file',
  ],
  ['a broken escape', `/v1/moves/${MOVE}/${INSTANCE}/%zz?bytes=1&sha256=${'a'.repeat(64)}`, 400, 'encoded'],
  ['no instance', `/v1/moves/${MOVE}/everybody/disk?bytes=1&sha256=${'a'.repeat(64)}`, 400, 'instance'],
  ['a strange move', `/v1/moves/%2e%2e/${INSTANCE}/disk?bytes=1&sha256=${'a'.repeat(64)}`, 400, 'migration'],
  ['no size', `/v1/moves/${MOVE}/${INSTANCE}/disk?sha256=${'a'.repeat(64)}`, 400, 'bytes'],
  ['a negative size', `/v1/moves/${MOVE}/${INSTANCE}/disk?bytes=-1&sha256=${'a'.repeat(64)}`, 400, 'bytes'],
  ['no hash', `/v1/moves/${MOVE}/${INSTANCE}/disk?bytes=1`, 400, 'sha256'],
  [
    'a place behind the end',
    `/v1/moves/${MOVE}/${INSTANCE}/disk?bytes=1&offset=2&sha256=${'a'.repeat(64)}`,
    400,
    'offset',
  ],
  ['an image by name', '/v1/images/debian', 400, 'image'],
  ['a probe with a path', '/v1/shared/..%2f..%2fetc', 400, 'token'],
  ['another version', '/v2/moves', 404, 'no such path'],
])('%s is refused with what is wrong with it', async (_what, target, status, said) => {
  const path = directory();
  const { peer } = await started(path);
  const answer = await raw(peer, 'GET', target);
  expect(answer.status).toBe(status);
  expect(answer.message).toContain(said);
  expect(readdirSync(path)).toEqual([]);
});

test('a request without signature, of another key, altered or out of its time is refused; nothing of the key is told', async () => {
  const { peer, told } = await started(directory());
  const target = targetOf({ kind: 'move', migration: MOVE, instance: INSTANCE });
  expect(await raw(peer, 'GET', target)).toMatchObject({ status: 200 });
  const refusals = [
    await raw(peer, 'GET', target, { by: new ClusterKey(Buffer.alloc(32, 8)) }),
    await raw(peer, 'GET', target, { signed: `PUT ${target}` }),
    await raw(peer, 'GET', target, { signed: `GET ${target}x` }),
  ];
  expect(refusals).toMatchObject(refusals.map(() => ({ status: 401, reason: 'WRONG_KEY' })));
  expect(await raw(peer, 'GET', target, { expires: Date.now() - 1000 })).toMatchObject({
    status: 401,
    reason: 'EXPIRED',
  });
  expect(await raw(peer, 'GET', target, { expires: Date.now() + 3_600_000 })).toMatchObject({ reason: 'EXPIRED' });
  const unsigned = await fetch(`http://${peer}${target}`);
  expect(unsigned.status).toBe(401);
  await expect(
    new PeerClient({ key: new ClusterKey(Buffer.alloc(32, 8)) }).expects(peer, MOVE, INSTANCE, never),
  ).rejects.toMatchObject({ code: 'PEER_REFUSED', reason: 'WRONG_KEY' });
  expect(told.join()).not.toContain(SECRET.toString('hex'));
});

test('a key file that others may read, that is missing or too short is refused by name', () => {
  const file = source(SECRET);
  chmodSync(file, 0o640);
  expect(() => ClusterKey.fromFile(file)).toThrow(`chmod 600 ${file}`);
  chmodSync(file, 0o600);
  expect(ClusterKey.fromFile(file).sign('GET', '/', 1)).toBe(key.sign('GET', '/', 1));
  const digits = source(Buffer.from(`${SECRET.toString('hex')}\n`));
  chmodSync(digits, 0o600);
  expect(ClusterKey.fromFile(digits).sign('GET', '/', 1)).toBe(key.sign('GET', '/', 1));
  expect(() => ClusterKey.fromFile('/nowhere/key')).toThrow('cannot open /nowhere/key');
  expect(() => new ClusterKey(Buffer.alloc(31))).toThrow('at least 32 bytes');
});

test('two hosts find out whether they share a directory', async () => {
  const path = directory();
  const { peer } = await started(path);
  const token = randomBytes(16).toString('hex');
  expect(await client().sees(peer, token, never)).toBe(false);
  writeFileSync(join(path, `.shared-${token}`), '');
  expect(await client().sees(peer, token, never)).toBe(true);
});

test('an image is fetched by its hash, also over a connection that breaks; whole or not at all', async () => {
  const path = directory();
  const { service, peer } = await started(path);
  const content = randomBytes(6_000_000);
  const hash = sha256(content);
  mkdirSync(join(path, '_base'));
  writeFileSync(join(path, '_base', hash), content);
  const to = join(directory(), 'image');
  expect(await fetchImage({ url: `http://${peer}`, key, sha256: hash, to, signal: never })).toBe(content.length);
  expect(readFileSync(to).equals(content)).toBe(true);

  const missing = join(directory(), 'image');
  const none = { url: `http://${peer}`, key, sha256: 'b'.repeat(64), to: missing, signal: never };
  await expect(fetchImage(none)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  writeFileSync(join(path, '_base', 'c'.repeat(64)), content);
  await expect(fetchImage({ ...none, sha256: 'c'.repeat(64) })).rejects.toMatchObject({ code: 'IMAGE_UNACCEPTABLE' });
  expect(readdirSync(join(missing, '..'))).toEqual([]);
  await service.stop();
  await expect(fetchImage({ ...none, sha256: hash })).rejects.toBeInstanceOf(PeerUnreachableError);
  expect(readdirSync(join(missing, '..'))).toEqual([]);
});

test('with TLS both sides speak it, and a peer with a certificate of somebody else is no peer', async () => {
  const path = directory();
  const certificate = (name: string): { cert: Buffer; key: Buffer } => {
    const [certFile, keyFile] = [join(path, `${name}.pem`), join(path, `${name}.key`)];
    const subject = ['-subj', '/CN=host', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, '-days', '1', ...subject, '-out', certFile, '-keyout', keyFile],
      {
        stdio: 'ignore',
      },
    );
    return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
  };
  const [own, other] = [certificate('own'), certificate('other')];
  const { peer } = await started(path, { tls: own });
  const file = source(randomBytes(1_000_000));
  await new PeerClient({ key, ca: own.cert }).send(peer, moved(), file, never);
  expect(readFileSync(join(path, INSTANCE, 'disk')).equals(readFileSync(file))).toBe(true);
  await expect(
    // It is not waited for: nothing about it gets better.
    new PeerClient({ key, ca: other.cert }).send(peer, moved(), file, never),
  ).rejects.toMatchObject({
    code: 'PEER_UNTRUSTED',
    retry: 'never',
    message: expect.stringMatching(/is not believed here: self-signed certificate; compare peer.tls of both hosts$/),
  });
  await expect(new PeerClient({ key, patienceMs: 0 }).expects(peer, MOVE, INSTANCE, never)).rejects.toBeInstanceOf(
    PeerUnreachableError,
  );
});

test('an address that is none is refused by name', async () => {
  await expect(client().expects('10.0.0.2', MOVE, INSTANCE, never)).rejects.toThrow('expected address:port');
  await expect(client().expects('10.0.0.2:99999', MOVE, INSTANCE, never)).rejects.toThrow('expected address:port');
  expect(new PeerRefusedError('BUSY', 'x').retry).toBe('later');
});
