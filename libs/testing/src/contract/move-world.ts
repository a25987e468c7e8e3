/** What a case about moves works with: both hosts of a pair, and the steps of a move by healthy drivers. */
import type {
  ArgsInputOf,
  ArgsOf,
  ImplementedDriver,
  InstanceUuid,
  LiveMigrateData,
  MethodName,
  RequestContext,
} from '@chronovirt/contract';
import type { Sabotage } from './contract-case.ts';
import { contractCase, type ContractCase, type Proof } from './contract-case.ts';
import type { ContractHost } from './contract-host.ts';
import type { ContractPair, PairedContractHost, Side, Storage } from './pair.ts';
import { World, guestOf, type Guest } from './world.ts';
import type { Subject } from './subject.ts';

/** A case that needs two hosts: with which storage, and whose driver it is about. */
export interface Pairing {
  readonly storage: Storage;
  readonly side: Side;
}

/** One side of a pair; time passes with that of the case. */
class SideWorld<S extends Subject> extends World<S> {
  readonly #whole: World<S>;
  constructor(host: PairedContractHost, whole: World<S>) {
    // A host of a pair has what moves need of a host.
    super(host as unknown as ContractHost, whole.method, host.driver);
    this.#whole = whole;
  }
  override settle<T>(work: () => Promise<T>): Promise<T> {
    return this.#whole.settle(work);
  }
}

export class MoveWorld<S extends Subject> extends World<S> {
  readonly pair: ContractPair;
  readonly a: World<S>;
  readonly b: World<S>;
  /** What the callbacks of moves were called with, in order. */
  readonly calls: string[] = [];
  readonly #guests: Guest[] = [];
  readonly #found = new Map<InstanceUuid, LiveMigrateData>();
  readonly #undo: (() => Promise<void>)[] = [];

  constructor(pair: ContractPair, side: Side, method: S, subject: ImplementedDriver) {
    super(pair[side] as unknown as ContractHost, method, subject);
    this.pair = pair;
    this.a = side === 'a' ? this : new SideWorld<S>(pair.a, this);
    this.b = side === 'b' ? this : new SideWorld<S>(pair.b, this);
  }

  /** An instance that runs on `a`. */
  async movable(): Promise<Guest> {
    const args = await this.settle(() => this.pair.a.newInstance());
    const guest = guestOf(args);
    this.#guests.push(guest);
    await this.a.arrange('spawn', args);
    return guest;
  }

  /** One whose system is up. */
  async awakeMovable(): Promise<Guest> {
    const guest = await this.movable();
    await this.a.sign(guest);
    return guest;
  }

  /** What the destination is asked. */
  async asking(guest: Guest): Promise<ArgsOf<'checkCanLiveMigrateDestination'>> {
    const [srcComputeInfo, dstComputeInfo] = await this.settle(() =>
      Promise.all([this.pair.a.node(), this.pair.b.node()]),
    );
    const { context, instance } = guest.args;
    return { context, instance, srcComputeInfo, dstComputeInfo, blockMigration: null, diskOverCommit: false };
  }

  /** What the source is asked; the probe is there until the case is over. */
  async answered(guest: Guest, changes: Partial<LiveMigrateData> = {}): Promise<ArgsOf<'checkCanLiveMigrateSource'>> {
    const { context, instance, blockDeviceInfo } = guest.args;
    const found = await this.b.arrange('checkCanLiveMigrateDestination', await this.asking(guest));
    this.onceDone(async () => {
      await this.b.arrange('checkCanLiveMigrateDestinationCleanup', { context, destCheckData: found });
    });
    return { context, instance, blockDeviceInfo, destCheckData: { ...found, ...changes } };
  }

  /** Names of files where instances lie that are of none. */
  strays(): Promise<readonly string[]> {
    return this.settle(() => this.pair.b.strays());
  }

  get context(): RequestContext {
    return this.onlyGuest().args.context;
  }

