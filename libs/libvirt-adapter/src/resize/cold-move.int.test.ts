/** Cold moves between two real hosts, each with its own network, files and driver process: what breaks is mended, or turned back. */
import { deepEqual } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { nothingThere } from '@chronovirt/contract';
import type { ArgsOf, Migration, Observation } from '@chronovirt/contract';
import { guestReady, standStill, until } from '@chronovirt/testing/lab';
import { queryContext } from '../testing/effect-context.ts';
import { MoveLab } from '../testing/move-lab.ts';
import type { Storage } from '../testing/move-lab.ts';
import { instanceRecord, someUuid, vifRecord } from '../testing/records.ts';
import { RemoteDriver } from '../testing/remote-driver.ts';
import { whySilent } from '../testing/why-silent.ts';

type Side = 'a' | 'b';
const PORT = 8775;
const secret = randomBytes(32).toString('hex');
/** What is copied takes long enough to break it in the middle. */
const EPHEMERAL_MIB = 300;

let lab: MoveLab;
let drivers: Record<Side, RemoteDriver>;
beforeAll(async () => {
  lab = await MoveLab.start('cold');
});
afterAll(() => lab?.stop());
afterEach(async () => {
  await lab.hosts.healNetwork();
  await Promise.all(Object.values(drivers).map((driver) => driver.close()));
});

async function driverOn(side: Side, storage: Storage, patienceMs = 60_000): Promise<RemoteDriver> {
  const host = lab.host(side);
  mkdirSync(join(lab.outside(side, storage), '_base'), { recursive: true });
  const settings = {
    uri: host.uri,
    instancesDirectory: lab.instances(side, storage),
    acceleration: { kind: 'tcg', why: 'tests' },
    address: host.address,
    natNetwork: null,
  } as const;
  const peer = { own: `${host.address}:${PORT}`, secret, patienceMs, silenceMs: 1_500 };
  return await RemoteDriver.start(host, settings, lab.images, { peer });
}

/** Connections to the peer service of a host that count as alive there. */
async function established(side: Side): Promise<number> {
  const shown = await lab.host(side).exec(['ss', '-Htn', 'state', 'established', `( sport = :${PORT} )`]);
  return shown.trim() === '' ? 0 : shown.trim().split('\n').length;
}

/** A guest on host a with a disk that takes a while to copy. It is off; `boots`: it was let come up before. */
class ColdGuest {
  readonly storage: Storage;
  readonly args: ArgsOf<'spawn'>;

  private constructor(storage: Storage) {
    const uuid = someUuid();
    const flavor = { ...instanceRecord().flavor, memoryMiB: 96, ephemeralGiB: 1 };
    const network = { id: 'net', bridge: null, label: 'lab', meta: {}, subnets: [] };
    this.storage = storage;
    this.args = {
      context: { requestId: 'req-test', userId: null, projectId: null, isAdmin: true },
      instance: instanceRecord({ uuid, imageRef: lab.image.id, flavor }),
      imageMeta: lab.image,
      injectedFiles: [],
      adminPassword: null,
      networkInfo: [vifRecord({ address: `52:54:00:${uuid.slice(0, 6).match(/../g)!.join(':')}`, network })],
      blockDeviceInfo: null,
    };
  }

  static async start(
    storage: Storage,
    { boots = false, patienceMs }: { boots?: boolean; patienceMs?: number } = {},
  ): Promise<ColdGuest> {
    drivers = { a: await driverOn('a', storage, patienceMs), b: await driverOn('b', storage, patienceMs) };
    const guest = new ColdGuest(storage);
    await drivers.a.driver.spawn!(guest.args, guest.context());
    if (boots) await guest.boots('a');
    await drivers.a.driver.powerOff!({ ...guest.args, timeout: 0, retryInterval: 0 }, guest.context());
    const write = ['-f', 'qcow2', '-c', `write -P 7 0 ${EPHEMERAL_MIB}M`];
    execFileSync('qemu-io', [...write, join(guest.directory('a'), 'disk.eph0')]);
    return guest;
  }

