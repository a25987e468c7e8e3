/**
 * The arguments of the driver method that is due, under the contract's names: a pure function of state and spec, so that a method that
 * runs again after a crash is given the same. Secrets are references (`SecretRef`) where the contract takes the plain text; whoever
 * calls the driver opens them just before.
 */
import {
  asSystemMetadata,
  domainNameOf,
  type ArgsOf,
  type BlockDeviceInfo,
  type DiskInfoList,
  type LiveMigrateData,
  type Migration,
  type Due,
  type Flavor,
  type ImageMeta,
  type ImageRef,
  type Instance,
  type InstanceSpec,
  type InstanceState,
  type MethodName,
  type Port,
  type RequestContext,
  type SecretRef,
  type TaskState,
  type Vif,
} from '@chronovirt/contract';
import { OWNER_PART } from './actor/role.ts';
import { removable } from './image/backups.ts';
import { IMAGE_PART } from './image/leaves.ts';
import { migrationLeafNames, migrationLeaves } from './migration/leaves.ts';
import { novaStates } from './nova-states.ts';
import { shutdownGiven } from './policy.ts';

/** Seconds that a guest gets to shut down when nobody said otherwise; asked again each `RETRY_SECONDS`. */
const SHUTDOWN_SECONDS = 60;
const RETRY_SECONDS = 10;
/** A reboot that was asked for help has outlasted the deployment's own time for it; the driver is told the least that it may be. */
const REBOOT_SECONDS = 1;
const GIB = 1024 ** 3;
/** Both ends of a resize that stays on its host; no host has this name. */
const HERE = 'here';

/** Arguments whose secrets are still sealed: text may be a reference. */
export type Sealed<T> = T extends string
  ? T | SecretRef
  : T extends readonly (infer E)[]
    ? readonly Sealed<E>[] | SecretRef
    : T extends object
      ? { readonly [K in keyof T]: Sealed<T[K]> }
      : T;
export type SealedArgs<M extends MethodName> = Sealed<ArgsOf<M>>;

/** The arguments of a due effect. Throws for a method that no chart makes due. */
export function argumentsOf(
  state: InstanceState,
  spec: InstanceSpec,
  due: Pick<Due, 'method' | 'op' | 'part' | 'command'>,
): Readonly<Record<string, unknown>> {
  const build = builders[due.method];
  if (build === undefined) throw new Error(`no arguments are known for ${due.method}`);
  return build(new Given(state, spec, due));
}

/** What the argument builders are made from. */
class Given {
  readonly state: InstanceState;
  readonly due: Pick<Due, 'method' | 'op' | 'part' | 'command'>;
  readonly spec: InstanceSpec;
  readonly request: Readonly<Record<string, unknown>>;

  constructor(state: InstanceState, spec: InstanceSpec, due: Given['due']) {
    this.state = state;
    this.spec = spec;
    this.due = due;
    this.request = state.context.request;
  }

  get context(): RequestContext {
    return {
      requestId: String(this.due.command ?? `op-${this.due.op}`).slice(0, 100),
      userId: null,
      projectId: null,
      isAdmin: true,
    };
  }

  get instance(): Sealed<Instance> {
    const { spec, state } = this;
    const { vmState, taskState, powerState } = novaStates(state);
    return {
      uuid: spec.uuid,
      name: domainNameOf(spec.uuid),
      hostname: spec.name,
      displayName: spec.name,
      host: null,
      node: null,
      flavor: this.flavor,
      imageRef: this.image.sha256,
      keyData: spec.sshKeys.length === 0 ? null : spec.sshKeys.join('\n'),
      userData: spec.secrets.userData ?? null,
      metadata: spec.metadata,
      systemMetadata: asSystemMetadata(this.image.properties),
      vmState,
      taskState,
      powerState,
    };
  }

  /** Another size while a resize is under way to it; the old one while it is turned back. */
  get flavor(): Flavor {
    if (this.due.method === 'finishMigration') return this.newFlavor;
    return this.due.method === 'finishRevertMigration' ? this.oldFlavor : this.spec.flavor;
  }

  get newFlavor(): Flavor {
    return (this.request['flavor'] as Flavor | undefined) ?? this.spec.flavor;
  }

  get oldFlavor(): Flavor {
    return (this.request['oldFlavor'] as Flavor | undefined) ?? this.spec.flavor;
  }

  /** The record of the move; a resize that stays where it is has one of its own. */
  get migration(): Migration {
    const given = this.request['migration'] as Migration | undefined;
    if (given !== undefined) return given;
    return {
      id: `${this.spec.uuid}.0`,
      migrationType: 'resize',
      status: 'migrating',
      sourceCompute: HERE,
      sourceNode: HERE,
      destCompute: HERE,
      destNode: HERE,
      destHost: HERE,
      oldFlavor: this.oldFlavor,
      newFlavor: this.newFlavor,
    };
  }

