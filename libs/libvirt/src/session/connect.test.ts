import { createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as p from '../generated/procedures.ts';
import { FakeDaemon, FakeFailure, NO_ANSWER } from '../testing/index.ts';
import { connect } from './connect.ts';

let daemon: FakeDaemon;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
});
afterEach(async () => {
  await daemon.stop();
});

test('the driver is opened under its own name, without transport and host, and read-only when asked', async () => {
  const opened: unknown[] = [];
  daemon.handle(p.connectOpen, (args) => {
    opened.push(args);
  });
  for (const readOnly of [false, true]) {
    const session = await connect({ uri: `qemu+unix:///system?socket=${daemon.socket}`, readOnly });
    await session.close();
  }
  expect(opened).toEqual([
    { name: 'qemu:///system', flags: 0 },
    { name: 'qemu:///system', flags: 1 },
  ]);
});

describe('authentication', () => {
  test('by polkit is done when the daemon wants it', async () => {
    const steps: string[] = [];
    daemon.handle(p.authList, () => ({ types: [2] }));
    daemon.handle(p.authPolkit, () => {
      steps.push('polkit');
      return { complete: 1 };
    });
    const session = await connect({ socket: daemon.socket });
    expect(steps).toEqual(['polkit']);
    await session.close();
  });

  test('by SASL is refused with what to do', async () => {
    daemon.handle(p.authList, () => ({ types: [1] }));
    await expect(connect({ socket: daemon.socket })).rejects.toMatchObject({
      code: 'LIBVIRT_CONNECT_FAILED',
      phase: 'auth',
      message: expect.stringContaining('SASL, which this client does not support; use TLS with certificates'),
    });
  });

  test('that polkit denies is told as such', async () => {
    daemon.handle(p.authList, () => ({ types: [2] }));
    daemon.handle(p.authPolkit, () => {
      throw new FakeFailure({ code: 45, message: 'denied' });
    });
    await expect(connect({ socket: daemon.socket })).rejects.toMatchObject({ phase: 'auth', cause: { code: 45 } });
  });
});

describe('a session that cannot be opened', () => {
  test('names the socket that is not there', async () => {
    await expect(connect({ socket: '/nowhere/libvirt-sock' })).rejects.toMatchObject({
      code: 'LIBVIRT_CONNECT_FAILED',
      phase: 'transport',
      message: expect.stringContaining('unix /nowhere/libvirt-sock: connect ENOENT'),
    });
  });

  test('names the driver that the daemon does not have, and closes its socket', async () => {
    daemon.handle(p.connectOpen, () => {
      throw new FakeFailure({ code: 5, message: 'no connection driver' });
    });
    await expect(connect({ uri: 'xen:///system', socket: daemon.socket })).rejects.toMatchObject({
      phase: 'open',
      message: 'the daemon cannot open xen:///system: no connection driver',
      cause: { codeName: 'NO_CONNECT' },
    });
    await expect.poll(() => daemon.connections.length).toBe(0);
  });

  test('gives up on a daemon that does not answer', async () => {
    daemon.handle(p.connectOpen, () => NO_ANSWER);
    // Long enough for the phases before it, on a busy machine too.
    await expect(connect({ socket: daemon.socket, connectTimeoutMs: 1_000 })).rejects.toMatchObject({
      phase: 'open',
      cause: { code: 'LIBVIRT_ABORTED', sent: true },
    });
  });

  test('stops when its signal fires', async () => {
    const stop = new AbortController();
    daemon.handle(p.authList, () => {
      stop.abort();
      return NO_ANSWER;
    });
    await expect(connect({ socket: daemon.socket, signal: stop.signal })).rejects.toMatchObject({
      phase: 'auth',
    });
  });
});

test('TCP takes host and port from the URI or the options', async () => {
  const proxy = createServer((client) => {
    daemon.adopt(client);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as { port: number };
  const byUri = await connect({ uri: `test+tcp://127.0.0.1:${port}/default` });
  const byOptions = await connect({ uri: 'test+tcp://elsewhere/default', host: '127.0.0.1', port });
  expect([byUri.isOpen, byOptions.isOpen]).toEqual([true, true]);
  await Promise.all([byUri.close(), byOptions.close()]);
  proxy.close();
});
