/** Two real libvirt hosts with a driver process inside each, and a live migration between them step by step, as the cluster orders it. */
import { randomUUID } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { domainNameOf } from '@chronovirt/contract';
import type { ArgsOf, ComputeNode, EffectContext, ImageMeta, LiveMigrateData, Observation } from '@chronovirt/contract';
import { DirectoryImageStore } from '@chronovirt/images';
import {
  LAB_NETWORK,
  guestCount,
  guestImage,
  guestReady,
  startTwoHosts,
  stretched,
  tempDir,
  until,
} from '@chronovirt/testing/lab';
import type { PairedHost, TwoHosts } from '@chronovirt/testing/lab';
import type { LiveMigrationSettings } from '../host/settings.ts';
import { effectContext, queryContext } from './effect-context.ts';
import type { RevocableContext } from './effect-context.ts';
import { COUNTING } from './lab-host.ts';
import { instanceRecord, someUuid, vifRecord } from './records.ts';
import { RemoteDriver } from './remote-driver.ts';
import type { Setup } from './remote-driver.ts';
import { whySilent } from './why-silent.ts';

/** `untrusted`: both hosts see it, under a type of file system that libvirt does not take for shared. */
export type Storage = 'shared' | 'separate' | 'untrusted';
type Side = 'a' | 'b';

const request = { requestId: 'req-test', userId: null, projectId: null, isAdmin: true };

export class MoveLab {
  readonly hosts: TwoHosts;
  readonly image: ImageMeta;
  readonly #dir: ReturnType<typeof tempDir>;
  readonly #drivers: RemoteDriver[] = [];
  #op = 0;
  #incarnation = 0;

  private constructor(hosts: TwoHosts, image: ImageMeta, dir: ReturnType<typeof tempDir>) {
    this.hosts = hosts;
    this.image = image;
    this.#dir = dir;
  }

  static async start(name: string): Promise<MoveLab> {
    const dir = tempDir(name);
    const hosts = await startTwoHosts({ dir: dir.path });
    const store = new DirectoryImageStore(join(dir.path, 'images'));
    const stored = await store.put(createReadStream((await guestImage()).disk), 'qcow2');
    const image: ImageMeta = {
      id: stored.sha256,
      name: 'lab',
      diskFormat: stored.format,
      containerFormat: 'bare',
      minDisk: 0,
      minRam: 0,
      size: stored.bytes,
      virtualSize: stored.virtualBytes,
      properties: {},
    };
    return new MoveLab(hosts, image, dir);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#drivers.map((driver) => driver.close()));
    await this.hosts.stop();
    this.#dir.remove();
  }

