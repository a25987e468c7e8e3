import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { DomainEventId } from '../generated/constants.ts';
import * as m from '../generated/messages.ts';
import * as p from '../generated/procedures.ts';
import { FakeDaemon, FakeFailure } from '../testing/index.ts';
import { connect } from './connect.ts';
import type { Session } from './session.ts';

const dom = { name: 'guest', uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f', id: 1 };
const REGISTER = p.connectDomainEventCallbackRegisterAny.name;
const DEREGISTER = p.connectDomainEventCallbackDeregisterAny.name;

let daemon: FakeDaemon;
let session: Session;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
  session = await connect({ socket: daemon.socket });
});
afterEach(async () => {
  session.destroy();
  await daemon.stop();
});

const lifecycle = (callbackId: number, event: number): void =>
  daemon.send(m.domainEventCallbackLifecycle, { callbackId, dom, event, detail: 0 });

test('events arrive in order, typed by their event ID', async () => {
  const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
  for (const event of [4, 2, 5]) lifecycle(0, event);
  const seen: number[] = [];
  for await (const { event } of events) {
    seen.push(event);
    if (seen.length === 3) break;
  }
  expect(seen).toEqual([4, 2, 5]);
  await vi.waitFor(() => expect(daemon.calls).toEqual([REGISTER, DEREGISTER]));
});

test('an event that comes together with the reply of its registration, or before it, is not missed', async () => {
  daemon.handle(p.connectDomainEventCallbackRegisterAny, () => {
    lifecycle(7, 1);
    setImmediate(() => lifecycle(7, 2));
    return { callbackId: 7 };
  });
  const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
  expect((await events.next()).value.event).toBe(1);
  expect((await events.next()).value.event).toBe(2);
});

test('subscribers of the same events share one registration, which ends with the last of them', async () => {
  const request = { eventId: DomainEventId.LIFECYCLE } as const;
  const [one, two] = await Promise.all([session.events.subscribe(request), session.events.subscribe(request)]);
  expect(daemon.calls).toEqual([REGISTER]);
  lifecycle(0, 5);
  expect((await one.next()).value.event).toBe(5);
  expect((await two.next()).value.event).toBe(5);
  one.close();
  lifecycle(0, 6);
  expect((await two.next()).value.event).toBe(6);
  expect(daemon.calls).toEqual([REGISTER]);
  two.close();
  await vi.waitFor(() => expect(daemon.calls).toEqual([REGISTER, DEREGISTER]));
  await expect(two.next()).resolves.toEqual({ done: true, value: undefined });
});

test('another domain or event is another registration', async () => {
  await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
  await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE, domain: dom });
  const reboots = await session.events.subscribe({ eventId: DomainEventId.REBOOT });
  expect(daemon.calls).toEqual([REGISTER, REGISTER, REGISTER]);
  daemon.send(m.domainEventCallbackReboot, { callbackId: 2, dom });
  expect((await reboots.next()).value).toEqual({ callbackId: 2, dom });
});

test('a subscriber that falls behind gets what it has room for, then the exact number that it lost', async () => {
  const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE }, { capacity: 3 });
  const other = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
  for (let event = 0; event < 10; event += 1) lifecycle(0, event);
  for (let event = 0; event < 10; event += 1) expect((await other.next()).value.event).toBe(event);
  for (const event of [0, 1, 2]) expect((await events.next()).value.event).toBe(event);
  await expect(events.next()).rejects.toMatchObject({ code: 'LIBVIRT_EVENT_OVERFLOW', lost: 7 });
  await expect(events.next()).resolves.toEqual({ done: true, value: undefined });
});

test('a message for a registration that was just given back is no error', async () => {
  const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
  events.close();
  await vi.waitFor(() => expect(daemon.calls).toEqual([REGISTER, DEREGISTER]));
  lifecycle(0, 1);
  await session.events.subscribe({ eventId: DomainEventId.REBOOT });
  expect(session.isOpen).toBe(true);
});

describe('a registration', () => {
  test('that the daemon refuses rejects the subscription, and the next one tries again', async () => {
    let refuse = true;
    daemon.handle(p.connectDomainEventCallbackRegisterAny, () => {
      if (refuse) throw new FakeFailure({ code: 8, message: 'unsupported event ID' });
      return { callbackId: 3 };
    });
    await expect(session.events.subscribe({ eventId: DomainEventId.LIFECYCLE })).rejects.toMatchObject({ code: 8 });
    refuse = false;
    const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
    lifecycle(3, 1);
    expect((await events.next()).value.event).toBe(1);
  });

  test('whose subscriber gave up is given back when its reply comes', async () => {
    const { promise, resolve } = Promise.withResolvers<{ callbackId: number }>();
    daemon.handle(p.connectDomainEventCallbackRegisterAny, () => promise);
    const signal = AbortSignal.timeout(20);
    await expect(session.events.subscribe({ eventId: DomainEventId.LIFECYCLE }, { signal })).rejects.toMatchObject({
      code: 'LIBVIRT_ABORTED',
    });
    resolve({ callbackId: 4 });
    await vi.waitFor(() => expect(daemon.calls).toEqual([REGISTER, DEREGISTER]));
    expect(session.isOpen).toBe(true);
  });
});

