import type { ImageSource } from '@chronovirt/images';
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
}
