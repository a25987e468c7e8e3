/** Two simulated hosts with an agent each, and a live migration between them step by step, as the cluster orders it. */
import {
  incarnationOf,
  type ArgsOf,
  type ComputeNode,
  type LiveMigrateData,
  type Mark,
  type Observation,
} from '@chronovirt/contract';
import { SimulatedClock } from '@chronovirt/testing/sim';
import { FakeDriver, type FakeDriverOptions } from '../driver/fake-driver.ts';
import type { CallPhase } from '../world/call.ts';
import type { SimulatedHost } from '../world/simulated-host.ts';
import { SimulatedSite } from '../world/simulated-site.ts';
import { effectContext, queryContext, type TestContext } from './effect-context.ts';
import { sampleGuest } from './sample-guest.ts';

/** What the callbacks of a live migration were called with, in order. */
export type Calls = ('post' | 'failed' | 'cancelled')[];

export class MoveBench {
  readonly clock = new SimulatedClock();
  readonly site: SimulatedSite;
  readonly guest = sampleGuest(1);
  readonly calls: Calls = [];
  data: LiveMigrateData | null = null;
  readonly #options: FakeDriverOptions;
  #agents = 0;
  #op = 0;

  constructor(storage: 'shared' | 'separate', options: FakeDriverOptions = {}, seed = 1) {
    this.site = new SimulatedSite({ clock: this.clock, storage, profile: 'lively', seed });
    this.#options = options;
  }

  get uuid() {
    return this.guest.instance.uuid;
  }

  host(name: 'a' | 'b'): SimulatedHost {
    return this.site.host(name);
  }

  /** A new agent on a host. */
  agent(name: 'a' | 'b'): FakeDriver {
    this.#agents++;
    return new FakeDriver(this.host(name), this.#options);
  }

  context(op: number = ++this.#op): TestContext {
    const mark: Mark = { epoch: 1, op };
    return effectContext(this.uuid, { clock: this.clock, mark, incarnation: incarnationOf(1000, this.#agents) });
  }

  node(name: 'a' | 'b'): ComputeNode {
    const free = this.host(name).hardware.diskGiB;
    return {
      host: name,
      hypervisorHostname: name,
      hypervisorType: 'simulated',
      hypervisorVersion: 1_000_000,
      cpuInfo: { features: [...(this.host(name).hardware.cpuFeatures ?? [])] },
      freeDiskGb: free,
      diskAvailableLeast: free,
    };
  }

  async spawn(): Promise<this> {
    await this.clock.settle(this.agent('a').spawn(this.guest, this.context()));
    await this.clock.advance(60_000);
    return this;
  }

  /** Both checks and the clean-up. */
  async check(blockMigration: boolean | null = null): Promise<LiveMigrateData> {
    const [source, destination] = [this.agent('a'), this.agent('b')];
    const { context, instance, blockDeviceInfo } = this.guest;
    const [srcComputeInfo, dstComputeInfo] = [this.node('a'), this.node('b')];
    const ask = { context, instance, srcComputeInfo, dstComputeInfo, blockMigration, diskOverCommit: false };
    const destCheckData = await this.clock.settle(destination.checkCanLiveMigrateDestination(ask, queryContext()));
    try {
      const checked = source.checkCanLiveMigrateSource(
        { context, instance, destCheckData, blockDeviceInfo },
        queryContext(),
      );
      this.data = await this.clock.settle(checked);
      return this.data;
    } finally {
      const cleaning = destination.checkCanLiveMigrateDestinationCleanup({ context, destCheckData }, this.context());
      await this.clock.settle(cleaning);
    }
  }

  preparing(): ArgsOf<'preLiveMigration'> & ArgsOf<'preBlockMigration'> {
    return { ...this.guest, diskInfo: this.data?.disks ?? [], migrateData: this.data };
  }

  async prepare(): Promise<void> {
    const agent = this.agent('b');
    await this.clock.settle(agent.preLiveMigration(this.preparing(), this.context()));
    if (this.data?.blockMigration === true)
      await this.clock.settle(agent.preBlockMigration(this.preparing(), this.context()));
  }

  moving(): ArgsOf<'liveMigration'> {
    return {
      context: this.guest.context,
      instance: this.guest.instance,
      dest: 'b',
      blockMigration: this.data?.blockMigration === true,
      migrateData: this.data,
      postMethod: async () => void this.calls.push('post'),
      recoverMethod: async (_context, _instance, _dest, _data, status) => void this.calls.push(status),
    };
  }

  arriving(): ArgsOf<'postLiveMigrationAtDestination'> {
    return { ...this.guest, blockMigration: this.data?.blockMigration === true };
  }

  /** All but the checks, each by a fresh agent. */
  async move(): Promise<void> {
    await this.prepare();
    await this.clock.settle(this.agent('a').liveMigration(this.moving(), this.context()));
    await this.clock.settle(this.agent('b').postLiveMigrationAtDestination(this.arriving(), this.context()));
  }

  /** Runs a method until its agent is killed at a point, or to its end. */
  async killedAt(
    name: 'a' | 'b',
    run: (driver: FakeDriver) => Promise<unknown>,
    point: { readonly n: number; readonly phase: CallPhase },
  ): Promise<'killed' | 'done'> {
    const driver = this.agent(name);
    let ended = false;
    const stop = this.host(name).onPrimitive(({ n, phase, connection }) => {
      if (n === point.n && phase === point.phase) connection.kill();
    });
    const note = (): void => {
      ended = true;
    };
    run(driver).then(note, note);
    await this.clock.runUntil(() => ended || !driver.connection.alive);
    stop();
    return driver.connection.alive ? 'done' : 'killed';
  }

  observe(name: 'a' | 'b'): Promise<Observation> {
    return this.clock.settle(this.agent(name).observe(this.uuid, queryContext()));
  }
}
