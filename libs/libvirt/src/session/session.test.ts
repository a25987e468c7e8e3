import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import * as p from '../generated/procedures.ts';
import { isNoDomain } from '../libvirt-error.ts';
import { FakeDaemon, FakeFailure, NO_ANSWER } from '../testing/index.ts';
import { PacketType, rawPacket, Status } from '../wire/packet.ts';
import { encodePacket } from '../wire/procedure.ts';
import { connect } from './connect.ts';
import type { ConnectOptions } from './connect.ts';
import type { Session, TappedPacket } from './session.ts';

const UUID = '6695eb01-f6a4-8304-79aa-97f2502e193f';
const dom = { name: 'guest', uuid: UUID, id: 1 };

let daemon: FakeDaemon;
let session: Session;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
});
afterEach(async () => {
  session?.destroy();
  await daemon.stop();
});

async function open(options: ConnectOptions = {}): Promise<Session> {
  session = await connect({ socket: daemon.socket, ...options });
  return session;
}

/** A script that holds its answers back until they are released, by the id that was looked up. */
function held(): { release(id: number): void; waiting(count: number): Promise<number[]> } {
  const gates = new Map<number, () => void>();
  const watchers: (() => void)[] = [];
  daemon.handle(p.domainLookupById, async ({ id }) => {
    await new Promise<void>((resolve) => {
      gates.set(id, resolve);
      for (const watch of watchers) watch();
    });
    return { dom: { ...dom, id } };
  });
  return {
    release(id) {
      gates.get(id)!();
      gates.delete(id);
    },
    waiting: (count) =>
      new Promise((resolve) => {
        const check = (): void => {
          if (gates.size >= count) resolve([...gates.keys()]);
        };
        watchers.push(check);
        check();
      }),
  };
}

const lookup = (id: number, options = {}): Promise<number> =>
  session.call(p.domainLookupById, { id }, options).then((result) => result.dom.id);

describe('a call', () => {
  test('resolves with the decoded result', async () => {
    daemon.handle(p.domainLookupByUuid, ({ uuid }) => ({ dom: { ...dom, uuid } }));
    await open();
    await expect(session.call(p.domainLookupByUuid, { uuid: UUID })).resolves.toEqual({ dom });
  });

  test('rejects with everything that the error record says, and with a stack that leads to the caller', async () => {
    daemon.handle(p.domainLookupByUuid, () => {
      throw new FakeFailure({
        code: 42,
        domain: 10,
        message: 'Domain not found',
        str1: 'a',
        str2: 'b',
        str3: 'c',
        int1: 3,
        int2: 4,
        dom,
      });
    });
    await open();
    const error = await session.call(p.domainLookupByUuid, { uuid: UUID }).catch((thrown: unknown) => thrown);
    expect(isNoDomain(error)).toBe(true);
    expect(error).toMatchObject({
      name: 'LibvirtError',
      message: 'Domain not found',
      code: 42,
      codeName: 'NO_DOMAIN',
      domain: 10,
      domainName: 'QEMU',
      level: 2,
      str1: 'a',
      str2: 'b',
      str3: 'c',
      int1: 3,
      int2: 4,
      dom,
      procedure: 'domain_lookup_by_uuid',
    });
    expect((error as Error).stack).toContain('session.test.ts');
  });

  test('gets its own reply when replies come in another order', async () => {
    const gate = held();
    await open();
    const calls = [1, 2, 3].map((id) => lookup(id));
    await gate.waiting(3);
    for (const id of [3, 1, 2]) gate.release(id);
    await expect(Promise.all(calls)).resolves.toEqual([1, 2, 3]);
  });

  test('gets a reply that comes byte by byte', async () => {
    daemon.handle(p.domainGetState, (_, { connection, serial }) => {
      const { program, version, number } = p.domainGetState;
      const header = { program, version, procedure: number, type: PacketType.reply, serial, status: Status.ok };
      for (const byte of encodePacket('x', header, p.domainGetState.result, { state: 1, reason: 5 }))
        connection.raw(Buffer.of(byte));
      return NO_ANSWER;
    });
    await open();
    await expect(session.call(p.domainGetState, { dom, flags: 0 })).resolves.toEqual({ state: 1, reason: 5 });
  });

  test('with arguments that cannot be sent is refused and harms nothing', async () => {
    daemon.handle(p.domainGetState, () => ({ state: 1, reason: 5 }));
    await open();
    await expect(session.call(p.domainGetState, { dom, flags: -1 })).rejects.toMatchObject({
      code: 'LIBVIRT_CODEC',
      field: 'flags',
    });
    await expect(session.call(p.domainGetState, { dom, flags: 0 })).resolves.toEqual({ state: 1, reason: 5 });
    expect(session.load).toEqual({ queued: 0, inFlight: 0 });
  });
});

