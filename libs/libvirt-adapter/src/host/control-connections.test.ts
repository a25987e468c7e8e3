/** The rules for calls that change something, on a daemon that answers when the test says so. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InstanceUuid } from '@chronovirt/contract';
import { Libvirt, LibvirtConnectionError, domainByUuid, procedures } from '@chronovirt/libvirt';
import { FakeDaemon } from '@chronovirt/libvirt/testing';
import { until } from '@chronovirt/testing/lab';
import { someUuid } from '../testing/records.ts';
import { ControlConnections } from './control-connections.ts';

let daemon: FakeDaemon;
let control: ControlConnections;
let answers: Map<string, () => void>;
const never = new AbortController().signal;

beforeEach(async () => {
  daemon = await FakeDaemon.start();
  answers = new Map();
  daemon.handle(
    procedures.domainSuspend,
    ({ dom }) => new Promise((resolve) => answers.set(dom.uuid, () => resolve(undefined))),
  );
  daemon.handle(procedures.domainDestroyFlags, () => undefined);
  control = new ControlConnections(() => Libvirt.connect({ uri: `qemu+unix:///system?socket=${daemon.socket}` }));
});
afterEach(async () => {
  for (const answer of answers.values()) answer();
  await control.close();
  await daemon.stop();
});

const suspend = (instance: InstanceUuid, signal = never): Promise<void> =>
  control.run(instance, 'normal', signal, (libvirt) => libvirt.domainSuspend(domainByUuid(instance)));
const hasBegun = (instance: InstanceUuid): Promise<unknown> =>
  until(() => answers.has(instance), { what: 'the daemon has the call' });

describe('calls that change something', () => {
  it('are at most four at a time, and one more begins as soon as one ends', async () => {
    const five = Array.from({ length: 5 }, () => someUuid());
    const calls = five.map((instance) => suspend(instance));
    await Promise.all(five.slice(0, 4).map(hasBegun));
    expect(daemon.connections).toHaveLength(4);
    expect(answers.has(five[4]!)).toBe(false);
    answers.get(five[1]!)!();
    await hasBegun(five[4]!);
    for (const answer of answers.values()) answer();
    await Promise.all(calls);
    expect(daemon.connections).toHaveLength(4);
  });

  it('let a destroy pass when all four hang', async () => {
    const four = Array.from({ length: 4 }, () => someUuid());
    const calls = four.map((instance) => suspend(instance));
    await Promise.all(four.map(hasBegun));
    await control.run(four[0]!, 'urgent', never, (libvirt) => libvirt.domainDestroyFlags(domainByUuid(four[0]!)));
    for (const answer of answers.values()) answer();
    await Promise.all(calls);
  });

  it('are let go one by one: an interrupt closes the connection of that instance alone', async () => {
    const [stuck, other] = [someUuid(), someUuid()];
    const hanging = suspend(stuck).catch((error: unknown) => error);
    const working = suspend(other);
    await Promise.all([hasBegun(stuck), hasBegun(other)]);
    control.interrupt(stuck);
    expect(await hanging).toBeInstanceOf(LibvirtConnectionError);
    answers.get(other)!();
    await working;
    const again = suspend(stuck);
    await until(() => daemon.calls.length === 3, { what: 'the daemon is called on a new connection' });
    answers.get(stuck)!();
    await again;
  });

  it('leave the queue when their permit goes, and do not take the place of others', async () => {
    const five = Array.from({ length: 5 }, () => someUuid());
    const calls = five.slice(0, 4).map((instance) => suspend(instance));
    await Promise.all(five.slice(0, 4).map(hasBegun));
    const abort = new AbortController();
    const waiting = suspend(five[4]!, abort.signal).catch((error: unknown) => error);
    abort.abort(new Error('revoked'));
    expect(await waiting).toMatchObject({ message: 'revoked' });
    for (const answer of answers.values()) answer();
    await Promise.all(calls);
    const last = suspend(five[4]!);
    await hasBegun(five[4]!);
    answers.get(five[4]!)!();
    await last;
  });

  it('do not use a connection again on which the daemon is still at work', async () => {
    const instance = someUuid();
    const late = control.run(instance, 'normal', never, (libvirt) =>
      libvirt.domainSuspend(domainByUuid(instance), { deadlineMs: 50 }),
    );
    await expect(late).rejects.toMatchObject({ code: 'LIBVIRT_DEADLINE' });
    await control.run(instance, 'normal', never, (libvirt) => libvirt.domainDestroyFlags(domainByUuid(instance)));
    expect(daemon.calls).toEqual(['domain_suspend', 'domain_destroy_flags']);
  });
});
