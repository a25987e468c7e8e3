/** What the driver contract suite needs of a host to hold a driver to its promises. Each driver's library makes one for its tests. */
import type { ArgsOf, HostPort, ImplementedDriver, InstanceUuid, Mark, Power } from '@chronovirt/contract';

/** What a case wants of an instance; anything else the host chooses, as small as its guests can be. */
export interface Wishes {
  readonly vcpus?: number;
  readonly memoryMiB?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly keyData?: string;
  /** Path in the guest and content in base64. */
  readonly injectedFiles?: readonly (readonly [path: string, content: string])[];
  readonly adminPassword?: string;
  /** True = the guest does not react to its power button. */
  readonly deaf?: boolean;
}

/** What is true of an instance on the host, found without the driver under test. */
export interface Facts {
  /** `transient` = runs without a stored definition. */
  readonly domain: 'absent' | 'defined' | 'transient';
  readonly power: Power;
  /** Of the running domain; of the definition while it is off. */
  readonly mark: Mark | null;
  readonly savedMemory: boolean;
  /** Which run of the hypervisor's process this is: another one after each start, the same over pause; null while off. */
  readonly run: string | null;
  /** As defined; null without a definition. */
  readonly vcpus: number | null;
  readonly memoryMiB: number | null;
  readonly macs: readonly string[];
  /** Starts with the host, by the hypervisor alone. */
  readonly autostart: boolean;
  /** Disks that exist, by role: `root`, `config`, `rescue`, … */
  readonly disks: readonly string[];
  /** Size of the root disk as a guest sees it; null without one. */
  readonly rootGiB: number | null;
  /** Disks that a resize has set aside, by role. */
  readonly kept: readonly string[];
  /** Disks of the domain, by role, the one that it boots from first; as it runs, or as it is defined while it is off. */
  readonly attached: readonly string[];
  /** All that is there of the instance, by name: domain, files, directories, saves, taps, filters. Empty = nothing. */
  readonly everything: readonly string[];
  /** How the guest last went off: in order, or cut off; null = it has not yet, or cannot be told. */
  readonly lastEnd: 'orderly' | 'cut' | null;
}

/** What the driver gave to a guest, read from where the guest would read it: the config drive that its domain has. */
export interface Given {
  readonly hostname: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly keyData: string | null;
  readonly adminPassword: string | null;
  readonly injectedFiles: readonly (readonly [path: string, content: string])[];
}

/** A sign of life that a guest gave by itself. */
export interface Sign {
  /** Which boot of the guest's system it is, counted on its disk: 1, 2, … */
  readonly boot: number;
  /** Counts up while the guest runs, and from 0 again after each boot. */
  readonly tick: number;
  /** The line of the serial console that said so. */
  readonly line: string;
}

/** Acts behind the driver's back, as an operator with the hypervisor's own tool would. Returns when it is done. */
export interface Outside {
  /** Cuts the guest off. */
  destroy(uuid: InstanceUuid): Promise<void>;
  suspend(uuid: InstanceUuid): Promise<void>;
  resume(uuid: InstanceUuid): Promise<void>;
  /** Starts the stored definition as it is. */
  start(uuid: InstanceUuid): Promise<void>;
  /** Removes definition and saved memory; a guest that runs goes on without them. */
  undefine(uuid: InstanceUuid): Promise<void>;
  /** Removes saved memory alone. */
  dropSavedMemory(uuid: InstanceUuid): Promise<void>;
  /** Kills the hypervisor's process of the guest. */
  crash(uuid: InstanceUuid): Promise<void>;
  /** Leaves the instance's directory behind, with nothing in it. */
  leaveEmptyDirectory(uuid: InstanceUuid): Promise<void>;
  /** Removes the definition that a rescue has kept. */
  loseWayBack(uuid: InstanceUuid): Promise<void>;
}

/** A way to make a spawn fail. */
export interface SpawnFault {
  /** Breaks something: the arguments, or the world. `disarm` makes it whole. */
  arm(args: ArgsOf<'spawn'>): Promise<{ readonly args: ArgsOf<'spawn'>; disarm(): Promise<void> }>;
}

/** Time of a host that lives in simulated time; a real host leaves it out. */
export interface HostTime {
  /** Monotonic milliseconds. */
  now(): number;
  wait(ms: number): Promise<void>;
  /** Lets time pass until the promise settles. */
  settle<T>(work: Promise<T>): Promise<T>;
}

/** Another host of the same site, with storage of its own. */
export interface OtherHost {
  /** What it is called in the record of a move. */
  readonly name: string;
  /** What a source is told to bring files to it: it waits for those of every move. */
  readonly dest: string;
  readonly driver: ImplementedDriver;
  inspect(uuid: InstanceUuid): Promise<Facts>;
  sign(uuid: InstanceUuid): Promise<Sign>;
  /** From now on it says that it waits for files, and takes none; returns the way to mend that. */
  breakOff(): () => void;
}

export interface ContractHost {
  readonly driver: ImplementedDriver;
  readonly host: HostPort;
  readonly time?: HostTime;
  /** Complete arguments to spawn a new instance, each time another one, that this host can boot; with one interface at least. */
  newInstance(wishes?: Wishes): Promise<ArgsOf<'spawn'>>;
  inspect(uuid: InstanceUuid): Promise<Facts>;
  given(uuid: InstanceUuid): Promise<Given>;
  /** Waits for the next sign of life of a guest that runs: one that it gives after the call. */
  sign(uuid: InstanceUuid): Promise<Sign>;
  readonly outside: Outside;
  /** Ways to make a spawn fail, each at another step, by what goes wrong (`the image is damaged`). At least two. */
  readonly spawnFaults: Readonly<Record<string, SpawnFault>>;
  /** Takes the hypervisor away from the driver (its daemon is gone or hangs); returns the way to bring it back. */
  unreachable(): Promise<() => Promise<void>>;
  /** The other host, started when it is first asked for. */
  elsewhere(): Promise<OtherHost>;
  /** Cached images, by their hashes: which there are, one more that nobody uses, all of them older than they are, one less. */
  readonly imageCache: {
    files(): readonly string[];
    add(ageHours: number): Promise<string>;
    makeOld(ageHours: number): Promise<void>;
    remove(sha256: string): Promise<void>;
  };
  /** Hashes of the images that were made on this host and are whole, in any order. */
  images(): readonly string[];
  /**
   * Power actions that were done to the host so far, oldest first. `reboot` and `shutdown` are configured, each as something that is
   * written down, takes a while and does nothing; `startup` is not.
   */
  powerActions(): readonly string[];
  /** Warnings that the driver has logged so far, oldest first. */
  warnings(): readonly string[];
  close(): Promise<void>;
}
