import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as p from '../generated/procedures.ts';
import { FakeDaemon, NO_ANSWER } from '../testing/index.ts';
import { Program } from '../wire/packet.ts';
import { connect } from './connect.ts';
import type { Session } from './session.ts';

let daemon: FakeDaemon;
let session: Session;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
});
afterEach(async () => {
  session.destroy();
  await daemon.stop();
});

test('a daemon that does not answer pings is dead: the session closes and rejects its calls', async () => {
  daemon.handle(p.domainGetState, () => NO_ANSWER);
  session = await connect({ socket: daemon.socket, keepalive: { intervalMs: 20, count: 2 } });
  daemon.connections[0]!.answersPings = false;
  const call = session.call(p.domainGetState, { dom: { name: '', uuid: crypto.randomUUID(), id: 1 }, flags: 0 });
  await expect(call).rejects.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', reason: 'keepalive', sent: true });
  await expect(session.closed).resolves.toMatchObject({
    reason: 'keepalive',
    error: { message: 'the daemon was silent for 60 ms' },
  });
});

test('a daemon that answers pings lives on, however long a call takes', async () => {
  session = await connect({ socket: daemon.socket, keepalive: { intervalMs: 10, count: 1 } });
  const connection = daemon.connections[0]!;
  await vi.waitFor(() => expect(connection.pings).toBeGreaterThan(6), { interval: 5 });
  expect(session.isOpen).toBe(true);
});

test('pings of the daemon are answered, also when this side sends none', async () => {
  daemon.handle(p.connectSupportsFeature, () => ({ supported: false }));
  session = await connect({ socket: daemon.socket, keepalive: { intervalMs: 1, count: 1 } });
  const connection = daemon.connections[0]!;
  connection.ping();
  await vi.waitFor(() => expect(connection.pongs).toBe(1), { interval: 5 });
  expect(connection.pings).toBe(0);
});

test('a flood of pings by a daemon that does not read is answered with one pong at a time', async () => {
  const FLOOD = 50_000;
  const seen = { in: 0, out: 0 };
  session = await connect({
    socket: daemon.socket,
    onPacket: ({ direction, header }) => {
      if (header.program === Program.keepalive) seen[direction] += 1;
    },
  });
  const connection = daemon.connections[0]!;
  connection.pause();
  for (let i = 0; i < FLOOD; i += 1) connection.ping();
  await vi.waitFor(() => expect(seen.in).toBe(FLOOD), { timeout: 10_000, interval: 5 });
  // What fits the socket's buffers leaves, the rest is never made.
  expect(seen.out).toBeGreaterThan(0);
  expect(seen.out).toBeLessThan(FLOOD / 2);
  const made = seen.out;
  connection.resume();
  await vi.waitFor(() => expect(connection.pongs).toBe(made), { interval: 5 });
});