  /** The directory that drivers get images from. */
  get images(): string {
    return join(this.#dir.path, 'images');
  }

  host(side: Side): PairedHost {
    return this.hosts[side];
  }

  /** Where instances lie, as seen inside. */
  instances(side: Side, storage: Storage): string {
    if (storage === 'untrusted') return this.hosts.storage;
    const host = this.host(side);
    return storage === 'shared' ? host.sharedDir : host.instancesDir;
  }

  /** The same, as seen from here. */
  outside(side: Side, storage: Storage): string {
    return storage === 'separate' ? this.host(side).instancesOutside : this.hosts.storage;
  }

  /** A driver process inside a host. */
  async driver(side: Side, storage: Storage, liveMigration: LiveMigrationSettings = {}): Promise<RemoteDriver> {
    const host = this.host(side);
    const instancesDirectory = this.instances(side, storage);
    mkdirSync(join(this.outside(side, storage), '_base'), { recursive: true });
    const settings: Setup['settings'] = {
      uri: host.uri,
      instancesDirectory,
      acceleration: { kind: 'tcg', why: 'tests' },
      address: host.address,
      natNetwork: null,
      liveMigration,
    };
    const driver = await RemoteDriver.start(host, settings, join(this.#dir.path, 'images'));
    this.#drivers.push(driver);
    return driver;
  }

  context(timeMs = 180_000): RevocableContext {
    return effectContext('' as never, {
      mark: { epoch: 1, op: (this.#op += 1) },
      incarnation: this.#incarnation,
      timeMs,
    });
  }
}

export interface PairOptions {
  readonly storage: Storage;
  readonly memoryMiB?: number;
  readonly settings?: LiveMigrationSettings;
  /** What the guest runs; it counts unless said otherwise. */
  readonly userData?: string;
  /** Files that its config drive holds besides, in base64, by the path that they are meant for. */
  readonly injectedFiles?: readonly (readonly [path: string, content: string])[];
}

/** Complete arguments of a spawn on a host of the lab; each time another instance. */
export function guestOfLab(
  { image }: MoveLab,
  { memoryMiB = 96, userData = COUNTING, injectedFiles = [] }: Partial<PairOptions>,
): ArgsOf<'spawn'> {
  const uuid = someUuid();
  const flavor = { name: 'small', vcpus: 1, memoryMiB, rootGiB: 0, ephemeralGiB: 0, swapMiB: 0, extraSpecs: {} };
  const instance = instanceRecord({ uuid, imageRef: image.id, flavor, userData });
  const bytes = uuid.replaceAll('-', '').slice(0, 6).match(/../g) ?? [];
  const network = { id: 'net', bridge: null, label: LAB_NETWORK, meta: {}, subnets: [] };
  const vif = vifRecord({ id: randomUUID(), address: ['52', '54', '00', ...bytes].join(':'), network });
  return {
    context: request,
    instance: { ...instance, vmState: 'active', taskState: 'migrating', powerState: 1 },
    imageMeta: image,
    injectedFiles: [
      ['/etc/secret', Buffer.from('only told once').toString('base64')],
      ...injectedFiles.map(([path, content]): [string, string] => [path, content]),
    ],
    adminPassword: null,
    networkInfo: [vif],
    blockDeviceInfo: null,
  };
}

/** What the other hosts know of one of the lab. */
export function nodeOf({ name }: PairedHost): ComputeNode {
  const cpuInfo = { arch: 'x86_64', model: 'qemu64', vendor: 'AMD', topology: {}, features: [] };
  return {
    host: name,
    hypervisorHostname: name,
    hypervisorType: 'QEMU',
    hypervisorVersion: 7_002_000,
    cpuInfo,
    freeDiskGb: 1000,
    diskAvailableLeast: 1000,
  };
}

/** One guest on the pair, and the drivers of both sides. */
export class MovingGuest {
  readonly lab: MoveLab;
  readonly storage: Storage;
  readonly args: ArgsOf<'spawn'>;
  readonly calls: ('post' | 'failed' | 'cancelled')[] = [];
  readonly settings: LiveMigrationSettings;
  a: RemoteDriver;
  b: RemoteDriver;
  data: LiveMigrateData | null = null;

  private constructor(lab: MoveLab, options: PairOptions, args: ArgsOf<'spawn'>, a: RemoteDriver, b: RemoteDriver) {
    this.lab = lab;
    this.storage = options.storage;
    this.settings = options.settings ?? {};
    this.args = args;
    this.a = a;
    this.b = b;
  }

  /** A guest that runs on host a and counts on its console. */
  static async start(lab: MoveLab, options: PairOptions): Promise<MovingGuest> {
    const args = guestOfLab(lab, options);
    const [a, b] = await Promise.all(
      (['a', 'b'] as const).map((side) => lab.driver(side, options.storage, options.settings)),
    );
    const guest = new MovingGuest(lab, options, args, a!, b!);
    await a!.driver.spawn!(args, guest.context());
    await guest.boots('a');
    await until(() => guest.count('a') > 0, {
      timeoutMs: stretched(30_000),
      what: 'the guest counts',
      why: guest.#whySilent('a'),
    });
    return guest;
  }

  get uuid() {
    return this.args.instance.uuid;
  }

  get name(): string {
    return domainNameOf(this.uuid);
  }

  context(timeMs?: number): RevocableContext {
    return { ...this.lab.context(timeMs), instance: this.uuid };
  }

  console(side: Side): string {
    const path = join(this.lab.outside(side, this.storage), this.uuid, 'console.log');
    return existsSync(path) ? readFileSync(path, 'latin1') : '';
  }

  /** Waits until it has booted on that side. */
  async boots(side: Side): Promise<void> {
    const what = `the guest is up at ${side}`;
    await until(() => guestReady(this.console(side)), { timeoutMs: 180_000, what, why: this.#whySilent(side) });
  }

  #whySilent(side: Side): () => Promise<string> {
    return whySilent({ libvirt: this.lab.host(side), instances: this.lab.outside(side, this.storage) }, this.uuid);
  }

  count(side: Side): number {
    return guestCount(this.console(side));
  }

  /** The guest goes on counting on that side, in the same boot, from where it was. */
  async countsOn(side: Side, from: number): Promise<number> {
    const seen = this.console(side).length;
    return await until(
      () => {
        const now = guestCount(this.console(side).slice(seen));
        return now > from ? now : null;
      },
      { timeoutMs: stretched(30_000), what: `the guest counts on at ${side} from ${from}`, why: this.#whySilent(side) },
    );
  }

  async check(blockMigration: boolean | null = null, changes: Partial<ComputeNode> = {}): Promise<LiveMigrateData> {
    const { context, instance, blockDeviceInfo } = this.args;
    const destCheckData = await this.b.driver.checkCanLiveMigrateDestination!(
      {
        context,
        instance,
        srcComputeInfo: nodeOf(this.lab.host('a')),
        dstComputeInfo: { ...nodeOf(this.lab.host('b')), ...changes },
        blockMigration,
        diskOverCommit: false,
      },
      queryContext(),
    );
    try {
      const ask = { context, instance, destCheckData, blockDeviceInfo };
      this.data = await this.a.driver.checkCanLiveMigrateSource!(ask, queryContext());
      return this.data;
    } finally {
      await this.b.driver.checkCanLiveMigrateDestinationCleanup!({ context, destCheckData }, this.context());
    }
  }

  preparing(): ArgsOf<'preLiveMigration'> & ArgsOf<'preBlockMigration'> {
    return { ...this.args, diskInfo: this.data?.disks ?? [], migrateData: this.data };
  }

  async prepare(): Promise<void> {
    await this.b.driver.preLiveMigration!(this.preparing(), this.context());
    if (this.data?.blockMigration === true) await this.b.driver.preBlockMigration!(this.preparing(), this.context());
  }

  moving(): ArgsOf<'liveMigration'> {
    return {
      context: request,
      instance: this.args.instance,
      dest: this.lab.host('b').name,
      blockMigration: this.data?.blockMigration === true,
      migrateData: this.data,
      postMethod: async () => void this.calls.push('post'),
      recoverMethod: async (_context, _instance, _dest, _data, status) => void this.calls.push(status),
    };
  }

  move(context: EffectContext = this.context()): Promise<void> {
    return this.a.driver.liveMigration!(this.moving(), context);
  }

  arrive(context: EffectContext = this.context()): Promise<void> {
    const args = { ...this.args, blockMigration: this.data?.blockMigration === true };
    return this.b.driver.postLiveMigrationAtDestination!(args, context);
  }

  observe(side: Side): Promise<Observation> {
    return this[side].driver.observe(this.uuid, queryContext());
  }

  /** All that a host has of it goes. */
  async clear(side: Side, destroyDisks: boolean): Promise<void> {
    await this[side].driver.destroy!({ ...this.args, destroyDisks, destroySecrets: true }, this.context());
  }

  async remove(): Promise<void> {
    for (const side of ['a', 'b'] as const) await this.clear(side, true);
  }
}
