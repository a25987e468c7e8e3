/** What the cluster asks of a host's driver about a move, past every mailbox. Only `steerMigration` and `recoverMigration` change anything, and only a copy that is due or was. */
import {
  ChronovirtError,
  instanceSpec,
  instanceUuid,
  type AvailableResource,
  type ComputeNode,
  type EffectContext,
  type HostName,
  type HostPort,
  type ImplementedDriver,
  type Incarnation,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type QueryContext,
} from '@chronovirt/contract';
import { argumentsOf, initialState } from '@chronovirt/machines';
import type { Lease } from '../effects/lease.ts';
import { systemClock, type Clock } from '../ports/clock.ts';

/** What the queries need of the host that they are asked of. */
export interface MoveQueryHost {
  readonly host: HostName;
  readonly lease: Lease;
  state(instance: InstanceUuid): { readonly state: InstanceState } | undefined;
  whenRead(signal: AbortSignal): Promise<void>;
  spec(instance: InstanceUuid): Promise<InstanceSpec>;
}

type Args = Readonly<Record<string, unknown>>;

/** Names of the queries. */
export const moveQueryNames = [
  'computeNode',
  'checkCanLiveMigrateDestination',
  'checkCanLiveMigrateSource',
  'checkCanLiveMigrateDestinationCleanup',
  'steerMigration',
  'recoverMigration',
  'migrationProgress',
] as const;

/** Whether a copy was ordered that the hypervisor may be at, however the order ended here. */
const isMovingLive = (value: InstanceState['value']): boolean =>
  value === 'migrating.liveMigration' || value === 'migrating.verdict';

export class MoveQueries {
  readonly #driver: ImplementedDriver & HostPort;
  readonly #host: MoveQueryHost;
  readonly #incarnation: Incarnation;
  readonly #clock: Clock;

  constructor(options: {
    driver: ImplementedDriver & HostPort;
    host: MoveQueryHost;
    incarnation: Incarnation;
    clock?: Clock;
  }) {
    this.#clock = options.clock ?? systemClock;
    this.#driver = options.driver;
    this.#host = options.host;
    this.#incarnation = options.incarnation;
  }