  get uuid() {
    return this.args.instance.uuid;
  }
  directory(side: Side): string {
    return join(lab.outside(side, this.storage), this.uuid);
  }
  console(side: Side): string {
    const path = join(this.directory(side), 'console.log');
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }
  async boots(side: Side): Promise<void> {
    const shown = { libvirt: lab.host(side), instances: lab.outside(side, this.storage) };
    const what = `the guest is up at ${side}`;
    await until(() => guestReady(this.console(side)), { timeoutMs: 180_000, what, why: whySilent(shown, this.uuid) });
  }
  context() {
    return { ...lab.context(), instance: this.uuid };
  }
  get move(): Migration {
    const { flavor } = this.args.instance;
    const [source, dest] = [lab.host('a').name, lab.host('b').name];
    return {
      id: `${this.uuid}.1`,
      migrationType: 'migration',
      status: 'migrating',
      sourceCompute: source,
      sourceNode: source,
      destCompute: dest,
      destNode: dest,
      destHost: lab.host('b').address,
      oldFlavor: flavor,
      newFlavor: flavor,
    };
  }

  away(context = this.context()): Promise<unknown> {
    const { flavor } = this.args.instance;
    return drivers.a.driver.migrateDiskAndPowerOff!(
      {
        ...this.args,
        dest: `${lab.host('b').address}:${PORT}`,
        flavor,
        timeout: 0,
        retryInterval: 0,
        migration: this.move,
      },
      context,
    );
  }
  async finish(): Promise<void> {
    const args = { ...this.args, migration: this.move, diskInfo: [], resizeInstance: false, powerOn: true };
    await drivers.b.driver.finishMigration!(args, this.context());
  }
  see(side: Side): Promise<Observation> {
    return drivers[side].driver.observe(this.uuid, queryContext());
  }
  /** A file of the move has begun to come in, and is not whole. */
  async comesIn(): Promise<void> {
    await until(() => this.#half() > 20_000_000, {
      timeoutMs: 60_000,
      everyMs: 5,
      what: 'a part of the disk is there',
    });
  }
  /** The cable is out in the middle of a file. Nobody takes more of it meanwhile: it would be whole before the cable is out, on a busy machine. */
  async losesTheCable(): Promise<void> {
    await this.comesIn();
    await standStill(drivers.b.process.pid);
    try {
      await lab.hosts.cutNetwork();
    } finally {
      drivers.b.process.kill('SIGCONT');
    }
  }
  #half(): number {
    const directory = this.directory('b');
    const part = existsSync(directory)
      ? readdirSync(directory).find((name) => /^disk\.eph0\..*\.part$/.test(name))
      : undefined;
    return part === undefined ? 0 : (statSync(join(directory, part), { throwIfNoEntry: false })?.size ?? 0);
  }
  /** Every disk is there as it is kept at the source. */
  isCopied(): void {
    for (const file of ['disk', 'disk.eph0', 'disk.config', 'disk.info'])
      execFileSync('cmp', [join(`${this.directory('a')}_resize`, file), join(this.directory('b'), file)]);
    deepEqual(readdirSync(this.directory('b')).toSorted(), ['disk', 'disk.config', 'disk.eph0', 'disk.info']);
  }
  async remove(): Promise<void> {
    for (const side of ['a', 'b'] as const)
      await drivers[side].driver.destroy!({ ...this.args, destroyDisks: true, destroySecrets: true }, this.context());
    for (const side of ['a', 'b'] as const) deepEqual(await this.see(side), nothingThere);
  }
}