  /** Whether disks get another size. */
  get resizesDisks(): boolean {
    const { oldFlavor: before, newFlavor: after } = this;
    return (
      before.rootGiB !== after.rootGiB || before.ephemeralGiB !== after.ephemeralGiB || before.swapMiB !== after.swapMiB
    );
  }

  /** Another image while a rebuild is under way to it; the shelved one where the guest is made again from what is left of its disk. */
  get image(): ImageRef {
    const { value } = this.state;
    if (value.startsWith('rebuilding.')) return (this.request['image'] as ImageRef | undefined) ?? this.spec.image;
    const fromShelf = value.startsWith('unshelving.') || value === 'migrating.spawn';
    return fromShelf ? (this.spec.shelved ?? this.spec.image) : this.spec.image;
  }

  /** Another password while a rescue or a rebuild that was given one is under way. */
  get adminPassword(): SecretRef | null {
    const { value } = this.state;
    const given = value.startsWith('rescuing.') || value.startsWith('rebuilding.');
    const asked = given ? (this.request['adminPassword'] as SecretRef | undefined) : undefined;
    return asked ?? this.spec.secrets.adminPassword ?? null;
  }

  get imageMeta(): ImageMeta {
    return imageMetaOf(this.image);
  }

  get networkInfo(): Vif[] {
    return this.spec.ports.map(vifOf);
  }

  get blockDeviceInfo(): BlockDeviceInfo | null {
    const { ephemeralGiB, swapMiB } = this.flavor;
    if (ephemeralGiB === 0 && swapMiB === 0) return null;
    return {
      rootDeviceName: null,
      swap: swapMiB === 0 ? null : { deviceName: null, swapSize: swapMiB },
      ephemerals: ephemeralGiB === 0 ? [] : [{ num: 0, deviceName: '/dev/vdb', size: ephemeralGiB, guestFormat: null }],
      blockDeviceMapping: [],
    };
  }

  get shutdown(): { timeout: number; retryInterval: number } {
    return { timeout: shutdownGiven(this.request, this.spec) ?? SHUTDOWN_SECONDS, retryInterval: RETRY_SECONDS };
  }

  /** What the hosts of a live migration found out. */
  get migrateData(): LiveMigrateData | null {
    return (this.request['migrateData'] as LiveMigrateData | undefined) ?? null;
  }

  /** The source's local disks, as it told them. */
  get diskInfo(): DiskInfoList | null {
    return (this.request['diskInfo'] as DiskInfoList | undefined) ?? null;
  }

  /** A guest that was off before a resize stays off after it. */
  get powerOn(): boolean {
    return this.state.context.before !== 'stopped';
  }
}

/** An image as the contract describes it. */
export function imageMetaOf(image: ImageRef): ImageMeta {
  return {
    id: image.sha256,
    name: image.name,
    diskFormat: image.format,
    containerFormat: 'bare',
    minDisk: Math.ceil(image.virtualBytes / GIB),
    minRam: 0,
    size: image.bytes,
    virtualSize: image.virtualBytes,
    properties: image.properties ?? {},
  };
}

/** A port as the contract describes it. */
export function vifOf({ id, mac, network }: Port): Vif {
  const bridged = network.kind === 'bridge';
  return {
    id,
    address: mac,
    type: network.kind,
    vnicType: 'normal',
    devname: null,
    active: true,
    preserveOnDelete: false,
    network: { id: network.name, bridge: bridged ? network.name : null, label: network.name, meta: {}, subnets: [] },
  };
}

const full = (given: Given) => ({
  context: given.context,
  instance: given.instance,
  networkInfo: given.networkInfo,
  blockDeviceInfo: given.blockDeviceInfo,
});

/** A remnant's disks may be in use by the new owner, unless it is said that they are not; those of a deleted instance are nobody's. */
function keepsDisks({ value, actor: { role } }: InstanceState): boolean {
  if (value === 'deleted') return false;
  return role.kind !== 'remnant' || role.keepDisks !== false;
}

/** The caller acts on looks, never on a callback; whoever runs the effect may put its own ear there. */
const nobodyCalled = async (): Promise<void> => {};

/** As Nova's driver is told: a person's image, a backup, or one for the shelf. */
function snapshotTask({ due, state }: Given): TaskState {
  if (due.part !== IMAGE_PART) return 'shelving_image_uploading';
  return typeof state.parts.imageWork?.rotation === 'number' ? 'image_backup' : 'image_snapshot';
}

