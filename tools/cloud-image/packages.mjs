/** What the cloud image is made of: the packages of Debian 12's own `genericcloud` image, less what only UEFI and people at a shell need. */

/** The release; images of others are made the same way, but boot loader and cloud-init differ. */
export const SUITE = 'bookworm';

export const PACKAGES = [
  'init',
  'udev',
  'linux-image-cloud-amd64',
  'zstd', // the kernel's modules and initramfs
  'grub-pc-bin', // boots from BIOS
  'grub-common', // grub-mkimage
  'cloud-init',
  'cloud-guest-utils', // growpart; the official image grows its root from the initramfs too, which drags in image tools
  'netplan.io', // what cloud-init writes the network for
  'systemd-resolved',
  'systemd-timesyncd',
  'libpam-systemd',
  'libnss-myhostname',
  'dbus',
  'polkitd',
  'openssh-server',
  'sudo',
  'apparmor',
  'netbase',
  'iproute2',
  'iputils-ping',
  'less',
  'ca-certificates',
];
