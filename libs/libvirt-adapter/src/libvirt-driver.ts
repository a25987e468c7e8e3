/** The compute driver on libvirt: every method is a module of its own; here they are put together and nothing is decided. */
import type {
  ArgsOf,
  Capabilities,
  ContextOf,
  EffectContext,
  Hint,
  HostContext,
  HostFacts,
  HostPort,
  ImplementedDriver,
  InstanceUuid,
  MadeImages,
  MethodName,
  MigrationProgress,
  MigrationSteering,
  NetworkInfo,
  Observation,
  QueryContext,
  ResultOf,
} from '@chronovirt/contract';
import { readConsole } from './console/console-log.ts';
import { manageImageCache } from './disks/image-cache.ts';
import { Listener } from './events/listener.ts';
import { define } from './guest/define.ts';
import { destroy } from './guest/destroy.ts';
import { asContract } from './guest/hands.ts';
import type { Hands } from './guest/hands.ts';
import { pause, unpause } from './guest/pause.ts';
import { kill, powerOff, softDelete } from './guest/power-off.ts';
import { hardReboot, powerOn, rescueFromReboot, restore, softReboot, startAfterHostBoot } from './guest/power-on.ts';
import { rescue, unrescue } from './guest/rescue.ts';
import { spawn } from './guest/spawn.ts';
import { resume, suspend } from './guest/suspend.ts';
import { HostServices } from './host/host-services.ts';
import { hostMaintenanceMode, setHostEnabled } from './host/host-orders.ts';
import { initHost } from './host/init-host.ts';
import type { LibvirtDriverSettings } from './host/settings.ts';
import { getInfo, instanceExists, instanceOnDisk, ourDomains } from './inventory/inventory.ts';
import { observe, observeAll } from './inventory/observe.ts';
import { availableResource, facts, hostStats, hostUptime } from './inventory/resources.ts';
import { blockStats, getDiagnostics, interfaceStats } from './inventory/statistics.ts';
import { connectNetworks } from './network/connect-networks.ts';
import { checkDestination } from './migration/check-destination.ts';
import { checkSource } from './migration/check-source.ts';
import { liveMigration } from './migration/live-migration.ts';
import { postLiveMigrationAtDestination } from './migration/post-destination.ts';
import { preBlockMigration, preLiveMigration } from './migration/prepare-destination.ts';
import { removeProbe } from './migration/probe-file.ts';
import { migrationPolicy } from './migration/settings.ts';
import { recoverMigration } from './migration/recover.ts';
import { migrationProgress, steerMigration } from './migration/steer.ts';
import { snapshot } from './snapshot/snapshot.ts';
import { addressesOf } from './network/addresses.ts';
import type { PortAddress } from './network/merge-addresses.ts';
import { confirmMigration } from './resize/confirm-migration.ts';
import { finishMigration } from './resize/finish-migration.ts';
import { finishRevertMigration } from './resize/finish-revert-migration.ts';
import { filesForPeers } from './resize/incoming-files.ts';
import type { FilesForPeers } from './resize/incoming-files.ts';
import { migrateDiskAndPowerOff } from './resize/migrate-disk-and-power-off.ts';

/** The shape that the contract gives a method. */
type Method<M extends MethodName> = (args: ArgsOf<M>, context: ContextOf<M>) => Promise<ResultOf<M>>;

export class LibvirtDriver implements ImplementedDriver, HostPort {
  readonly capabilities: Capabilities = { hasImagecache: true, supportsRecreate: true };
  readonly #host: HostServices;
  readonly #listener: Listener;
  #stats: ResultOf<'getHostStats'> | null = null;

  constructor(settings: LibvirtDriverSettings) {
    migrationPolicy(settings);
    this.#host = new HostServices(settings);
    this.#listener = new Listener(settings.log);
    this.#host.feed.add({ hint: () => {}, event: (event) => this.#listener.emit(event) });
  }

