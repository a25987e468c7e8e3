/**
 * Whether this host and another's libvirt believe each other, found out before anything is touched. This host's own daemon makes the
 * connection of a move; it has the same certificates as we unless its configuration says otherwise.
 *
 * A daemon that is merely away says nothing: it may be back by the time that the move needs it.
 */
import { DriverError } from '@chronovirt/contract';
import { Libvirt, LibvirtConnectError, LibvirtUsageError, parseUri } from '@chronovirt/libvirt';
import type { HostServices } from '../host/host-services.ts';
import { libvirtAt, migrationPolicy } from './settings.ts';

/** Throws `MIGRATION_PRE_CHECK_ERROR` with what is wrong, and where. `to`: address of the other host. */
export async function checkTrust(
  host: HostServices,
  to: string,
  context: { readonly signal: AbortSignal } | { readonly permit: { readonly signal: AbortSignal } },
): Promise<void> {
  const signal = 'signal' in context ? context.signal : context.permit.signal;
  const uri = libvirtAt(migrationPolicy(host.settings), to);
  if (!isByTls(uri)) return;
  try {
    const libvirt = await Libvirt.connect({ uri, signal });
    await libvirt.close({ graceMs: 500 });
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof LibvirtConnectError)) throw cause;
    if (cause.phase !== 'trust') return;
    throw new DriverError(
      'MIGRATION_PRE_CHECK_ERROR',
      `${host.profile.hostname} and the libvirt at ${uri} do not believe each other: ${cause.message}`,
      { cause },
    );
  }
}

/** Others (ssh) are known to libvirt alone. */
function isByTls(uri: string): boolean {
  try {
    return parseUri(uri).transport === 'tls';
  } catch (error) {
    if (error instanceof LibvirtUsageError) return false;
    throw error;
  }
}