describe('the window', () => {
  test('never has more than four calls in flight, and lets every call through', async () => {
    daemon.handle(p.domainGetState, async () => {
      await new Promise(setImmediate);
      return { state: 1, reason: 0 };
    });
    await open();
    await Promise.all(Array.from({ length: 100 }, () => session.call(p.domainGetState, { dom, flags: 0 })));
    expect(daemon.connections[0]!.mostUnanswered).toBe(4);
    expect(daemon.calls).toHaveLength(100);
  });

  test('is as wide as asked', async () => {
    const gate = held();
    await open({ window: 2 });
    const calls = [1, 2, 3].map((id) => lookup(id));
    await gate.waiting(2);
    expect(session.load).toEqual({ queued: 1, inFlight: 2 });
    gate.release(1);
    await gate.waiting(2);
    gate.release(2);
    gate.release(3);
    await expect(Promise.all(calls)).resolves.toEqual([1, 2, 3]);
  });

  test('sends urgent before high before normal calls', async () => {
    const gate = held();
    daemon.handle(p.domainGetInfo, () => ({ state: 1, maxMem: 0n, memory: 0n, nrVirtCpu: 1, cpuTime: 0n }));
    daemon.handle(p.domainGetState, () => ({ state: 1, reason: 0 }));
    daemon.handle(p.domainDestroyFlags, () => undefined);
    await open({ window: 1 });
    const first = lookup(1);
    await gate.waiting(1);
    const rest = [
      session.call(p.domainGetInfo, { dom }),
      session.call(p.domainGetState, { dom, flags: 0 }),
      session.call(p.domainDestroyFlags, { dom, flags: 0 }, { urgent: true }),
    ];
    gate.release(1);
    await Promise.all([first, ...rest]);
    expect(daemon.calls).toEqual([
      'domain_lookup_by_id',
      'domain_destroy_flags',
      'domain_get_state',
      'domain_get_info',
    ]);
  });
});

describe('a deadline', () => {
  test('of a waiting call removes it, and says that it was not sent', async () => {
    const gate = held();
    await open({ window: 1 });
    const first = lookup(1);
    await gate.waiting(1);
    await expect(lookup(2, { deadlineMs: 10 })).rejects.toMatchObject({
      code: 'LIBVIRT_DEADLINE',
      sent: false,
      procedure: 'domain_lookup_by_id',
    });
    expect(session.load).toEqual({ queued: 0, inFlight: 1 });
    gate.release(1);
    await first;
    expect(daemon.calls).toHaveLength(1);
  });

  test('of a sent call leaves its place taken until the late reply, which is dropped', async () => {
    const gate = held();
    await open({ window: 1 });
    await expect(lookup(1, { deadlineMs: 20 })).rejects.toMatchObject({ code: 'LIBVIRT_DEADLINE', sent: true });
    await gate.waiting(1);
    const second = lookup(2);
    expect(session.load).toEqual({ queued: 1, inFlight: 1 });
    gate.release(1);
    await gate.waiting(1);
    gate.release(2);
    await expect(second).resolves.toBe(2);
  });
});