  #effect<T = void>(
    context: EffectContext,
    run: (hands: Hands) => Promise<T>,
    instance: InstanceUuid = context.instance,
  ): Promise<T> {
    return asContract(instance, () => run(this.#host.hands(context, instance)));
  }

  // lifecycle
  spawn: Method<'spawn'> = (args, context) => this.#effect(context, (hands) => spawn(this.#host, hands, args));
  destroy: Method<'destroy'> = (args, context) => this.#effect(context, (hands) => destroy(this.#host, hands, args));
  softDelete: Method<'softDelete'> = (_args, context) => this.#effect(context, softDelete);
  restore: Method<'restore'> = (_args, context) => this.#effect(context, (hands) => restore(this.#host, hands));

  // power
  powerOn: Method<'powerOn'> = (args, context) => this.#effect(context, (hands) => powerOn(this.#host, hands, args));
  powerOff: Method<'powerOff'> = (args, context) => this.#effect(context, (hands) => powerOff(hands, args));
  reboot: Method<'reboot'> = (args, context) =>
    this.#effect(context, (hands) => (args.rebootType === 'SOFT' ? softReboot : hardReboot)(this.#host, hands, args));
  pause: Method<'pause'> = (_args, context) => this.#effect(context, pause);
  unpause: Method<'unpause'> = (_args, context) => this.#effect(context, unpause);
  suspend: Method<'suspend'> = (_args, context) => this.#effect(context, suspend);
  resume: Method<'resume'> = ({ networkInfo }, context) =>
    this.#effect(context, (hands) => resume(hands, () => connectNetworks(hands, networkInfo)));
  pollRebootingInstances: Method<'pollRebootingInstances'> = async ({ instances }, context) => {
    for (const { uuid } of instances) await this.#effect(context, rescueFromReboot, uuid);
  };
  resumeStateOnHostBoot: Method<'resumeStateOnHostBoot'> = (args, context) =>
    this.#effect(context, (hands) => startAfterHostBoot(this.#host, hands, args));

  // rescue
  rescue: Method<'rescue'> = (args, context) => this.#effect(context, (hands) => rescue(this.#host, hands, args));
  unrescue: Method<'unrescue'> = (_args, context) => this.#effect(context, (hands) => unrescue(this.#host, hands));

  // resize
  migrateDiskAndPowerOff: Method<'migrateDiskAndPowerOff'> = (args, context) =>
    this.#effect(context, (hands) => migrateDiskAndPowerOff(this.#host, hands, args));
  finishMigration: Method<'finishMigration'> = (args, context) =>
    this.#effect(context, (hands) => finishMigration(this.#host, hands, args));
  confirmMigration: Method<'confirmMigration'> = (args, context) =>
    this.#effect(context, (hands) => confirmMigration(this.#host, hands, args));
  finishRevertMigration: Method<'finishRevertMigration'> = (args, context) =>
    this.#effect(context, (hands) => finishRevertMigration(this.#host, hands, args));

  // live migration
  checkCanLiveMigrateDestination: Method<'checkCanLiveMigrateDestination'> = (args, context) =>
    asContract(args.instance.uuid, () => checkDestination(this.#host, args, context));
  checkCanLiveMigrateDestinationCleanup: Method<'checkCanLiveMigrateDestinationCleanup'> = async (
    { destCheckData },
    { permit },
  ) => {
    permit.check();
    await removeProbe(this.#host.settings.instancesDirectory, destCheckData.filename);
  };
  checkCanLiveMigrateSource: Method<'checkCanLiveMigrateSource'> = (args, context) =>
    asContract(args.instance.uuid, () => checkSource(this.#host, args, context));
  preLiveMigration: Method<'preLiveMigration'> = (args, context) =>
    this.#effect(context, (hands) => preLiveMigration(this.#host, hands, args));
  preBlockMigration: Method<'preBlockMigration'> = (args, context) =>
    this.#effect(context, (hands) => preBlockMigration(this.#host, hands, args));
  liveMigration: Method<'liveMigration'> = (args, context) =>
    this.#effect(context, (hands) => liveMigration(this.#host, hands, args));
  postLiveMigrationAtDestination: Method<'postLiveMigrationAtDestination'> = (args, context) =>
    this.#effect(context, (hands) => postLiveMigrationAtDestination(hands, args));

  // images
  /** Those that the system made here, for shelves and as backups. */
  get images(): MadeImages {
    return this.#host.kept;
  }
  manageImageCache: Method<'manageImageCache'> = (args, context) => manageImageCache(this.#host, args, context);
  snapshot: Method<'snapshot'> = (args, context) => this.#effect(context, (hands) => snapshot(this.#host, hands, args));

  // network
  plugVifs: Method<'plugVifs'> = ({ networkInfo }, context) =>
    this.#effect(context, (hands) => connectNetworks(hands, networkInfo));

  // events
  registerEventListener: (args: ArgsOf<'registerEventListener'>) => Promise<void> = async ({ callback }) =>
    this.#listener.register(callback);
  emitEvent: (args: ArgsOf<'emitEvent'>) => Promise<void> = async ({ event }) => this.#listener.emit(event);

  // inventory
  getInfo: Method<'getInfo'> = ({ instance }, context) => getInfo(this.#host, instance, context);
  listInstances: Method<'listInstances'> = async (_args, context) =>
    (await ourDomains(this.#host, context)).map(({ name }) => name);
  listInstanceUuids: Method<'listInstanceUuids'> = async (_args, context) =>
    (await ourDomains(this.#host, context)).map(({ uuid }) => uuid);
  getNumInstances: Method<'getNumInstances'> = async (_args, context) => (await ourDomains(this.#host, context)).length;
  instanceExists: Method<'instanceExists'> = ({ instance }, context) => instanceExists(this.#host, instance, context);
  instanceOnDisk: Method<'instanceOnDisk'> = ({ instance }) => instanceOnDisk(this.#host, instance);

  // console
  getConsoleOutput: Method<'getConsoleOutput'> = async ({ instance }, context) => {
    await getInfo(this.#host, instance, context);
    return await readConsole(this.#host.directory(instance.uuid));
  };

  // statistics
  blockStats: Method<'blockStats'> = (args, context) => blockStats(this.#host, args.instance, args.diskId, context);
  interfaceStats: Method<'interfaceStats'> = (args, context) =>
    interfaceStats(this.#host, args.instanceName, args.ifaceId, context);
  getDiagnostics: Method<'getDiagnostics'> = ({ instance }, context) => getDiagnostics(this.#host, instance, context);

  // host
  initHost: (args: ArgsOf<'initHost'>, context: HostContext) => Promise<void> = (_args, context) =>
    initHost(this.#host, context);
  getAvailableNodes: Method<'getAvailableNodes'> = async () => [this.#host.profile.hostname];
  getAvailableResource: Method<'getAvailableResource'> = (_args, context) => availableResource(this.#host, context);
  getHostStats: Method<'getHostStats'> = async ({ refresh }, context) =>
    (this.#stats = refresh || this.#stats === null ? await hostStats(this.#host, context) : this.#stats);
  getHostUptime: Method<'getHostUptime'> = (_args, context) => hostUptime(context);
  getHostIpAddr: Method<'getHostIpAddr'> = async () => this.#host.settings.address;

  setHostEnabled: Method<'setHostEnabled'> = (args, context) => setHostEnabled(this.#host, args, context);
  hostMaintenanceMode: Method<'hostMaintenanceMode'> = (args, context) =>
    hostMaintenanceMode(this.#host, args, context);
  hostPowerAction: Method<'hostPowerAction'> = (args, context) => this.#host.power.run(args, context);

  // the runtime's port
  observe(instance: InstanceUuid, context: QueryContext): Promise<Observation> {
    return observe(this.#host, instance, context);
  }
  observeAll(context: QueryContext): Promise<ReadonlyMap<InstanceUuid, Observation>> {
    return observeAll(this.#host, context);
  }
  barrier(instance: InstanceUuid, context: EffectContext): Promise<void> {
    return this.#effect(context, (hands) => hands.barrier(), instance);
  }
  define(instance: InstanceUuid, context: EffectContext): Promise<void> {
    return this.#effect(context, define, instance);
  }
  async watch(onHint: (hint: Hint) => void): Promise<() => Promise<void>> {
    const stop = this.#host.feed.add({ hint: onHint, event: () => {} });
    await this.#host.feed.begin();
    return async () => stop();
  }
  facts(_context: QueryContext): Promise<HostFacts> {
    return facts(this.#host);
  }
  steerMigration(instance: InstanceUuid, how: MigrationSteering, context: EffectContext): Promise<void> {
    return this.#effect(context, (hands) => steerMigration(hands, how, migrationPolicy(this.#host.settings)), instance);
  }
  recoverMigration(instance: InstanceUuid, to: string, context: EffectContext): Promise<void> {
    return this.#effect(context, (hands) => recoverMigration(this.#host, hands, to), instance);
  }
  migrationProgress(instance: InstanceUuid, context: QueryContext): Promise<MigrationProgress | null> {
    return migrationProgress(this.#host, instance, context);
  }
  waitingFor(): string | null {
    return this.#host.connections.waitingFor;
  }
  stopNow(instance: InstanceUuid, context: EffectContext): Promise<void> {
    return this.#effect(context, kill, instance);
  }
  async interrupt(instance: InstanceUuid): Promise<void> {
    this.#host.connections.control.interrupt(instance);
  }
  close(): Promise<void> {
    return this.#host.close();
  }

  /** What the peer service of this host asks it. */
  get filesForPeers(): FilesForPeers {
    return filesForPeers(this.#host);
  }

  /** Addresses that an instance's ports are known to have just now. */
  addressesOf(instance: InstanceUuid, networkInfo: NetworkInfo, context: QueryContext): Promise<PortAddress[]> {
    return addressesOf(this.#host, instance, networkInfo, context);
  }
}
