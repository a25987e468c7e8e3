import type { ImageSource } from '@chronovirt/images';
import type { PeerClient } from '@chronovirt/peer';
import type { Log } from '@chronovirt/runtime';

/** What a host's driver is told when it is made; everything else it finds out. */
export interface LibvirtDriverSettings {
  /** libvirt URI: `qemu:///system`, or with `?socket=` for a daemon of one's own. */
  readonly uri: string;
  /** Where instances, and images below `_base`, lie. Readable for the user that QEMU runs as. */
  readonly instancesDirectory: string;
  readonly images: ImageSource;
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
  /** Commands (program and arguments) that do a power action to this host; without one the action is refused. */
  readonly powerCommands?: {
    readonly reboot?: readonly string[] | undefined;
    readonly shutdown?: readonly string[] | undefined;
    readonly startup?: readonly string[] | undefined;
  };
}
