/**
 * The compute driver on a simulated host: one object per agent, as a real driver is one per process. It composes the methods and
 * holds no logic of its own; the truth lies in the `SimulatedHost`, which outlives it.
 */
import {
  InstanceNotFoundError,
  type ArgsOf,
  type EffectContext,
  type Hint,
  type HostContext,
  type HostFacts,
  type HostPort,
  type ImplementedDriver,
  type InstanceUuid,
  type MadeImages,
  type MigrationProgress,
  type MigrationSteering,
  type Observation,
  type QueryContext,
  type ResultOf,
} from '@chronovirt/contract';
import type { Log } from '@chronovirt/runtime';
import type { HostConnection } from '../world/connection.ts';
import type { DomainView } from '../world/domain-view.ts';
import type { SimulatedHost } from '../world/simulated-host.ts';
import { passBarrier } from './barrier.ts';
import { blockStatsOf, diagnosticsOf, interfaceStatsOf } from './counters.ts';
import { destroy, stopNow } from './destroy.ts';
import { EventFeed } from './events.ts';
import { failure } from './failure.ts';
import * as freeze from './freeze.ts';
import { HostOrders, type PowerActions } from './host-orders.ts';
import { manageImageCache } from './image-cache.ts';
import { existing, factsOf, infoOf, resourcesOf, statsOf, usedBy } from './inventory.ts';
import {
  checkedOptions,
  liveMigration,
  liveMigrationDefaults,
  progressOf,
  recoverMigration,
  steerMigration,
  type LiveMigrationOptions,
} from './migration.ts';
import { checkDestination, checkSource } from './migration-checks.ts';
import { postLiveMigrationAtDestination, preBlockMigration, preLiveMigration } from './migration-prepare.ts';
import { powerOff } from './power-off.ts';
import { powerOn, powerOnAsStored } from './power-on.ts';
import { answerOf } from './query.ts';
import { hardReboot, reboot } from './reboot.ts';
import { rescue, unrescue } from './rescue.ts';
import { migrateDiskAndPowerOff } from './resize-away.ts';
import { finishMigration } from './resize-finish.ts';
import { confirmMigration, finishRevertMigration } from './resize-settle.ts';
import { domainObservation, hasFile, look, observationOf } from './seen.ts';
import { snapshot, type ImageSink } from './snapshot.ts';
import { spawn } from './spawn.ts';
import { plugVifs, unplugVifs } from './vifs.ts';

/** The last part of a console that is handed out, in bytes. */
const MAX_CONSOLE_BYTES = 102_400;

export interface FakeDriverOptions {
  readonly log?: Log;
  /** Name of this caller, as hooks of the host see it. */
  readonly name?: string;
  /** What a guest gets to shut down by itself in a soft reboot, in milliseconds; 120,000 unless said otherwise. */
  readonly softRebootMs?: number;
  /** How live migrations are carried out; what is left out is off, `forceComplete` pauses, and guests land paused. */
  readonly liveMigration?: Partial<LiveMigrationOptions>;
  /** What does a power action to the host, and what it answers; without it the action is refused. */
  readonly power?: PowerActions;
  /** Where images go that are made here, so that they outlive the host. */
  readonly imageSink?: ImageSink;
}

export class FakeDriver implements ImplementedDriver, HostPort {
  readonly capabilities = { hasImagecache: true, supportsRecreate: true };
  readonly #host: SimulatedHost;
  readonly #connection: HostConnection;
  readonly #events: EventFeed;
  readonly #log: Log | null;
  readonly #softRebootMs: number;
  readonly #liveMigration: LiveMigrationOptions;
  readonly #orders: HostOrders;
  readonly #imageSink: ImageSink | null;
  #stats: ResultOf<'getHostStats'> | null = null;

  constructor(host: SimulatedHost, options: FakeDriverOptions = {}) {
    this.#host = host;
    this.#log = options.log ?? null;
    this.#imageSink = options.imageSink ?? null;
    this.#softRebootMs = options.softRebootMs ?? 120_000;
    this.#liveMigration = checkedOptions({ ...liveMigrationDefaults, ...options.liveMigration });
    this.#orders = new HostOrders(host, options.power ?? {});
    this.#connection = host.connect(options.name);
    this.#events = new EventFeed(this.#connection, this.#log);
  }

  /** The agent's side of the host: tests kill it there, as a kill -9 kills an agent. */
  get connection(): HostConnection {
    return this.#connection;
  }

  // lifecycle

