import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { finished, pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import * as p from '../generated/procedures.ts';
import { FakeDaemon, FakeFailure } from '../testing/index.ts';
import type { FakeConnection, FakeStream } from '../testing/index.ts';
import { STREAM_DATA_MAX } from '../wire/limits.ts';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect.ts';
import type { Session } from './session.ts';

const dom = { name: 'guest', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: 1 };
const vol = { pool: 'default', name: 'disk', key: '/disk' };
const download = { vol, offset: 0n, length: 0n, flags: 0 };

let daemon: FakeDaemon;
let session: Session;
let remote: FakeStream;
let connection: FakeConnection;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
  for (const procedure of [p.storageVolDownload, p.storageVolUpload, p.domainOpenConsole]) {
    daemon.handle(procedure as typeof p.storageVolDownload, (_, call) => {
      remote = call.stream;
      connection = call.connection;
    });
  }
  daemon.handle(p.domainGetState, () => ({ state: 1, reason: 0 }));
  await open();
});
afterEach(async () => {
  session.destroy();
  await daemon.stop();
});

async function open(options: ConnectOptions = {}): Promise<void> {
  session?.destroy();
  session = await connect({ socket: daemon.socket, ...options });
}

const alive = (): Promise<unknown> => session.call(p.domainGetState, { dom, flags: 0 });

describe('a download', () => {
  test('delivers all data and confirms the end', async () => {
    const { stream } = await session.openStream(p.storageVolDownload, download);
    const content = buffer(stream);
    for (let i = 0; i < 10; i += 1) remote.write(Buffer.alloc(100_000, i));
    remote.end();
    const received = await content;
    expect(received.length).toBe(1_000_000);
    expect([received[0], received[999_999]]).toEqual([0, 9]);
    expect(remote.received).toEqual(['end']);
  });

  test.each([
    ['together with', (send: () => void) => setImmediate(send)],
    ['before', (send: () => void) => send()],
  ])('gets data and end that came %s the reply', async (_, when) => {
    daemon.handle(p.domainScreenshot, (__, { stream }) => {
      remote = stream;
      when(() => {
        stream.write(Buffer.from('png'));
        stream.end();
      });
      return { mime: 'image/png' };
    });
    const { result, stream } = await session.openStream(p.domainScreenshot, { dom, screen: 0, flags: 0 });
    expect(result).toEqual({ mime: 'image/png' });
    expect(String(await buffer(stream))).toBe('png');
    expect(remote.received).toEqual(['end']);
    await alive();
  });

  test('that sends more than fits before its reply does not block the reply', async () => {
    await open({ streamBufferBytes: 1_000 });
    daemon.handle(p.storageVolDownload, (_, { stream }) => {
      for (let i = 0; i < 100; i += 1) stream.write(Buffer.alloc(10_000, i));
      stream.end();
    });
    const { stream } = await session.openStream(p.storageVolDownload, download);
    expect((await buffer(stream)).length).toBe(1_000_000);
    await alive();
  });

  test('whose call fails after data came leaves nothing behind', async () => {
    daemon.handle(p.storageVolDownload, (_, { stream }) => {
      stream.write(Buffer.from('x'));
      throw new FakeFailure({ code: 38 });
    });
    await expect(session.openStream(p.storageVolDownload, download)).rejects.toMatchObject({ code: 38 });
    await alive();
  });

  test('that breaks on the daemon fails with its error', async () => {
    const { stream } = await session.openStream(p.storageVolDownload, download);
    const content = buffer(stream);
    remote.write(Buffer.from('x'));
    remote.fail(new FakeFailure({ code: 38, message: 'cannot read' }).record);
    await expect(content).rejects.toMatchObject({ name: 'LibvirtError', code: 38, procedure: 'storage_vol_download' });
    await alive();
  });

  test('that nobody wants any more is aborted, and what still comes is dropped', async () => {
    const { stream } = await session.openStream(p.storageVolDownload, download);
    remote.write(Buffer.from('x'));
    await once(stream, 'readable');
    stream.destroy();
    remote.write(Buffer.from('late'));
    remote.write(Buffer.from('later'));
    await remote.until((received) => received.includes('abort'));
    await expect(alive()).resolves.toEqual({ state: 1, reason: 0 });
  });

  test('whose call gave up is aborted as soon as it opens', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    daemon.handle(p.storageVolDownload, (_, call) => {
      remote = call.stream;
      return promise;
    });
    await expect(session.openStream(p.storageVolDownload, download, { deadlineMs: 20 })).rejects.toMatchObject({
      code: 'LIBVIRT_DEADLINE',
      sent: true,
    });
    resolve();
    await vi.waitFor(() => expect(remote.received).toEqual(['abort']));
    await alive();
  });

  test('that is read slowly stops the connection until it is read', async () => {
    await open({ streamBufferBytes: 1_000, keepalive: { intervalMs: 10, count: 2 } });
    const { stream } = await session.openStream(p.storageVolDownload, download);
    for (let i = 0; i < 1_000; i += 1) remote.write(Buffer.alloc(10_000, i));
    remote.end();
    await vi.waitFor(() => expect(stream.readableLength).toBeGreaterThanOrEqual(1_000));
    // While it does not read it cannot see pongs; the unasked pongs say that it lives, and it does not give up itself.
    const before = connection.pongs;
    await vi.waitFor(() => expect(connection.pongs).toBeGreaterThan(before + 5), { interval: 5 });
    expect(stream.readableLength).toBeLessThan(200_000);
    expect(session.isOpen).toBe(true);
    expect((await buffer(stream)).length).toBe(10_000_000);
    await alive();
  });
});