  onlyGuest(): Guest {
    const [guest] = this.#guests;
    if (guest === undefined) throw new Error('this case has made no guest');
    return guest;
  }

  /** What both hosts found out before the guest moved. */
  checkedBefore(guest: Guest): LiveMigrateData {
    const data = this.#found.get(guest.uuid);
    if (data === undefined) throw new Error('nothing was checked');
    return data;
  }

  /** What both hosts found out. */
  async checked(guest: Guest): Promise<LiveMigrateData> {
    const data = await this.a.arrange('checkCanLiveMigrateSource', await this.answered(guest));
    this.#found.set(guest.uuid, data);
    return data;
  }

  /** What the destination is told to get ready with. */
  preparing(guest: Guest, data: LiveMigrateData): ArgsOf<'preLiveMigration'> & ArgsOf<'preBlockMigration'> {
    return { ...guest.args, diskInfo: data.disks ?? [], migrateData: data };
  }

  async prepared(guest: Guest): Promise<LiveMigrateData> {
    const data = await this.checked(guest);
    await this.b.arrange('preLiveMigration', this.preparing(guest, data));
    if (data.blockMigration === true) await this.b.arrange('preBlockMigration', this.preparing(guest, data));
    return data;
  }

  moving(guest: Guest, data: LiveMigrateData | null): ArgsOf<'liveMigration'> {
    return {
      context: guest.args.context,
      instance: guest.args.instance,
      dest: this.pair.b.name,
      blockMigration: data?.blockMigration === true,
      migrateData: data,
      postMethod: async () => void this.calls.push('post'),
      recoverMethod: async (_context, _instance, _dest, _data, status) => void this.calls.push(status),
    };
  }

  arriving(guest: Guest): ArgsInputOf<'postLiveMigrationAtDestination'> {
    return { ...guest.args, blockMigration: this.pair.a.site.storage === 'separate' };
  }

  /** A guest that has come over, and is not yet at home there. */
  async arrived(): Promise<Guest> {
    const guest = await this.awakeMovable();
    await this.a.arrange('liveMigration', this.moving(guest, await this.prepared(guest)));
    return guest;
  }

  /** Moves of the guest do not end until this is called. */
  async slow({ uuid }: Guest): Promise<() => Promise<void>> {
    const faster = await this.settle(() => this.pair.a.slow(uuid));
    return () => this.settle(faster);
  }

  /** Pulls the cable; it is in again when the case is over. */
  async cut(): Promise<void> {
    await this.settle(() => this.pair.a.site.cut());
    this.onceDone(() => this.settle(() => this.pair.a.site.heal()));
  }

  /** Done when the case is over, the last first. */
  onceDone(undo: () => Promise<void>): void {
    this.#undo.unshift(undo);
  }

  override async clean(): Promise<void> {
    for (const undo of this.#undo) await undo();
    const [guest] = this.#guests;
    if (guest === undefined) return;
    const { context } = guest.args;
    for (const filename of await this.strays())
      await this.b.arrange('checkCanLiveMigrateDestinationCleanup', { context, destCheckData: { ...blank, filename } });
    for (const { args } of this.#guests) for (const side of [this.b, this.a]) await side.arrange('destroy', args);
  }
}

/** What names a probe file and says nothing else. */
const blank = {
  imageType: 'qcow2',
  blockMigration: null,
  diskOverCommit: null,
  diskAvailableMb: null,
  graphicsListenAddrVnc: null,
  graphicsListenAddrSpice: null,
  serialListenAddr: null,
} as const;

/** A case about moves. */
export function moveCase<S extends MethodName>(
  method: S,
  proves: Proof<S>,
  pair: Pairing,
  parts: {
    readonly when?: string;
    readonly prove: (world: MoveWorld<S>) => Promise<void>;
    readonly broken: Readonly<
      Record<string, (...given: [Parameters<Sabotage<S>>[0], MoveWorld<S>]) => ReturnType<Sabotage<S>>>
    >;
  },
): ContractCase {
  return { ...contractCase(method, proves, parts as never), pair };
}