it('a guest goes to the other host with its disks, boots there a second time, and the source lets go when it is confirmed', async () => {
  const guest = await ColdGuest.start('separate', { boots: true });
  await guest.away();
  guest.isCopied();
  expect(await guest.see('a')).toMatchObject({ domain: 'defined', power: 'off', disks: ['kept'], leftovers: [] });
  await guest.finish();
  expect(await guest.see('b')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root'], leftovers: [] });
  await guest.boots('b');
  expect(guest.console('b')).toMatch(/LAB-READY .* boots=2 /);
  await drivers.a.driver.confirmMigration!({ ...guest.args, migration: guest.move }, guest.context());
  expect(await guest.see('a')).toMatchObject({ domain: 'absent', disks: [], leftovers: [] });
  await guest.remove();
});

it('the cable is pulled while the disks go over, and put in again: the copy goes on where it was', async () => {
  const guest = await ColdGuest.start('separate');
  const going = guest.away();
  await guest.losesTheCable();
  await until(async () => (await established('b')) === 0, { timeoutMs: 30_000, what: 'the destination gives it up' });
  await lab.hosts.healNetwork();
  await going;
  guest.isCopied();
  await guest.remove();
});

it('the cable stays out: the source has its files back and can start', async () => {
  const guest = await ColdGuest.start('separate', { patienceMs: 4_000 });
  const going = guest.away().then(
    () => null,
    (error: unknown) => error,
  );
  await guest.losesTheCable();
  expect(await going).toMatchObject({ code: 'COMMAND_FAILED' });
  expect(await guest.see('a')).toMatchObject({ power: 'off', disks: ['config', 'ephemeral0', 'root'], leftovers: [] });
  await drivers.a.driver.powerOn!(guest.args, guest.context());
  expect(await guest.see('a')).toMatchObject({ power: 'on' });
  await guest.remove();
});

it('the source’s agent is killed while the disks go over: a new one goes on', async () => {
  const guest = await ColdGuest.start('separate');
  const context = guest.context();
  void guest.away(context).catch(() => {});
  await guest.comesIn();
  await drivers.a.kill();
  drivers.a = await driverOn('a', 'separate');
  await guest.away(context);
  guest.isCopied();
  await guest.remove();
});

it('the source’s agent is killed, and the move is turned back: the guest runs from its own files', async () => {
  const guest = await ColdGuest.start('separate');
  void guest.away().catch(() => {});
  await guest.comesIn();
  await drivers.a.kill();
  drivers.a = await driverOn('a', 'separate');
  await drivers.b.driver.destroy!({ ...guest.args, destroyDisks: true, destroySecrets: true }, guest.context());
  await drivers.a.driver.finishRevertMigration!(
    { ...guest.args, migration: guest.move, powerOn: true },
    guest.context(),
  );
  expect(await guest.see('a')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root'], leftovers: [] });
  await guest.remove();
});

it('the destination’s agent is killed while the disks come in: a new one takes the rest', async () => {
  const guest = await ColdGuest.start('separate');
  const going = guest.away();
  await guest.comesIn();
  await drivers.b.kill();
  drivers.b = await driverOn('b', 'separate');
  await going;
  guest.isCopied();
  await guest.remove();
});

it('on storage that both see nothing is sent; turned back, the kept files take their place again', async () => {
  const guest = await ColdGuest.start('shared');
  await guest.away();
  expect(await guest.see('b')).toMatchObject({ domain: 'absent', disks: ['config', 'ephemeral0', 'root'] });
  expect(await guest.see('a')).toMatchObject({ disks: ['config', 'ephemeral0', 'kept', 'root'] });
  await guest.finish();
  expect(await guest.see('b')).toMatchObject({ power: 'on' });
  // Even who takes the storage for its own leaves what the other host keeps.
  await drivers.b.driver.destroy!({ ...guest.args, destroyDisks: true, destroySecrets: true }, guest.context());
  await drivers.a.driver.finishRevertMigration!(
    { ...guest.args, migration: guest.move, powerOn: true },
    guest.context(),
  );
  expect(await guest.see('a')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root'], leftovers: [] });
  await guest.remove();
});
