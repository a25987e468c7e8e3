/** What the HTTP API needs of the rest of the coordinator. Wired in the app; nothing here knows NATS. */
import type {
  Command,
  DrainResult,
  FenceProof,
  HostCommandName,
  HostName,
  HostOrder,
  HostReport,
  HostState,
  ImageRef,
  InstanceUuid,
  SecretStore,
} from '@chronovirt/contract';
import type { HostRefusal } from '@chronovirt/machines';
import type { Clock, CommandReply, Journal, Log } from '@chronovirt/runtime';

/** Nobody answered within the caller's patience. */
export interface Unreachable {
  readonly kind: 'unreachable';
  readonly host: string;
  /** Whether it may have been taken all the same. False: nothing was done. */
  readonly taken: boolean;
  readonly message: string;
}

/** What the sender of a command gets; links between actors are no matter of the API. */
export type OrderReply = Exclude<CommandReply, { kind: 'linked' }> | Unreachable;

export interface CommandSender {
  /**
   * Brings a command to the actor that owns its instance (`create`: to the spine) and waits for the stored answer. `host` is where the
   * read model saw the instance last; whoever sends may know better.
   */
  send(command: Command, host: string): Promise<OrderReply>;
  /** Who would be sent it: a host, or the spine. */
  taker(command: Pick<Command, 'name' | 'instance'>, host: string): string;
}

/** A host's last report, and whether its agent has reported lately (judged by the coordinator's own clock). */
export interface HostView {
  readonly report: HostReport;
  readonly alive: boolean;
  /** Milliseconds since the last report. */
  readonly silentMs: number;
  /** Why no new instances may come to it, by its history; null = that says nothing against it. */
  readonly closed: string | null;
}

/** How one instance would leave its host, or why it cannot. */
export interface DrainStep {
  readonly instance: string;
  readonly name: string;
  readonly state: string;
  readonly how: 'liveMigrate' | 'coldMigrate' | null;
  readonly why: string | null;
  /** Who holds its lock, `operator ` before an operator's name; null = it is not locked. A lock keeps no drain out. */
  readonly lockedBy: string | null;
}

/** How far a drain that runs is. */
export interface DrainPicture {
  /** Instances that have left since it was ordered. */
  readonly moved: number;
  /** Those that it has not begun with. */
  readonly waiting: number;
  /** UUIDs of those on their way. */
  readonly moving: readonly string[];
  /** Those that stay, and why. */
  readonly stayed: DrainResult['except'];
}

/** The hosts' own histories. */
export interface FleetPort {
  state(host: string): { readonly state: HostState; readonly seq: number } | undefined;
  all(): Iterable<HostState>;
  /** What proves that a host runs no guest; null = nothing does. */
  proofOf(host: string): FenceProof | null;
  /** Why no new instances may come to it; null = they may. */
  whyClosed(host: string): string | null;
  /** Resolves with the stored answer. */
  order(order: HostOrder): Promise<CommandReply<HostState>>;
  /** Why an order would be refused now, or null. */
  check(host: string, name: HostCommandName, args: HostOrder['args']): HostRefusal | null;
  preview(host: HostName): Promise<readonly DrainStep[]>;
  /** How far the drain of a host is; null while none runs. */
  drainOf(host: string): DrainPicture | null;
}

/** Queries of a guest, answered by the host's driver past every mailbox; nothing is recorded. */
export interface QueryPort {
  /**
   * - `consoleOutput` `{instance, bytes}` → `{text}`: the end of what the guest wrote to its serial console.
   * - `migrationProgress` `{instance}` → how far the copy of the guest to another host is, or null.
   * - `progress` `{instance}` → `{effects: [{method, op, what, fraction}]}`: what the effects that run on that host say of themselves.
   * - `addresses` `{instance}` → `{addresses: [{mac, address, family, source}]}`: what the guest's NICs are known to hold.
   *
   * Rejects with a `ChronovirtError`: `HOST_UNREACHABLE`, `INSTANCE_NOT_FOUND`, `CONSOLE_NOT_AVAILABLE`, …
   */
  query(
    host: string,
    method: 'consoleOutput' | 'addresses' | 'migrationProgress' | 'progress',
    args: Record<string, unknown>,
  ): Promise<unknown>;
}

/** An image in the store, as it was taken in. */
export interface ImageRecord extends ImageRef {
  /** Milliseconds since 1970. */
  readonly uploaded: number;
  readonly by: string;
  /** The instances that the system made it for; left out: it is a person's. */
  readonly madeFor?: readonly InstanceUuid[];
}

/** The content-addressed image store: an image is in it complete or not at all. */
export interface ImageStore {
  list(): Promise<ImageRecord[]>;
  find(sha256: string): Promise<ImageRecord | null>;
  /**
   * Stores the content under its hash; the caller has read it once and knows both. A person's image that is there already stays as it is; one
   * that the system made is the person's from then on who brings it.
   */
  put(record: ImageRecord, content: () => AsyncIterable<Uint8Array>): Promise<void>;
  /** Removes an image; `false` when it is not there. */
  remove(sha256: string): Promise<boolean>;
}

export interface HttpPorts {
  readonly commands: CommandSender;
  readonly journal: Journal;
  readonly hosts: () => readonly HostView[];
  /** What proves that a host cannot run anything of before; null = nothing does. */
  readonly proofOf: (host: HostName) => object | null;
  readonly fleet: FleetPort;
  readonly queries: QueryPort;
  readonly images: ImageStore;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly log: Log;
  readonly newUuid?: () => InstanceUuid;
}