describe('the end of the session', () => {
  test('ends iterators with an error when the connection was lost', async () => {
    const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
    lifecycle(0, 9);
    const [first, second] = [events.next(), events.next()];
    await expect(first).resolves.toMatchObject({ value: { event: 9 } });
    daemon.connections[0]!.destroy();
    await expect(second).rejects.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', reason: 'socket' });
    await expect(events.next()).resolves.toEqual({ done: true, value: undefined });
  });

  test('ends them quietly when this side closed it', async () => {
    const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
    const next = events.next();
    await session.close();
    await expect(next).resolves.toEqual({ done: true, value: undefined });
  });
});

describe('a listener', () => {
  test('is called for each event until it is closed', async () => {
    const seen: number[] = [];
    const listener = await session.events.listen({ eventId: DomainEventId.LIFECYCLE }, ({ event }) => seen.push(event));
    lifecycle(0, 1);
    lifecycle(0, 2);
    await vi.waitFor(() => expect(seen).toEqual([1, 2]));
    listener.close();
    await expect(listener.closed).resolves.toBeUndefined();
  });

  test('that throws is closed with what it threw, and harms nobody else', async () => {
    const fault = new Error('fault');
    const listener = await session.events.listen({ eventId: DomainEventId.LIFECYCLE }, () => {
      throw fault;
    });
    const events = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
    lifecycle(0, 1);
    await expect(listener.closed).resolves.toBe(fault);
    expect((await events.next()).value.event).toBe(1);
  });

  test('learns that the connection was lost', async () => {
    const listener = await session.events.listen({ eventId: DomainEventId.LIFECYCLE }, () => {});
    daemon.connections[0]!.destroy();
    await expect(listener.closed).resolves.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST' });
  });
});

test('events of other objects have registrations and callback IDs of their own', async () => {
  daemon.handle(p.connectNetworkEventRegisterAny, () => ({ callbackId: 0 }));
  daemon.handle(p.connectStoragePoolEventRegisterAny, () => ({ callbackId: 0 }));
  daemon.handle(p.connectNodeDeviceEventRegisterAny, () => ({ callbackId: 0 }));
  daemon.handle(p.connectSecretEventRegisterAny, () => ({ callbackId: 0 }));
  daemon.handle(p.connectDomainMonitorEventRegister, () => ({ callbackId: 0 }));
  daemon.handle(p.connectRegisterCloseCallback, () => undefined);
  const net = { name: 'default', uuid: dom.uuid };
  const networks = await session.events.subscribe({ source: 'network', eventId: 0, network: net });
  const pools = await session.events.subscribe({ source: 'storagePool', eventId: 1 });
  const devices = await session.events.subscribe({ source: 'nodeDevice', eventId: 1 });
  const secrets = await session.events.subscribe({ source: 'secret', eventId: 1 });
  const monitor = await session.events.subscribe({ source: 'qemuMonitor', eventId: 0, event: 'RESET' });
  const closings = await session.events.subscribe({ source: 'connect', eventId: 0 });
  const domains = await session.events.subscribe({ eventId: DomainEventId.LIFECYCLE });
  const secret = { uuid: dom.uuid, usageType: 0, usageId: '' };
  daemon.send(m.networkEventLifecycle, { callbackId: 0, net, event: 2, detail: 0 });
  daemon.send(m.storagePoolEventRefresh, { callbackId: 0, pool: net });
  daemon.send(m.nodeDeviceEventUpdate, { callbackId: 0, dev: { name: 'd' } });
  daemon.send(m.secretEventValueChanged, { callbackId: 0, secret });
  daemon.send(m.domainMonitorEvent, { callbackId: 0, dom, event: 'RESET', seconds: 1n, micros: 2, details: null });
  daemon.send(m.connectEventConnectionClosed, { reason: 3 });
  lifecycle(0, 1);
  const sources = [networks, pools, devices, secrets, monitor, closings, domains];
  expect(await Promise.all(sources.map(async (source) => (await source.next()).value))).toMatchObject([
    { net, event: 2 },
    { pool: net },
    { dev: { name: 'd' } },
    { secret },
    { event: 'RESET', seconds: 1n },
    { reason: 3 },
    { event: 1 },
  ]);
});
