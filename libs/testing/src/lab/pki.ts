/**
 * A host's certificates, where everything on it looks for them:
 *
 *   /etc/pki/CA, /etc/pki/libvirt   of the daemon, which is a client of the other host's, too
 *   /etc/pki/qemu                   of QEMU, for memory and disks that go from one to the other
 *   /etc/pki/chronovirt             of the agent: ca.pem, cert.pem, key.pem
 */
import { copyFileSync, mkdirSync, chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Authority } from './authority.ts';

export type PkiPart = 'libvirt' | 'qemu' | 'chronovirt';
type What = 'ca' | 'cert' | 'key';

const PLACES: Readonly<Record<PkiPart, Readonly<Record<string, What>>>> = {
  libvirt: {
    'CA/cacert.pem': 'ca',
    'libvirt/servercert.pem': 'cert',
    'libvirt/clientcert.pem': 'cert',
    'libvirt/private/serverkey.pem': 'key',
    'libvirt/private/clientkey.pem': 'key',
  },
  qemu: {
    'qemu/ca-cert.pem': 'ca',
    'qemu/server-cert.pem': 'cert',
    'qemu/client-cert.pem': 'cert',
    'qemu/server-key.pem': 'key',
    'qemu/client-key.pem': 'key',
  },
  chronovirt: { 'chronovirt/ca.pem': 'ca', 'chronovirt/cert.pem': 'cert', 'chronovirt/key.pem': 'key' },
};

/** Writes them below `own`, the host's directory, as all or some of its parts shall have them. */
export function layCertificates(
  own: string,
  authority: Authority,
  { name, address }: { readonly name: string; readonly address: string },
  parts: readonly PkiPart[] = ['libvirt', 'qemu', 'chronovirt'],
): void {
  const { certFile, keyFile } = authority.sign(name, [address, name]);
  const files: Readonly<Record<What, string>> = { ca: authority.caFile, cert: certFile, key: keyFile };
  for (const [place, what] of parts.flatMap((part) => Object.entries(PLACES[part]))) {
    const file = join(own, 'pki', place);
    mkdirSync(dirname(file), { recursive: true });
    copyFileSync(files[what], file);
    if (what === 'key') chmodSync(file, 0o600);
  }
}

/** Bash lines that make /etc/pki of a host: the machine need not have one, and its /etc is not touched. */
export function mountPki(own: string): string {
  return `mkdir -p '${own}/layer/pki'
mount -t overlay overlay -o 'lowerdir=${own}/layer:/etc' /etc
mount --bind '${own}/etc' /etc/libvirt
mount --bind '${own}/hosts' /etc/hosts
mount --bind '${own}/pki' /etc/pki`;
}