  /** Answers a query; undefined for a name that is none of these. Throws what the driver throws, `NOT_IMPLEMENTED` where it has no such method. */
  async handle(method: string, args: Args, context: QueryContext): Promise<{ readonly value: unknown } | undefined> {
    switch (method) {
      case 'computeNode':
        return { value: await this.#computeNode(context) };
      case 'checkCanLiveMigrateDestination': {
        const spec = instanceSpec.parse(args['spec']);
        const given = {
          ...this.#record(initialState({ at: 0, incarnation: this.#incarnation }), spec),
          srcComputeInfo: args['srcComputeInfo'],
          dstComputeInfo: await this.#computeNode(context),
          blockMigration: args['blockMigration'] ?? null,
          diskOverCommit: args['diskOverCommit'] === true,
        };
        return { value: await this.#call(method, given, context) };
      }
      case 'checkCanLiveMigrateSource': {
        const instance = instanceUuid.parse(args['instance']);
        const given = {
          ...this.#record(await this.#held(instance, context), await this.#host.spec(instance)),
          destCheckData: args['destCheckData'],
        };
        return { value: await this.#call(method, given, context) };
      }
      case 'checkCanLiveMigrateDestinationCleanup':
        return {
          value: await this.#call(
            method,
            { context: requestContext, destCheckData: args['destCheckData'] },
            this.#effect(context),
          ),
        };
      case 'steerMigration':
        return { value: await this.#steer(instanceUuid.parse(args['instance']), String(args['action']), context) };
      case 'recoverMigration':
        return { value: await this.#recover(instanceUuid.parse(args['instance']), String(args['to']), context) };
      case 'migrationProgress':
        return {
          value: (await this.#driver.migrationProgress?.(instanceUuid.parse(args['instance']), context)) ?? null,
        };
      default:
        return undefined;
    }
  }

  /** The record of this host, for the checks of a move. */
  async #computeNode(context: QueryContext): Promise<ComputeNode> {
    const found = (await this.#call(
      'getAvailableResource',
      { nodename: this.#host.host },
      context,
    )) as AvailableResource;
    const { hypervisorHostname, hypervisorType, hypervisorVersion, cpuInfo, localGb, localGbUsed, diskAvailableLeast } =
      found;
    return {
      host: this.#host.host,
      hypervisorHostname,
      hypervisorType,
      hypervisorVersion,
      cpuInfo,
      freeDiskGb: localGb - localGbUsed,
      diskAvailableLeast,
    };
  }

  async #steer(instance: InstanceUuid, action: string, context: QueryContext): Promise<null> {
    if (action !== 'abort' && action !== 'forceComplete' && action !== 'postCopy')
      throw new ChronovirtError('INVALID_INPUT', 'action: expected abort, forceComplete or postCopy');
    const { value } = await this.#held(instance, context);
    // Its time here may be over while the hypervisor is at it still; the driver looks whether it is.
    if (!isMovingLive(value))
      throw new ChronovirtError(
        'INSTANCE_INVALID_STATE',
        `nothing of instance ${instance} is being copied live: it is ${value}`,
      );
    if (this.#driver.steerMigration === undefined)
      throw new ChronovirtError('NOT_IMPLEMENTED', 'the driver of this host steers no migrations');
    await this.#driver.steerMigration(instance, action, this.#effect(context, instance));
    return null;
  }

  /** However its order ended here: half a guest stays on each side of a post-copy that broke off. */
  async #recover(instance: InstanceUuid, to: string, context: QueryContext): Promise<null> {
    const { value } = await this.#held(instance, context);
    if (!isMovingLive(value))
      throw new ChronovirtError('INSTANCE_INVALID_STATE', `instance ${instance} does not move live: it is ${value}`);
    if (this.#driver.recoverMigration === undefined)
      throw new ChronovirtError('NOT_IMPLEMENTED', 'the driver of this host recovers no migrations');
    await this.#driver.recoverMigration(instance, to, this.#effect(context, instance));
    return null;
  }

  async #held(instance: InstanceUuid, { signal }: QueryContext): Promise<InstanceState> {
    // A process that has just begun may be asked before it has read what its predecessor held.
    if (this.#host.state(instance) === undefined) await this.#host.whenRead(signal);
    const known = this.#host.state(instance);
    if (known === undefined)
      throw new ChronovirtError('INSTANCE_NOT_FOUND', `instance ${instance} is not on this host`);
    return known.state;
  }

  /** The records of an instance as an effect would be given them; secrets stay sealed, and no check needs them. */
  #record(state: InstanceState, spec: InstanceSpec): Args {
    const { context, instance, blockDeviceInfo } = argumentsOf(state, spec, {
      method: 'powerOn',
      op: 0,
      part: 'life',
      command: null,
    });
    return { context, instance: { ...(instance as object), userData: null }, blockDeviceInfo };
  }

  #call(method: keyof ImplementedDriver, args: Args, context: unknown): Promise<unknown> {
    const found = this.#driver[method] as ((args: unknown, context: unknown) => Promise<unknown>) | undefined;
    if (typeof found !== 'function')
      throw new ChronovirtError('NOT_IMPLEMENTED', `the driver of this host does not have ${String(method)}`);
    return found.call(this.#driver, args, context);
  }

  /** The right to change something for as long as the asker waits, and only while this process may act at all. */
  #effect({ signal, deadlineMs }: QueryContext, instance = '' as InstanceUuid): EffectContext {
    const ends = this.#clock.monotonic() + deadlineMs;
    return {
      instance,
      mark: { epoch: 0, op: 0 },
      incarnation: this.#incarnation,
      permit: {
        signal,
        check: () => {
          signal.throwIfAborted();
          this.#host.lease.check();
        },
      },
      remainingMs: () => Math.max(0, ends - this.#clock.monotonic()),
      progress: () => {},
    };
  }
}

const requestContext = { requestId: 'move', userId: null, projectId: null, isAdmin: true };