describe('an abort', () => {
  test('of a waiting call removes it', async () => {
    const gate = held();
    await open({ window: 1 });
    const first = lookup(1);
    await gate.waiting(1);
    const controller = new AbortController();
    const second = lookup(2, { signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(second).rejects.toMatchObject({
      code: 'LIBVIRT_ABORTED',
      name: 'AbortError',
      sent: false,
      cause: expect.objectContaining({ message: 'enough' }),
    });
    expect(session.load.queued).toBe(0);
    gate.release(1);
    await first;
    expect(daemon.calls).toHaveLength(1);
  });

  test('of a sent call rejects it; its late reply is dropped', async () => {
    const gate = held();
    await open({ window: 1 });
    const controller = new AbortController();
    const call = lookup(1, { signal: controller.signal });
    await gate.waiting(1);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'LIBVIRT_ABORTED', sent: true });
    expect(session.load.inFlight).toBe(1);
    const second = lookup(2);
    gate.release(1);
    await gate.waiting(1);
    gate.release(2);
    await expect(second).resolves.toBe(2);
  });

  test('before the call sends nothing', async () => {
    await open();
    await expect(lookup(1, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'LIBVIRT_ABORTED',
      sent: false,
    });
    expect(daemon.calls).toEqual([]);
  });
});

describe('a lost connection', () => {
  test('rejects every call and says which were sent', async () => {
    const gate = held();
    await open({ window: 2 });
    const calls = [1, 2, 3].map((id) => lookup(id).catch((error: unknown) => error));
    await gate.waiting(2);
    daemon.connections[0]!.destroy();
    const errors = await Promise.all(calls);
    expect(errors).toEqual(
      [true, true, false].map((sent) =>
        expect.objectContaining({ code: 'LIBVIRT_CONNECTION_LOST', reason: 'socket', sent }),
      ),
    );
    expect(String(errors[2])).toContain('domain_lookup_by_id was not sent');
    await expect(session.closed).resolves.toMatchObject({
      reason: 'socket',
      error: { code: 'LIBVIRT_CONNECTION_LOST' },
    });
    await expect(lookup(4)).rejects.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', sent: false });
  });

  test('in the middle of a packet is told as such', async () => {
    await open();
    daemon.connections[0]!.raw(Buffer.of(0, 0, 0, 28, 1));
    daemon.connections[0]!.finish();
    await expect(session.closed).resolves.toMatchObject({
      error: { message: 'the connection broke in the middle of a packet' },
    });
  });
});

describe('the session ends with a protocol error', () => {
  const reply = { procedure: p.domainGetState.number, type: PacketType.reply };
  test.each([
    [
      'a reply with a serial that no call has',
      (): Buffer => rawPacket({ program: 0x2000_8086, version: 1, ...reply, serial: 999, status: 0 }),
    ],
    ['a packet that is longer than the protocol allows', (): Buffer => Buffer.of(0x7f, 0, 0, 0)],
    ['a packet that is too short to have a header', (): Buffer => Buffer.of(0, 0, 0, 8, 0, 0, 0, 0)],
    [
      'an unknown message',
      (): Buffer =>
        rawPacket({
          program: 0x2000_8086,
          version: 1,
          procedure: 9999,
          type: PacketType.message,
          serial: 0,
          status: 0,
        }),
    ],
    [
      'an unknown keepalive',
      (): Buffer =>
        rawPacket({ program: 0x6b65_6570, version: 1, procedure: 3, type: PacketType.message, serial: 0, status: 0 }),
    ],
    [
      'an unknown program',
      (): Buffer => rawPacket({ program: 5, version: 1, procedure: 1, type: PacketType.message, serial: 0, status: 0 }),
    ],
    [
      'a packet with file descriptors',
      (): Buffer =>
        rawPacket({ program: 0x2000_8086, version: 1, ...reply, type: PacketType.replyWithFds, serial: 1, status: 0 }),
    ],
    [
      'stream data for no stream',
      (): Buffer =>
        rawPacket({ program: 0x2000_8086, version: 1, ...reply, type: PacketType.stream, serial: 77, status: 2 }),
    ],
    [
      'an event that is cut short',
      (): Buffer =>
        rawPacket(
          { program: 0x2000_8086, version: 1, procedure: 318, type: PacketType.message, serial: 0, status: 0 },
          Buffer.alloc(4),
        ),
    ],
    ['an event for a callback that does not exist', strayEvent],
  ])('on %s', async (_, packet) => {
    daemon.handle(p.domainGetState, (__, { connection }) => {
      connection.raw(packet());
      return NO_ANSWER;
    });
    await open();
    const call = session.call(p.domainGetState, { dom, flags: 0 });
    await expect(call).rejects.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', reason: 'protocol', sent: true });
    await expect(session.closed).resolves.toMatchObject({ reason: 'protocol' });
  });

  test.each([
    ['another procedure', { procedure: p.domainGetInfo.number }],
    ['another program', { program: 0x2000_8087 }],
    ['another version', { version: 2 }],
    ['an impossible status', { status: 2 }],
  ])('on a reply with %s', async (_, wrong) => {
    daemon.handle(p.domainGetState, (__, { connection, serial }) => {
      connection.packet({ ...reply, serial, ...wrong }, Buffer.alloc(8));
      return NO_ANSWER;
    });
    await open();
    await expect(session.call(p.domainGetState, { dom, flags: 0 })).rejects.toMatchObject({ reason: 'protocol' });
  });
});