describe('an upload', () => {
  test('sends packets of at most 262,120 bytes and waits for the confirmation', async () => {
    const { stream } = await session.openStream(p.storageVolUpload, download);
    await pipeline(
      Readable.from([Buffer.alloc(2 * STREAM_DATA_MAX + 5, 1), Buffer.alloc(0), Buffer.from('tail')]),
      stream,
    );
    expect(remote.received.map((item) => (typeof item === 'string' ? item : item.length))).toEqual([
      STREAM_DATA_MAX,
      STREAM_DATA_MAX,
      5,
      4,
      'end',
    ]);
  });

  test('waits while the daemon does not read', async () => {
    const { stream } = await session.openStream(p.storageVolUpload, download);
    connection.pause();
    const writing = pipeline(Readable.from(Array.from({ length: 100 }, () => Buffer.alloc(200_000, 7))), stream);
    await vi.waitFor(() => expect(stream.writableNeedDrain).toBe(true));
    expect(stream.writableLength).toBeLessThan(1_000_000);
    connection.resume();
    await writing;
    expect(remote.received.reduce((sum, item) => sum + (typeof item === 'string' ? 0 : item.length), 0)).toBe(
      20_000_000,
    );
  });

  test('that is destroyed is aborted', async () => {
    const { stream } = await session.openStream(p.storageVolUpload, download);
    stream.write('some');
    stream.destroy();
    await remote.until((received) => received.includes('abort'));
    await expect(alive()).resolves.toEqual({ state: 1, reason: 0 });
  });

  test('that the daemon refuses fails where it stands', async () => {
    const { stream } = await session.openStream(p.storageVolUpload, download);
    stream.write('some');
    await remote.until((received) => received.length === 1);
    remote.fail(new FakeFailure({ code: 38, message: 'no space' }).record);
    await expect(finished(stream)).rejects.toMatchObject({ message: 'no space' });
    await alive();
  });
});

describe('a console', () => {
  const args = { dom, devName: null, flags: 0 };

  test('carries data both ways until this side ends it', async () => {
    const { stream } = await session.openStream(p.domainOpenConsole, args);
    stream.write('uptime\n');
    await remote.until((received) => received.length === 1);
    remote.write(Buffer.from('up 1 day'));
    const [answer] = (await once(stream, 'data')) as [Buffer];
    expect(String(answer)).toBe('up 1 day');
    stream.end();
    await finished(stream);
    expect(remote.received.at(-1)).toBe('end');
  });

  test('ends when the guest goes', async () => {
    const { stream } = await session.openStream(p.domainOpenConsole, args);
    remote.write(Buffer.from('bye'));
    remote.end();
    expect(String(await buffer(stream))).toBe('bye');
    await finished(stream);
    expect(remote.received).toEqual(['end']);
  });
});

test('a lost connection fails every stream', async () => {
  const { stream } = await session.openStream(p.storageVolDownload, download);
  connection.destroy();
  await expect(finished(stream)).rejects.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', reason: 'socket' });
});

test('closing the session aborts open streams first', async () => {
  await session.openStream(p.storageVolDownload, download);
  await session.close();
  expect(remote.received).toEqual(['abort']);
});

test('a confirmation that was not asked for ends the session', async () => {
  const { stream } = await session.openStream(p.storageVolDownload, download);
  const failed = finished(stream).catch((error: unknown) => error);
  connection.packet({ procedure: p.storageVolDownload.number, type: 3, serial: 4, status: 0 });
  await expect(session.closed).resolves.toMatchObject({ reason: 'protocol' });
  await expect(failed).resolves.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST' });
});

test('a procedure without stream is refused', async () => {
  await expect(session.openStream(p.domainGetState, { dom, flags: 0 })).rejects.toMatchObject({
    code: 'LIBVIRT_USAGE',
  });
});
