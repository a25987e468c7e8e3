/** Against the libvirtd and QEMU of this machine's packages. Debian: libvirt-daemon-system, qemu-system-x86; as root. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, test } from 'vitest';
import { startPrivateLibvirt, type PrivateLibvirt } from '../../../tools/setup/private-libvirt/start.mjs';
import * as L from './index.ts';
import { tinyDomainXml } from './testing/tiny-domain.ts';

const NAMESPACE = 'http://example.org/mark';

let dir: string;
let daemon: PrivateLibvirt;
let libvirt: L.Libvirt;

beforeAll(async () => {
  dir = await mkdtemp('/tmp/lv-');
  const settings = ['keepalive_interval = 1', 'keepalive_count = 2'];
  daemon = await startPrivateLibvirt({ dir, hostname: 'private', ownNetwork: true, tied: true, settings });
});
afterAll(async () => {
  await daemon?.stop();
  await rm(dir, { recursive: true });
});
beforeEach(async () => {
  libvirt = await L.Libvirt.connect({ socket: daemon.socket });
});
afterEach(async () => {
  const fresh = await L.Libvirt.connect({ socket: daemon.socket });
  for (const dom of await fresh.connectListAllDomains()) {
    await fresh.domainDestroyFlags(dom).catch(() => {});
    await fresh
      .domainUndefineFlags(dom, L.DomainUndefineFlag.MANAGED_SAVE | L.DomainUndefineFlag.SNAPSHOTS_METADATA)
      .catch(() => {});
  }
  await fresh.close();
  await libvirt.close();
});

const start = async (name: string): Promise<L.Domain> =>
  libvirt.domainCreateWithFlags(await libvirt.domainDefineXmlFlags(tinyDomainXml(name)));

describe('the test driver', () => {
  test('is opened by its own URI and answers', async () => {
    const session = await L.Libvirt.connect({ uri: 'test:///default', socket: daemon.socket });
    const [dom] = await session.connectListAllDomains();
    expect(dom).toMatchObject({ name: 'test', id: 1 });
    await expect(session.connectGetHostname()).resolves.toBe('private');
    await expect(session.nodeGetInfo()).resolves.toMatchObject({ model: 'i686', cpus: 16 });
    await expect(session.domainGetState(dom!)).resolves.toEqual({ state: L.DomainState.RUNNING, reason: 0 });
    await session.close();
  });
});

describe('a guest', () => {
  test('lives from definition to undefinition, and every step is an event', async () => {
    const events = await libvirt.events.subscribe({ eventId: L.DomainEventId.LIFECYCLE });
    const uuid = crypto.randomUUID();
    const defined = await libvirt.domainDefineXmlFlags(tinyDomainXml('life', uuid), L.DomainDefineFlag.VALIDATE);
    expect(defined).toEqual({ name: 'life', uuid, id: -1 });
    const running = await libvirt.domainCreateWithFlags(defined);
    expect(running.id).toBeGreaterThan(0);
    await expect(libvirt.domainGetState(L.domainByUuid(uuid))).resolves.toEqual({
      state: L.DomainState.RUNNING,
      reason: L.DomainRunningReason.BOOTED,
    });
    await libvirt.domainSuspend(running);
    await expect(libvirt.domainGetState(running)).resolves.toEqual({
      state: L.DomainState.PAUSED,
      reason: L.DomainPausedReason.USER,
    });
    await libvirt.domainResume(running);
    await libvirt.domainReset(running);
    await libvirt.domainManagedSave(running);
    await expect(libvirt.domainHasManagedSaveImage(running)).resolves.toBe(true);
    await libvirt.domainCreateWithFlags(defined);
    await libvirt.domainDestroyFlags(running);
    await libvirt.domainUndefineFlags(defined);
    await expect(libvirt.domainLookupByUuid(uuid)).rejects.toSatisfy(L.isNoDomain);
    const seen: string[] = [];
    for await (const { dom, event, detail } of events) {
      expect(dom.uuid).toBe(uuid);
      seen.push(`${event}/${detail}`);
      if (event === L.DomainEventType.UNDEFINED) break;
    }
    expect(seen.filter((event) => /^[012]\//.test(event))).toEqual(['0/0', '2/0', '2/2', '1/0']);
    expect(seen).toEqual(expect.arrayContaining(['3/0', '4/0', '5/4', '5/1']));
  });

  test('gives back its XML, metadata and statistics', async () => {
    const dom = await start('facts');
    await libvirt.domainSetMetadata(
      dom,
      L.DomainMetadataType.ELEMENT,
      '<run epoch="3"/>',
      'chrono',
      NAMESPACE,
      L.DomainModificationImpact.LIVE,
    );
    await expect(libvirt.domainGetMetadata(dom, L.DomainMetadataType.ELEMENT, NAMESPACE)).resolves.toBe(
      '<run epoch="3"/>',
    );
    await expect(libvirt.domainGetMetadata(dom, L.DomainMetadataType.ELEMENT, 'http://other')).rejects.toSatisfy(
      L.isNoDomainMetadata,
    );
    expect(await libvirt.domainGetXmlDesc(dom)).toContain(`<chrono:run xmlns:chrono="${NAMESPACE}" epoch="3"/>`);
    const [stats] = await libvirt.connectGetAllDomainStats(
      [],
      L.DomainStatsType.STATE | L.DomainStatsType.BALLOON,
      L.GetAllDomainStatsFlag.NOWAIT,
    );
    expect(stats).toMatchObject({ dom: { uuid: dom.uuid }, params: { 'state.state': 1, 'balloon.current': 32_768n } });
    await expect(libvirt.domainGetInfo(dom)).resolves.toMatchObject({ state: 1, maxMem: 32_768n, nrVirtCpu: 1 });
    await expect(libvirt.domainGetJobStats(dom)).resolves.toEqual({ type: L.DomainJobType.NONE, params: {} });
    await expect(libvirt.domainMemoryStats(dom, 20)).resolves.toEqual(
      expect.arrayContaining([expect.objectContaining({ tag: L.DomainMemoryStatTag.ACTUAL_BALLOON })]),
    );
    expect(JSON.parse(await libvirt.domainQemuMonitorCommand(dom, '{"execute":"query-status"}'))).toMatchObject({
      return: { status: 'running' },
    });
  });

  test('shows its screen, and carries data over its console until it goes', async () => {
    const dom = await start('streams');
    const { mime, stream } = await libvirt.domainScreenshot(dom, 0);
    const picture = await buffer(stream);
    expect(mime).toBe('image/png');
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    const consoleStream = await libvirt.domainOpenConsole(dom, null);
    consoleStream.resume();
    await libvirt.domainReset(dom);
    await once(consoleStream, 'data');
    consoleStream.write('x');
    const second = await libvirt.domainOpenConsole(dom, null).catch((error: unknown) => error);
    expect(second).toMatchObject({ codeName: 'OPERATION_FAILED' });
    await libvirt.domainDestroyFlags(dom);
    await finished(consoleStream);
  });

  test('is refused what does not fit its state', async () => {
    const dom = await start('refusals');
    await expect(libvirt.domainCreateWithFlags(dom)).rejects.toSatisfy(L.isOperationInvalid);
    await expect(libvirt.domainQemuAgentCommand(dom, '{"execute":"guest-ping"}', 5)).rejects.toMatchObject({
      codeName: 'ARGUMENT_UNSUPPORTED',
    });
    await expect(
      libvirt.domainDetachDeviceFlags(dom, '<interface type="user"><mac address="52:54:00:00:00:01"/></interface>'),
    ).rejects.toSatisfy(L.isDeviceMissing);
  });

  test('is called back for metadata changes of its own only', async () => {
    const [one, two] = [await start('one'), await start('two')];
    const seen: (string | null)[] = [];
    const listener = await libvirt.events.listen(
      { eventId: L.DomainEventId.METADATA_CHANGE, domain: one },
      ({ dom, nsuri }) => seen.push(dom.name, nsuri),
    );
    for (const dom of [two, one])
      await libvirt.domainSetMetadata(
        dom,
        L.DomainMetadataType.ELEMENT,
        '<a/>',
        'a',
        NAMESPACE,
        L.DomainModificationImpact.LIVE,
      );
    await expect.poll(() => seen).toEqual(['one', NAMESPACE]);
    listener.close();
    await listener.closed;
  });
});

describe('a volume', () => {
  test('takes an upload and gives it back, with more data than fits one packet', async () => {
    const pool = await libvirt.storagePoolCreateXml(
      '<pool type="dir"><name>p</name><target><path>/var/lib/libvirt/images</path></target></pool>',
      1,
    );
    const vol = await libvirt.storageVolCreateXml(pool, '<volume><name>v</name><capacity>3000000</capacity></volume>');
    // Whatever keeps this process busy for longer than the daemon's patience costs the connection: no work byte by byte.
    const content = Buffer.alloc(3_000_000, Buffer.from(Array.from({ length: 251 }, (_, i) => i)));
    const up = await libvirt.storageVolUpload(vol, 0n, 0n);
    up.end(content);
    await finished(up);
    const back = await buffer(await libvirt.storageVolDownload(vol, 0n, 3_000_000n));
    expect(back.equals(content)).toBe(true);
    expect((await readFile(`${dir}/lib/images/v`)).equals(content)).toBe(true);

    const aborted = await libvirt.storageVolDownload(vol, 0n, 0n);
    await once(aborted, 'readable');
    aborted.destroy();
    await expect(libvirt.storageVolGetInfo(vol)).resolves.toMatchObject({ capacity: 3_000_000n });

    const tooMuch = await libvirt.storageVolUpload(vol, 0n, 100n);
    tooMuch.end(content);
    await expect(finished(tooMuch)).rejects.toMatchObject({ name: 'LibvirtError' });
    await libvirt.storageVolDelete(vol);
    await libvirt.storagePoolDestroy(pool);
  });

  test('that is read too slowly does not cost the connection, although the daemon pings every second', async () => {
    const slow = await L.Libvirt.connect({
      socket: daemon.socket,
      streamBufferBytes: 1_000,
      keepalive: { intervalMs: 1_000, count: 2 },
    });
    const pool = await slow.storagePoolCreateXml(
      '<pool type="dir"><name>q</name><target><path>/var/lib/libvirt/images</path></target></pool>',
      1,
    );
    const vol = await slow.storageVolCreateXml(
      pool,
      '<volume><name>big</name><capacity>20000000</capacity><allocation>0</allocation></volume>',
    );
    const stream = await slow.storageVolDownload(vol, 0n, 0n);
    await once(stream, 'readable');
    // Longer than the daemon's patience of three seconds. The wait itself is what is tried here.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    expect(stream.readableLength).toBeLessThan(1_000_000);
    expect((await buffer(stream)).length).toBe(20_000_000);
    await slow.storageVolDelete(vol);
    await slow.storagePoolDestroy(pool);
    await slow.close();
  });
});

describe('a daemon', () => {
  test('that hangs is noticed by keepalive; after it goes on, a new session finds the guest unharmed', async () => {
    const dom = await start('hang');
    const watched = await L.Libvirt.connect({ socket: daemon.socket, keepalive: { intervalMs: 100, count: 3 } });
    await daemon.kill('SIGSTOP');
    const deadline = watched.domainGetState(dom, 0, { deadlineMs: 50 }).catch((error: unknown) => error);
    const call = watched.domainGetState(dom).catch((error: unknown) => error);
    await expect(deadline).resolves.toMatchObject({ code: 'LIBVIRT_DEADLINE', sent: true });
    await expect(call).resolves.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', reason: 'keepalive', sent: true });
    await expect(watched.closed).resolves.toMatchObject({ reason: 'keepalive' });
    await daemon.kill('SIGCONT');
    const fresh = await L.Libvirt.connect({ socket: daemon.socket });
    await expect(fresh.domainGetState(dom)).resolves.toMatchObject({ state: L.DomainState.RUNNING });
    await fresh.close();
  });

  test('that is killed ends the session; the guest lives on and the restarted daemon knows it', async () => {
    const dom = await start('killed');
    const events = await libvirt.events.subscribe({ eventId: L.DomainEventId.LIFECYCLE });
    const stream = await libvirt.domainOpenConsole(dom, null);
    const streamEnd = finished(stream).catch((error: unknown) => error);
    await daemon.kill('SIGKILL');
    await expect(libvirt.closed).resolves.toMatchObject({ reason: 'socket' });
    await expect(events.next()).rejects.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST' });
    await expect(streamEnd).resolves.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST' });
    await expect(libvirt.domainGetState(dom)).rejects.toMatchObject({ code: 'LIBVIRT_CONNECTION_LOST', sent: false });
    await expect(L.Libvirt.connect({ socket: daemon.socket })).rejects.toMatchObject({
      code: 'LIBVIRT_CONNECT_FAILED',
      phase: 'transport',
    });
    await daemon.restart();
    const fresh = await L.Libvirt.connect({ socket: daemon.socket });
    await expect(fresh.domainLookupByUuid(dom.uuid)).resolves.toEqual(dom);
    await expect(fresh.domainGetState(dom)).resolves.toMatchObject({ state: L.DomainState.RUNNING });
    await fresh.close();
  });

  test('keeps a session whose own pings are answered, and serves a hundred calls through the window', async () => {
    let answered = 0;
    const watched = await L.Libvirt.connect({
      socket: daemon.socket,
      // So many that a daemon which waits for a processor is not taken for one that hangs: that each is answered is counted.
      keepalive: { intervalMs: 50, count: 200 },
      onPacket: ({ direction, header }) => (answered += direction === 'in' && header.program === 0x6b65_6570 ? 1 : 0),
    });
    await expect.poll(() => answered, { timeout: 60_000 }).toBeGreaterThan(5);
    const versions = await Promise.all(Array.from({ length: 100 }, () => watched.connectGetVersion()));
    expect(new Set(versions).size).toBe(1);
    await watched.close();
  });
});