const rebootBody = {
  write: (w: Parameters<typeof p.domainGetState.args.write>[0], v: { callbackId: number }): void => {
    w.i32(v.callbackId, 'callbackId');
    p.domainSuspend.args.write(w, { dom });
  },
};

test('a reply whose body is malformed fails its call alone', async () => {
  let broken = true;
  daemon.handle(p.domainGetState, (_, { connection, serial }) => {
    if (!broken) return { state: 1, reason: 0 };
    connection.packet({ procedure: p.domainGetState.number, serial }, Buffer.alloc(4));
    return NO_ANSWER;
  });
  await open();
  await expect(session.call(p.domainGetState, { dom, flags: 0 })).rejects.toMatchObject({
    code: 'LIBVIRT_CODEC',
    procedure: 'domain_get_state result',
    field: 'reason',
  });
  broken = false;
  await expect(session.call(p.domainGetState, { dom, flags: 0 })).resolves.toEqual({ state: 1, reason: 0 });
});

describe('closing', () => {
  test('refuses what waits, lets what was sent be answered, and tells the daemon', async () => {
    const gate = held();
    const tapped: TappedPacket[] = [];
    await open({ window: 2, onPacket: (packet) => tapped.push(packet) });
    const sent = [lookup(1), lookup(2)];
    await gate.waiting(2);
    const waiting = lookup(3).catch((error: unknown) => error);
    const closing = session.close();
    await expect(waiting).resolves.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', reason: 'closed', sent: false });
    await expect(lookup(4)).rejects.toMatchObject({ reason: 'closed', sent: false });
    // The goodbye must not overtake the second one, although there is a place in the window for it.
    gate.release(1);
    await expect(sent[0]).resolves.toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    gate.release(2);
    await expect(sent[1]).resolves.toBe(2);
    await closing;
    await expect(session.closed).resolves.toEqual({ reason: 'closed' });
    expect(tapped.at(-1)).toMatchObject({
      direction: 'in',
      header: { procedure: p.connectClose.number, status: Status.ok },
    });
    await session.close();
  });

  test('does not wait for ever for a call that hangs', async () => {
    const gate = held();
    await open();
    const sent = lookup(1).catch((error: unknown) => error);
    await gate.waiting(1);
    await session.close({ graceMs: 20 });
    await expect(sent).resolves.toMatchObject({ reason: 'closed', sent: true });
  });
});

test('the tap sees every packet in both directions', async () => {
  daemon.handle(p.domainGetState, () => ({ state: 1, reason: 0 }));
  const seen: [string, number, number][] = [];
  await open({ onPacket: ({ direction, header, bytes }) => seen.push([direction, header.procedure, bytes.length]) });
  await session.call(p.domainGetState, { dom, flags: 0 });
  expect(seen.map(([direction, procedure]) => `${direction} ${procedure}`)).toEqual([
    'out 66',
    'in 66',
    'out 60',
    'in 60',
    'out 1',
    'in 1',
    'out 212',
    'in 212',
  ]);
  expect(seen.at(-1)![2]).toBe(36);
});

/** A reboot of a callback ID that was never given out. */
function strayEvent(): Buffer {
  const body = encodePacket(
    'x',
    { program: 0x2000_8086, version: 1, procedure: 319, type: PacketType.message, serial: 0, status: 0 },
    rebootBody,
    { callbackId: 5 },
  );
  return body;
}