type Builders = { readonly [M in MethodName]?: (given: Given) => SealedArgs<M> };

const methods: Builders = {
  spawn: (given) => ({
    ...full(given),
    imageMeta: given.imageMeta,
    injectedFiles: given.spec.secrets.injectedFiles ?? [],
    adminPassword: given.adminPassword,
  }),
  destroy: (given) => {
    const keep = given.due.part === OWNER_PART && keepsDisks(given.state);
    return { ...full(given), destroyDisks: !keep, destroySecrets: !keep };
  },
  powerOn: full,
  powerOff: (given) => ({ instance: given.instance, ...given.shutdown }),
  reboot: (given) => ({
    ...full(given),
    rebootType: given.request['rebootType'] === 'HARD' ? 'HARD' : 'SOFT',
    badVolumesCallback: null,
  }),
  pause: ({ instance }) => ({ instance }),
  unpause: ({ instance }) => ({ instance }),
  suspend: ({ context, instance }) => ({ context, instance }),
  resume: full,
  rescue: (given) => ({
    ...full(given),
    imageMeta: imageMetaOf((given.request['image'] as ImageRef | undefined) ?? given.image),
    rescuePassword: given.adminPassword,
  }),
  unrescue: ({ context, instance }) => ({ context, instance }),
  preLiveMigration: (given) => ({ ...full(given), diskInfo: given.diskInfo, migrateData: given.migrateData }),
  preBlockMigration: ({ context, instance, diskInfo }) => ({ context, instance, diskInfo: diskInfo ?? [] }),
  liveMigration: (given) => ({
    context: given.context,
    instance: given.instance,
    dest: String(given.request['destination']),
    postMethod: nobodyCalled,
    recoverMethod: nobodyCalled,
    blockMigration: given.migrateData?.blockMigration === true,
    migrateData: given.migrateData,
  }),
  postLiveMigrationAtDestination: (given) => ({
    ...full(given),
    blockMigration: given.migrateData?.blockMigration === true,
  }),
  migrateDiskAndPowerOff: (given) => ({
    ...full(given),
    dest: typeof given.request['dest'] === 'string' ? given.request['dest'] : HERE,
    flavor: given.newFlavor,
    ...given.shutdown,
    migration: given.migration,
  }),
  finishMigration: (given) => ({
    ...full(given),
    migration: given.migration,
    diskInfo: given.diskInfo ?? [],
    imageMeta: given.imageMeta,
    resizeInstance: given.resizesDisks,
    powerOn: given.powerOn,
  }),
  confirmMigration: ({ context, migration, instance, networkInfo }) => ({ context, migration, instance, networkInfo }),
  finishRevertMigration: (given) => ({ ...full(given), migration: given.migration, powerOn: given.powerOn }),
  softDelete: ({ instance }) => ({ instance }),
  restore: ({ instance }) => ({ instance }),
  resumeStateOnHostBoot: full,
  pollRebootingInstances: (given) => ({ timeout: REBOOT_SECONDS, instances: [given.instance] }),
  snapshot: (given) => ({
    context: given.context,
    // What it is made for, whatever else is due just now.
    instance: { ...given.instance, taskState: snapshotTask(given) },
    // For people: which image a run has made is told by its mark. A shelf asks for no name.
    imageId: given.state.parts.imageWork?.name ?? `${given.spec.name}-shelved`,
    updateTaskState: nobodyCalled,
  }),
};

/** Effects of the cluster, of the host and of the actor itself, which no driver's contract has. */
const cluster: Readonly<Record<string, (given: Given) => Readonly<Record<string, unknown>>>> = {
  place: ({ spec, request, state }) => ({
    instance: spec.uuid,
    flavor: spec.flavor,
    image: spec.image,
    onHost: request['onHost'] ?? null,
    hostsTried: state.context.hostsTried,
  }),
  order: ({ spec, request, state }) => ({
    instance: spec.uuid,
    host: request['host'],
    epoch: request['epoch'],
    /** True: take the order back, unless the host has it already. */
    withdraw: request['withdraw'] === true,
    /** True: where the host has it already, tell it to delete. */
    delete: state.context.goal === 'deleted',
  }),
  probe: () => ({}),
  define: () => ({}),
  removeImages: ({ state }) => ({ images: removable(state.parts) }),
  ...Object.fromEntries(
    migrationLeafNames.map((name) => [
      migrationLeaves[name].method,
      ({ state }: Given) => ({ ...state.parts.migration?.context }),
    ]),
  ),
};

const builders = { ...methods, ...cluster } as Readonly<
  Record<string, ((given: Given) => Readonly<Record<string, unknown>>) | undefined>
>;
