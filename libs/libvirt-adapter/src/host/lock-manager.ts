/**
 * Whether the daemon that answers here has the lock manager that the operator says it has. libvirt tells nobody; but it loads one as a
 * plugin when it starts and never lets go of it, and the kernel shows what a process has loaded. A file would prove nothing: it may have
 * been written since.
 *
 * Not checked, because nothing here can know it: the daemons of other hosts (each agent checks its own), a daemon that is started again
 * with other settings later, and whether the locks of all hosts meet in one place (`file_lockspace_dir`, sanlock's lockspace).
 */
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import { parseUri, unixSocketOf } from '@chronovirt/libvirt';
import { migrationPolicy } from '../migration/settings.ts';
import type { LibvirtDriverSettings, LockManager } from './settings.ts';

/** Those that run QEMU, and so hold its locks. */
const DAEMONS: ReadonlySet<string> = new Set(['libvirtd', 'virtqemud']);
/** Of a socket that takes connections, in /proc/net/unix. */
const LISTENS = 0x10000;

/** Throws `CONFIGURATION_INVALID` when the daemon has another one, or none; warns when that cannot be seen. */
export async function checkLockManager(settings: LibvirtDriverSettings): Promise<void> {
  const { lockManager } = migrationPolicy(settings);
  if (lockManager === 'none') return;
  const loaded = await loadedLockManager(settings.uri);
  if (loaded === null)
    return settings.log.warn(
      { field: 'liveMigration.lockManager', lockManager, uri: settings.uri },
      'which lock manager libvirt has cannot be seen from here; what the configuration says is taken for true',
    );
  if (loaded !== lockManager)
    throw new DriverError(
      'CONFIGURATION_INVALID',
      `liveMigration.lockManager: "${lockManager}" is said, but the libvirt that runs here has "${loaded}"; ` +
        `set lock_manager = "${lockManager}" in its qemu.conf and restart it, or say what it has`,
    );
}

/** What the running daemon behind a URI has loaded; null when it is not to be found, on another machine for instance, or not to be looked into. */
export async function loadedLockManager(uri: string): Promise<LockManager | null> {
  const socket = unixSocketOf(parseUri(uri));
  const pid = socket === null ? null : await daemonBehind(socket);
  const maps = pid === null ? null : await readFile(`/proc/${pid}/maps`, 'utf8').catch(notToBeSeen);
  if (maps === null) return null;
  return (/\/lock-driver\/(lockd|sanlock)\.so/.exec(maps)?.[1] as LockManager | undefined) ?? 'none';
}

/** The daemon that listens at a socket: among its own sockets, as it sees them, there is this very file. */
async function daemonBehind(socket: string): Promise<string | null> {
  const wanted = await stat(socket).catch(notToBeSeen);
  if (wanted === null) return null;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const program = await readlink(`/proc/${pid}/exe`).catch(notToBeSeen);
    // After an upgrade the program that runs is no longer the one with that name.
    if (program === null || !DAEMONS.has(basename(program.replace(/ \(deleted\)$/, '')))) continue;
    for (const path of await listeningAt(pid)) {
      const found = await stat(`/proc/${pid}/root${path}`).catch(notToBeSeen);
      if (found !== null && found.dev === wanted.dev && found.ino === wanted.ino) return pid;
    }
  }
  return null;
}

/** Paths, as a process sees them, of the unix sockets that it takes connections at. */
async function listeningAt(pid: string): Promise<string[]> {
  const table = (await readFile(`/proc/${pid}/net/unix`, 'utf8').catch(notToBeSeen)) ?? '';
  const own = new Set<string>();
  for (const fd of (await readdir(`/proc/${pid}/fd`).catch(notToBeSeen)) ?? []) {
    const inode = /^socket:\[(\d+)\]$/.exec((await readlink(`/proc/${pid}/fd/${fd}`).catch(notToBeSeen)) ?? '')?.[1];
    if (inode !== undefined) own.add(inode);
  }
  return table.split('\n').flatMap((line) => {
    const [, , , flags = '', , , inode = '', path = ''] = line.trim().split(/\s+/);
    return (Number.parseInt(flags, 16) & LISTENS) !== 0 && own.has(inode) && path.startsWith('/') ? [path] : [];
  });
}

/** For `catch`: a process may go while it is looked at, and another user's cannot be looked into. */
function notToBeSeen(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && ['ENOENT', 'ESRCH', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code)) return null;
  throw error;
}