  spawn(args: ArgsOf<'spawn'>, context: EffectContext): Promise<void> {
    return spawn(this.#connection, args, context, this.#orders.takesInstances);
  }

  stopNow(instance: InstanceUuid, context: EffectContext): Promise<void> {
    return stopNow(this.#connection, instance, context);
  }

  destroy(args: ArgsOf<'destroy'>, context: EffectContext): Promise<void> {
    return destroy(this.#connection, args, context, this.#log);
  }

  /** The guest is off; memory that was saved stays, so that `restore` brings it back too. */
  softDelete({ instance }: ArgsOf<'softDelete'>, context: EffectContext): Promise<void> {
    return powerOff(
      this.#connection,
      instance.uuid,
      { timeout: 0, retryInterval: 0, mustExist: true },
      context,
      'keep',
    );
  }

  restore({ instance }: ArgsOf<'restore'>, context: EffectContext): Promise<void> {
    return powerOnAsStored(this.#connection, instance.uuid, context);
  }

  // power

  powerOn(args: ArgsOf<'powerOn'>, context: EffectContext): Promise<void> {
    return powerOn(this.#connection, args, context);
  }

  powerOff({ instance, ...asking }: ArgsOf<'powerOff'>, context: EffectContext): Promise<void> {
    return powerOff(this.#connection, instance.uuid, asking, context, 'discard');
  }

  reboot(args: ArgsOf<'reboot'>, context: EffectContext): Promise<void> {
    return reboot(this.#connection, args, this.#softRebootMs, context);
  }

  pause(_args: ArgsOf<'pause'>, context: EffectContext): Promise<void> {
    return freeze.pause(this.#connection, context);
  }

  unpause(_args: ArgsOf<'unpause'>, context: EffectContext): Promise<void> {
    return freeze.unpause(this.#connection, context);
  }

  suspend(_args: ArgsOf<'suspend'>, context: EffectContext): Promise<void> {
    return freeze.suspend(this.#connection, context);
  }

  resume(args: ArgsOf<'resume'>, context: EffectContext): Promise<void> {
    return freeze.resume(this.#connection, args, context);
  }

  /** After a boot of the host: what is off or gone starts; whatever is there in another way is left alone. */
  async resumeStateOnHostBoot(args: ArgsOf<'resumeStateOnHostBoot'>, context: EffectContext): Promise<void> {
    const domain = await this.#look(args.instance.uuid, this.#queryOf(context));
    if (domain === null || domain.state === 'off' || domain.state === 'crashed')
      await hardReboot(this.#connection, args, context);
  }

  /** A guest that runs is back already; any other is started by the definition that it has. */
  async pollRebootingInstances(args: ArgsOf<'pollRebootingInstances'>, context: EffectContext): Promise<void> {
    for (const { uuid } of args.instances) await powerOnAsStored(this.#connection, uuid, context);
  }

  // rescue

  rescue(args: ArgsOf<'rescue'>, context: EffectContext): Promise<void> {
    return rescue(this.#connection, args, context);
  }

  unrescue(_args: ArgsOf<'unrescue'>, context: EffectContext): Promise<void> {
    return unrescue(this.#connection, context);
  }

  // live migration

  checkCanLiveMigrateDestination(
    args: ArgsOf<'checkCanLiveMigrateDestination'>,
    context: QueryContext,
  ): Promise<ResultOf<'checkCanLiveMigrateDestination'>> {
    return this.#ask(checkDestination(this.#host, this.#connection, args), context, args.instance.uuid);
  }

  async checkCanLiveMigrateDestinationCleanup(
    { destCheckData }: ArgsOf<'checkCanLiveMigrateDestinationCleanup'>,
    context: HostContext,
  ): Promise<void> {
    context.permit.check();
    await this.#ask(this.#connection.moves.removeProbe(destCheckData.filename), this.#queryOf(context), null);
  }

  checkCanLiveMigrateSource(
    args: ArgsOf<'checkCanLiveMigrateSource'>,
    context: QueryContext,
  ): Promise<ResultOf<'checkCanLiveMigrateSource'>> {
    return this.#ask(checkSource(this.#host, this.#connection, args), context, args.instance.uuid);
  }

  preLiveMigration(args: ArgsOf<'preLiveMigration'>, context: EffectContext): Promise<ResultOf<'preLiveMigration'>> {
    return preLiveMigration(this.#connection, args, context);
  }

  preBlockMigration(args: ArgsOf<'preBlockMigration'>, context: EffectContext): Promise<void> {
    return preBlockMigration(this.#connection, args, context);
  }

  liveMigration(args: ArgsOf<'liveMigration'>, context: EffectContext): Promise<void> {
    return liveMigration(this.#connection, args, this.#liveMigration, context);
  }

  postLiveMigrationAtDestination(
    args: ArgsOf<'postLiveMigrationAtDestination'>,
    context: EffectContext,
  ): Promise<void> {
    return postLiveMigrationAtDestination(this.#connection, args, context);
  }

  // images

  /** Those that the system made here, for shelves and as backups. */
  readonly images: MadeImages = {
    made: () => this.#connection.own.madeImages(),
    removeMade: (image) => this.#connection.own.removeImage(image),
  };

  manageImageCache(args: ArgsOf<'manageImageCache'>, context: HostContext): Promise<void> {
    return manageImageCache(this.#connection, args, context);
  }

  snapshot(args: ArgsOf<'snapshot'>, context: EffectContext): Promise<ResultOf<'snapshot'>> {
    return snapshot(this.#connection, args, context, this.#imageSink);
  }

  // resize

  migrateDiskAndPowerOff(
    args: ArgsOf<'migrateDiskAndPowerOff'>,
    context: EffectContext,
  ): Promise<ResultOf<'migrateDiskAndPowerOff'>> {
    return migrateDiskAndPowerOff(this.#host, this.#connection, args, context);
  }

  finishMigration(args: ArgsOf<'finishMigration'>, context: EffectContext): Promise<void> {
    return finishMigration(this.#connection, args, context);
  }

  confirmMigration(args: ArgsOf<'confirmMigration'>, context: EffectContext): Promise<void> {
    return confirmMigration(this.#connection, args, context);
  }

  finishRevertMigration(args: ArgsOf<'finishRevertMigration'>, context: EffectContext): Promise<void> {
    return finishRevertMigration(this.#connection, args, context);
  }

  // network

  plugVifs(args: ArgsOf<'plugVifs'>, context: EffectContext): Promise<void> {
    return plugVifs(this.#connection, args, context);
  }

  unplugVifs(args: ArgsOf<'unplugVifs'>, context: EffectContext): Promise<void> {
    return unplugVifs(this.#connection, args, context);
  }

  // console, counters

  async getConsoleOutput({ instance }: ArgsOf<'getConsoleOutput'>, context: QueryContext): Promise<string> {
    existing(await this.#look(instance.uuid, context), instance.uuid);
    const text = await this.#ask(this.#connection.own.readConsole(instance.uuid), context, instance.uuid);
    return Buffer.from(text).subarray(-MAX_CONSOLE_BYTES).toString();
  }

  async blockStats({ instance, diskId }: ArgsOf<'blockStats'>, context: QueryContext): Promise<ResultOf<'blockStats'>> {
    return blockStatsOf(await this.#look(instance.uuid, context), diskId);
  }

  async interfaceStats(args: ArgsOf<'interfaceStats'>, context: QueryContext): Promise<ResultOf<'interfaceStats'>> {
    const domain = (await this.#lookAtAll(context)).find(({ name }) => name === args.instanceName) ?? null;
    if (domain === null) throw new InstanceNotFoundError(args.instanceName);
    const counters = interfaceStatsOf(domain, args.ifaceId);
    if (counters === null) throw failure('HYPERVISOR_ERROR', `${args.instanceName} has no interface ${args.ifaceId}`);
    return counters;
  }

  async getDiagnostics({ instance }: ArgsOf<'getDiagnostics'>, context: QueryContext): Promise<Record<string, number>> {
    return diagnosticsOf(existing(await this.#look(instance.uuid, context), instance.uuid));
  }

  async getPerInstanceUsage(_args: object, context: QueryContext): Promise<ResultOf<'getPerInstanceUsage'>> {
    const domains = await this.#lookAtAll(context);
    return Object.fromEntries(
      domains.map((domain) => [domain.uuid, { memoryMb: usedBy([domain]).memoryMiB, uuid: domain.uuid }]),
    );
  }

  // host

  /** Opens the host's events. Guests that run are not touched. */
  async initHost(_args: ArgsOf<'initHost'>, context: HostContext): Promise<void> {
    await this.#lookAtAll(this.#queryOf(context));
    this.#events.open();
  }

  async getAvailableNodes(_args: object, context: QueryContext): Promise<string[]> {
    await this.#lookAtAll(context);
    return [this.#host.name];
  }

  async getAvailableResource(_args: object, context: QueryContext): Promise<ResultOf<'getAvailableResource'>> {
    return resourcesOf(this.#host.hardware, this.#host.name, await this.#lookAtAll(context));
  }

  async getHostStats({ refresh }: ArgsOf<'getHostStats'>, context: QueryContext): Promise<ResultOf<'getHostStats'>> {
    if (refresh || this.#stats === null)
      this.#stats = statsOf(this.#host.hardware, this.#host.name, await this.#lookAtAll(context));
    return this.#stats;
  }

  async getHostUptime(): Promise<string> {
    const minutes = Math.floor(this.#host.clock.monotonic() / 60_000);
    const time = new Date(this.#host.clock.now()).toISOString().slice(11, 19);
    return ` ${time} up ${minutes} min,  0 users,  load average: 0.00, 0.00, 0.00`;
  }

  async getHostIpAddr(): Promise<string> {
    return '127.0.0.1';
  }

  async setHostEnabled(args: ArgsOf<'setHostEnabled'>, context: HostContext): Promise<ResultOf<'setHostEnabled'>> {
    return this.#orders.setEnabled(args, context);
  }

  hostMaintenanceMode(
    args: ArgsOf<'hostMaintenanceMode'>,
    context: HostContext,
  ): Promise<ResultOf<'hostMaintenanceMode'>> {
    return this.#orders.maintenance(args, context, () => this.#lookAtAll(this.#queryOf(context)));
  }

  hostPowerAction(args: ArgsOf<'hostPowerAction'>, context: HostContext): Promise<string> {
    return this.#orders.power(args, context);
  }

  // inventory

  async getInfo({ instance }: ArgsOf<'getInfo'>, context: QueryContext): Promise<ResultOf<'getInfo'>> {
    return infoOf(existing(await this.#look(instance.uuid, context), instance.uuid));
  }

  async listInstances(_args: object, context: QueryContext): Promise<string[]> {
    return (await this.#lookAtAll(context)).map(({ name }) => name);
  }

  async listInstanceUuids(_args: object, context: QueryContext): Promise<InstanceUuid[]> {
    return (await this.#lookAtAll(context)).map(({ uuid }) => uuid);
  }

  async getNumInstances(_args: object, context: QueryContext): Promise<number> {
    return (await this.#lookAtAll(context)).length;
  }

  async instanceExists({ instance }: ArgsOf<'instanceExists'>, context: QueryContext): Promise<boolean> {
    return (await this.#look(instance.uuid, context)) !== null;
  }

  /** Not the directory alone: the root disk has to be there, whole. */
  async instanceOnDisk({ instance }: ArgsOf<'instanceOnDisk'>, context: QueryContext): Promise<boolean> {
    const seen = await this.#ask(look(this.#connection, instance.uuid), context, instance.uuid);
    return hasFile(seen, 'root');
  }

  // events

  async registerEventListener({ callback }: ArgsOf<'registerEventListener'>): Promise<void> {
    this.#events.listen(callback);
  }

  async emitEvent({ event }: ArgsOf<'emitEvent'>): Promise<void> {
    this.#events.emit(event);
  }

  // HostPort

  async observe(instance: InstanceUuid, context: QueryContext): Promise<Observation> {
    return observationOf(await this.#ask(look(this.#connection, instance), context, instance));
  }

  async observeAll(context: QueryContext): Promise<ReadonlyMap<InstanceUuid, Observation>> {
    const ours = (await this.#lookAtAll(context)).filter(({ live, stored }) => (live ?? stored)?.ours === true);
    return new Map(ours.map((domain) => [domain.uuid, domainObservation(domain)]));
  }

  barrier(instance: InstanceUuid, context: EffectContext): Promise<void> {
    return passBarrier(this.#connection, instance, context);
  }

  define(_instance: InstanceUuid, context: EffectContext): Promise<void> {
    return freeze.define(this.#connection, context);
  }

  async watch(onHint: (hint: Hint) => void): Promise<() => Promise<void>> {
    const stop = this.#events.watch(onHint);
    return async () => stop();
  }

  async facts(_context: QueryContext): Promise<HostFacts> {
    return factsOf(this.#host.hardware);
  }

  waitingFor(): string | null {
    return this.#connection.up ? null : 'the simulated host does not answer';
  }

  steerMigration(instance: InstanceUuid, how: MigrationSteering, context: EffectContext): Promise<void> {
    return steerMigration(this.#connection, instance, how, this.#liveMigration, context);
  }

  recoverMigration(instance: InstanceUuid, to: string, context: EffectContext): Promise<void> {
    return recoverMigration(this.#connection, instance, to, context);
  }

  async migrationProgress(instance: InstanceUuid, context: QueryContext): Promise<MigrationProgress | null> {
    const move = await this.#ask(this.#connection.moves.moveOf(instance), context, instance);
    return move === null ? null : progressOf(move);
  }

  async interrupt(instance: InstanceUuid): Promise<void> {
    this.#connection.drop(instance);
  }

  async close(): Promise<void> {
    this.#events.close();
    this.#connection.drop();
    this.#host.forget(this.#connection);
  }

  #look(instance: InstanceUuid, context: QueryContext): Promise<DomainView | null> {
    return this.#ask(this.#connection.domains.look(instance), context, instance);
  }

  #lookAtAll(context: QueryContext): Promise<readonly DomainView[]> {
    return this.#ask(this.#connection.domains.lookAtAll(), context, null);
  }

  #ask<T>(call: Promise<T>, context: QueryContext, instance: InstanceUuid | null): Promise<T> {
    return answerOf(call, context, this.#host.clock, instance);
  }

  #queryOf(context: HostContext): QueryContext {
    return { signal: context.permit.signal, deadlineMs: context.remainingMs() };
  }
}
