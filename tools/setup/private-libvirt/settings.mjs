/** The configuration files of a private libvirt host. Written once, when its directory is new; `host_uuid` stays for its life. */
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} dir
 * @param {{ hostname?: string, listenAddress?: string, hosts?: Record<string, string>, prepare?: string, settings?: string[] }} options
 */
export function writeSettings(dir, { hostname, listenAddress, hosts, prepare, settings = [] }) {
  for (const name of ['run', 'lib', 'etc', 'cache', 'log'])
    mkdirSync(join(dir, name), { recursive: true, mode: 0o755 });
  once(join(dir, 'etc/libvirtd.conf'), overridden(libvirtd(listenAddress), settings));
  once(join(dir, 'etc/qemu.conf'), qemu(listenAddress));
  once(join(dir, 'etc/virtlogd.conf'), 'log_outputs = "3:stderr"\n');
  if (hostname || hosts) writeFileSync(join(dir, 'hosts'), hostsFile(hosts ?? { [hostname ?? '']: '127.0.1.1' }));
  if (prepare) writeFileSync(join(dir, 'prepare.sh'), prepare);
  const filters = '/etc/libvirt/nwfilter';
  if (existsSync(filters) && !existsSync(join(dir, 'etc/nwfilter')))
    cpSync(filters, join(dir, 'etc/nwfilter'), { recursive: true });
}

/** Nobody but the owner reaches the socket: the directory above it is his, and so is the socket itself. @param {string} [listenAddress] */
function libvirtd(listenAddress) {
  const tcp = listenAddress ? `listen_tcp = 1\nlisten_addr = "${listenAddress}"\nauth_tcp = "none"\n` : '';
  return `host_uuid = "${randomUUID()}"
listen_tls = 0
${tcp}auth_unix_ro = "none"
auth_unix_rw = "none"
unix_sock_ro_perms = "0700"
unix_sock_rw_perms = "0700"
log_outputs = "3:file:/var/log/libvirt/libvirtd.log"
`;
}

/** A name that is given twice is refused by libvirt. @param {string} text @param {string[]} settings */
function overridden(text, settings) {
  const nameOf = (/** @type {string} */ line) => line.split('=', 1)[0]?.trim();
  const replaced = new Set(settings.map(nameOf));
  const kept = text.split('\n').filter((line) => line !== '' && !replaced.has(nameOf(line)));
  return [...kept, ...settings, ''].join('\n');
}

/**
 * QEMU runs as root without capabilities (libvirt's default): another user could not reach disks below a private home directory.
 * Ownership is not remembered in file attributes, since two hosts may see the same file.
 * @param {string} [listenAddress]
 */
function qemu(listenAddress) {
  return `user = "root"
group = "root"
security_driver = "none"
remember_owner = 0
${listenAddress ? `migration_address = "${listenAddress.includes(':') ? '::' : '0.0.0.0'}"\nvnc_listen = "${listenAddress}"\n` : ''}`;
}

/** @param {Record<string, string>} hosts */
function hostsFile(hosts) {
  return `127.0.0.1 localhost\n${Object.entries(hosts)
    .map(([name, address]) => `${address} ${name}\n`)
    .join('')}`;
}

/** @param {string} path @param {string} text */
function once(path, text) {
  if (!existsSync(path)) writeFileSync(path, text, { mode: 0o600 });
}
