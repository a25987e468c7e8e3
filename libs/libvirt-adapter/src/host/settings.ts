import type { ImageFetcher, ImageSink, ImageSource } from '@chronovirt/images';
import type { PeerClient } from '@chronovirt/peer';
import type { Log } from '@chronovirt/runtime';

/** What keeps libvirt from running a guest on a disk that a guest on another host runs on. */
export type LockManager = 'none' | 'lockd' | 'sanlock';

/** How guests move to other hosts while they run; what is left out is as it says. */
export interface LiveMigrationSettings {
  /** libvirt URI of another host, `%s` for its address; this host's daemon has to reach it. Default `qemu+tcp://%s/system`. */
  readonly uri?: string;
  /** Address under which other hosts' daemons reach this one for it. Default: `address`. */
  readonly address?: string;
  /** MiB per second that one move may take. Default: as much as there is. */
  readonly bandwidthMiBps?: number;
  /** How long a guest may stand still at the end of the copy, in milliseconds. Default: QEMU's own, 300. */
  readonly maxDowntimeMs?: number;
  /** A guest that writes faster than it is copied is slowed down. Default: false. */
  readonly autoConverge?: boolean;
  /** A move may be switched to post-copy; needs `landing: "running"`, and with it a lock manager. Default: false. */
  readonly postCopy?: boolean;
  /** How a move is brought to its end at any price. Default: `postCopy` where that is allowed, else `pause`. */
  readonly forceComplete?: 'pause' | 'postCopy';
  /**
   * Who lets the guest go on where it arrives. `paused` (default): its new owner. `running`: libvirt by itself; should the network fail
   * at that very moment, both hosts run it, unless libvirt has a lock manager that forbids it: refused without `lockManager`.
   */
  readonly landing?: 'paused' | 'running';
  /** What the operator says of `lock_manager` in the qemu.conf of every host; `initHost` checks it of this one where it can. Default: `none`. */
  readonly lockManager?: LockManager;
  /**
   * The guest's memory and disks go encrypted, from QEMU to QEMU (Nova: `live_migration_with_native_tls`); the same on every host, each
   * with certificates where its libvirt looks for them. Default: false.
   */
  readonly nativeTls?: boolean;
  /** The operator knows that storage which both hosts see is safe for a move, though libvirt does not. Default: false. */
  readonly trustSharedStorage?: boolean;
}

/** What a host's driver is told when it is made; everything else it finds out. */
export interface LibvirtDriverSettings {
  /** libvirt URI: `qemu:///system`, or with `?socket=` for a daemon of one's own. */
  readonly uri: string;
  /** Where instances, and images below `_base`, lie. Readable for the user that QEMU runs as. */
  readonly instancesDirectory: string;
  readonly images: ImageSource;
  /** Other hosts, asked for an image that neither this host nor `images` has. Without it nobody is. */
  readonly imagePeers?: ImageFetcher;
  /** Where images that were made here go besides. Without it they are on this host alone, and end with it. */
  readonly imageSink?: ImageSink;
  /** What a real probe found: whether guests run with the CPU's help. */
  readonly acceleration: { readonly kind: 'kvm' | 'tcg'; readonly why: string };
  /** Address under which other hosts reach this one. */
  readonly address: string;
  readonly log: Log;
  /** Name of the NAT network that `initHost` sees to; null = none is made. Default `chronovirt`. */
  readonly natNetwork?: string | null;
  /** Seconds that a soft reboot waits for the guest. Default 120. */
  readonly softRebootSeconds?: number;
  /** How files get to other hosts: this host's own peer service as `address:port`, and the client for those of others. Without it nothing moves away. */
  readonly peer?: { readonly own: string; readonly client: PeerClient };
  /** How guests move to other hosts while they run. */
  readonly liveMigration?: LiveMigrationSettings;
  /** Seconds after which a cached image that nobody uses may be removed. Default: a day. */
  readonly imageCacheAgeSeconds?: number;
  /** Commands (program and arguments) that do a power action to this host; without one the action is refused. */
  readonly powerCommands?: {
    readonly reboot?: readonly string[] | undefined;
    readonly shutdown?: readonly string[] | undefined;
    readonly startup?: readonly string[] | undefined;
  };
}
