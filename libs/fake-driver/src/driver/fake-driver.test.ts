import { InstanceNotFoundError, isEmpty, type Mark } from '@chronovirt/contract';
import { SimulatedClock } from '@chronovirt/testing/sim';
import { beforeEach, describe, expect, it } from 'vitest';
import { effectContext, queryContext, type TestContext } from '../testing/effect-context.ts';
import { sampleGuest } from '../testing/sample-guest.ts';
import { SimulatedHost } from '../world/simulated-host.ts';
import { FakeDriver } from './fake-driver.ts';

const nothing = (): void => {};
const guest = sampleGuest();
const { uuid } = guest.instance;

let clock: SimulatedClock;
let host: SimulatedHost;
let driver: FakeDriver;

const at = (op: number): TestContext => effectContext(uuid, { clock, mark: { epoch: 1, op } });
const observe = () => driver.observe(uuid, queryContext());
const bootsOf = (): number => host.find(uuid)?.run?.boot ?? 0;
const running = (mark: Mark) =>
  expect.objectContaining({ domain: 'defined', power: 'on', busy: null, mark, definition: true, savedMemory: false });

beforeEach(() => {
  clock = new SimulatedClock();
  host = new SimulatedHost({ clock });
  driver = new FakeDriver(host);
});

describe('spawn', () => {
  it('ends with the guest running under its mark, with all its disks and wires', async () => {
    await driver.spawn(guest, at(3));
    expect(await observe()).toEqual({
      domain: 'defined',
      power: 'on',
      reason: 'booted',
      busy: null,
      mark: { epoch: 1, op: 3 },
      definition: true,
      savedMemory: false,
      disks: ['config', 'ephemeral0', 'root', 'swap'],
      leftovers: [],
    });
  });

  it('refuses an instance that is there by another operation, and leaves it alone', async () => {
    await driver.spawn(guest, at(3));
    const before = host.viewOf(uuid)?.id;
    await expect(driver.spawn(guest, at(4))).rejects.toMatchObject({ code: 'INSTANCE_EXISTS' });
    expect(host.viewOf(uuid)?.id).toBe(before);
    expect(await observe()).toEqual(running({ epoch: 1, op: 3 }));
  });

  it('refuses an image that is larger than the root disk before it touches anything', async () => {
    const large = sampleGuest(1, { imageMeta: { ...guest.imageMeta, virtualSize: 5 * 2 ** 30 } });
    await expect(driver.spawn(large, at(1))).rejects.toMatchObject({ code: 'IMAGE_UNACCEPTABLE' });
    expect(isEmpty(await observe())).toBe(true);
  });

  it('names an image that the store does not have, and leaves nothing', async () => {
    host.missingImages.add(guest.imageMeta.id);
    await expect(driver.spawn(guest, at(1))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    expect(isEmpty(await observe())).toBe(true);
  });
});

describe('destroy', () => {
  it('leaves nothing, from a running guest and from one that is suspended', async () => {
    await driver.spawn(guest, at(1));
    await driver.destroy(guest, at(2));
    expect(isEmpty(await observe())).toBe(true);
    await driver.spawn(guest, at(3));
    await driver.suspend(guest, at(4));
    await driver.destroy(guest, at(5));
    expect(isEmpty(await observe())).toBe(true);
  });

  it('succeeds with a warning where nothing is', async () => {
    const warnings: object[] = [];
    const log = { debug: nothing, info: nothing, error: nothing, warn: (fields: object) => warnings.push(fields) };
    await new FakeDriver(host, { log }).destroy(guest, at(1));
    expect(warnings).toEqual([{ instance: uuid, op: 1 }]);
  });

  it('keeps disks and directory when it is told to', async () => {
    await driver.spawn(guest, at(1));
    await driver.destroy({ ...guest, destroyDisks: false }, at(2));
    expect(await observe()).toMatchObject({ domain: 'absent', disks: ['config', 'ephemeral0', 'root', 'swap'] });
  });

  it('goes through a domain that a hung call holds', async () => {
    await driver.spawn(guest, at(1));
    host.faults.add({ kind: 'hang', ms: 60_000, on: 'managedSave' });
    const suspending = driver.suspend(guest, at(2)).catch(() => 'failed');
    await clock.advance(10);
    await driver.destroy(guest, at(3));
    expect(isEmpty(await observe())).toBe(true);
    expect(await clock.settle(suspending)).toBe('failed');
  });
});

describe('power', () => {
  beforeEach(() => driver.spawn(guest, at(1)));

  it('pauses and goes on, each also when it is so already', async () => {
    await driver.pause(guest, at(2));
    await driver.pause(guest, at(3));
    expect(await observe()).toMatchObject({ power: 'paused', reason: 'user', busy: null });
    await driver.unpause(guest, at(4));
    await driver.unpause(guest, at(5));
    expect(await observe()).toEqual(running({ epoch: 1, op: 1 }));
    expect(bootsOf()).toBe(1);
  });

  it('suspends to disk and resumes the same boot under the mark of the resume', async () => {
    await driver.suspend(guest, at(2));
    await driver.suspend(guest, at(3));
    expect(await observe()).toMatchObject({ power: 'off', reason: 'saved', savedMemory: true, definition: true });
    await driver.resume(guest, at(4));
    expect(await observe()).toEqual(running({ epoch: 1, op: 4 }));
    expect(bootsOf()).toBe(1);
    const id = host.viewOf(uuid)?.id;
    await driver.resume(guest, at(5));
    expect(host.viewOf(uuid)?.id).toBe(id);
  });

  it('switches off, succeeds when it is off, and starts again', async () => {
    await driver.powerOff(guest, at(2));
    await driver.powerOff(guest, at(3));
    expect(await observe()).toMatchObject({ power: 'off', reason: 'destroyed', definition: true });
    await driver.powerOn(guest, at(4));
    expect(await observe()).toEqual(running({ epoch: 1, op: 4 }));
    expect(bootsOf()).toBe(2);
    await driver.powerOn(guest, at(5));
    expect(bootsOf()).toBe(2);
  });

  it('asks a guest to shut down before it cuts it off, and asks again', async () => {
    const asked: number[] = [];
    host.onPrimitive(({ name, phase }) => {
      if (name === 'shutdown' && phase === 'sent') asked.push(clock.monotonic());
    });
    host.guest(uuid).heedsShutdown(false);
    await clock.settle(driver.powerOff({ ...guest, timeout: 10, retryInterval: 4 }, at(2)));
    expect(await observe()).toMatchObject({ power: 'off', reason: 'destroyed' });
    expect(asked).toEqual([0, 4000, 8000]);
    expect(clock.monotonic()).toBe(10_000);
  });

  it('lets a guest that heeds the request end by itself', async () => {
    await clock.settle(driver.powerOff({ ...guest, timeout: 10 }, at(2)));
    expect(await observe()).toMatchObject({ power: 'off', reason: 'shutdown' });
  });

  it('keeps a definition that somebody removed while the guest ran', async () => {
    await host.outside.act('undefine', uuid);
    expect(await observe()).toMatchObject({ domain: 'transient' });
    await driver.powerOff(guest, at(2));
    expect(await observe()).toMatchObject({ domain: 'defined', power: 'off' });
  });

  it.each(['running', 'paused', 'off', 'suspended', 'crashed', 'asleep'])('reboots hard from %s', async (from) => {
    if (from === 'paused') await host.outside.act('suspend', uuid);
    if (from === 'off') await host.outside.act('destroy', uuid);
    if (from === 'suspended') await host.outside.act('managedSave', uuid);
    if (from === 'crashed') host.guest(uuid).panic();
    if (from === 'asleep') host.guest(uuid).sleep();
    await driver.reboot({ ...guest, rebootType: 'HARD' }, at(2));
    expect(await observe()).toEqual(running({ epoch: 1, op: 2 }));
    expect(bootsOf()).toBe(2);
  });

  it('reboots softly: the guest shuts down by itself', async () => {
    const stops: string[] = [];
    host.events.subscribe(({ type, detail }) => void (type === 'STOPPED' && stops.push(detail)));
    await clock.settle(driver.reboot({ ...guest, rebootType: 'SOFT' }, at(2)));
    expect(await observe()).toEqual(running({ epoch: 1, op: 2 }));
    expect([bootsOf(), stops]).toEqual([2, ['shutdown']]);
  });

  it('cuts a guest off that does not heed a soft reboot', async () => {
    host.guest(uuid).heedsShutdown(false);
    await clock.settle(driver.reboot({ ...guest, rebootType: 'SOFT' }, at(2)));
    expect(await observe()).toEqual(running({ epoch: 1, op: 2 }));
    expect([bootsOf(), clock.monotonic()]).toEqual([2, 120_000]);
  });

  it('says that an instance is not there', async () => {
    await driver.destroy(guest, at(2));
    for (const method of ['pause', 'unpause', 'suspend', 'resume', 'powerOn', 'reboot', 'restore'] as const)
      await expect(driver[method](guest, at(3))).rejects.toBeInstanceOf(InstanceNotFoundError);
  });
});

describe('rescue', () => {
  beforeEach(() => driver.spawn(guest, at(1)));

  it('runs from a rescue disk with the own disks beside it, and goes back', async () => {
    const before = host.viewOf(uuid)?.stored?.disks;
    await driver.rescue(guest, at(2));
    expect(await observe()).toMatchObject({ power: 'on', mark: { epoch: 1, op: 2 } });
    expect(host.viewOf(uuid)?.live?.disks).toEqual(['rescue', 'root', 'ephemeral0', 'swap', 'config.rescue']);
    await driver.unrescue(guest, at(3));
    expect(host.viewOf(uuid)?.live?.disks).toEqual(before);
    expect((await observe()).disks).not.toContain('rescue');
    expect((await observe()).leftovers).toEqual([]);
  });

  it('refuses a second rescue, which would lose the way back', async () => {
    await driver.rescue(guest, at(2));
    await expect(driver.rescue(guest, at(3))).rejects.toMatchObject({ code: 'INSTANCE_NOT_RESCUABLE' });
    await driver.unrescue(guest, at(4));
    expect(host.viewOf(uuid)?.live?.disks[0]).toBe('root');
  });

  it('leaves an instance alone that is not rescued', async () => {
    await driver.unrescue(guest, at(2));
    expect([bootsOf(), (await observe()).mark]).toEqual([1, { epoch: 1, op: 1 }]);
  });

  it('undoes a rescue that fails, and the guest runs as before', async () => {
    host.faults.add({ kind: 'fail', when: 'before', on: 'create', times: 3 });
    await expect(driver.rescue(guest, at(2))).rejects.toMatchObject({ code: 'INSTANCE_NOT_RESCUABLE' });
    expect(await observe()).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root', 'swap'] });
    expect(host.viewOf(uuid)?.live?.disks[0]).toBe('root');
  });
});
