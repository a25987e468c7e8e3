/** Where the files of a move go: they stay in this directory (this host, or another that sees the same one), or go to another host. */
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { EffectContext, Migration } from '@chronovirt/contract';
import { PeerRefusedError, PeerUnreachableError, PeerUntrustedError } from '@chronovirt/peer';
import { nothingThere } from '../disks/whole-file.ts';
import type { HostServices } from '../host/host-services.ts';

export type Destination =
  | { readonly kind: 'here' }
  /** Another host that sees this very directory. */
  | { readonly kind: 'shared' }
  | { readonly kind: 'peer'; readonly peer: string; readonly migration: string };

/** The name of a probe file; its token is what the other host is asked for. */
export const probeName = (token: string): string => `.shared-${token}`;
const PROBE = /^\.shared-[0-9a-f]{32}$/;
/** A probe older than this is of a run that died. */
const PROBE_MS = 10 * 60_000;

/**
 * Finds out where the files go. Asks the other host before anything is touched, so that a lack of trust or a missing way to it shows
 * while the guest still runs. Throws `RESIZE_ERROR` when it cannot take the files.
 */
export async function destinationOf(
  host: HostServices,
  dest: string,
  migration: Migration | null,
  context: EffectContext,
): Promise<Destination> {
  const { peer: own, address } = host.settings;
  if (migration !== null && migration.sourceCompute === migration.destCompute) return { kind: 'here' };
  if (dest === own?.own || dest === address || dest === host.profile.hostname) return { kind: 'here' };
  if (own === undefined)
    throw new DriverError(
      'RESIZE_ERROR',
      `this host has no peer service, so nothing can be brought to ${dest}; configure one`,
    );
  if (migration === null)
    throw new DriverError('RESIZE_ERROR', `migration: a move to ${dest} has to be named, for it is asked for there`);
  const { signal } = context.permit;
  try {
    await own.client.expects(dest, migration.id, context.instance, signal);
    if (await seesOurFiles(host, dest, own.client, context)) return { kind: 'shared' };
  } catch (cause) {
    if (!isPeerError(cause)) throw cause;
    throw new DriverError('RESIZE_ERROR', `the destination cannot take the files: ${cause.message}`, {
      retry: cause.retry,
      cause,
    });
  }
  return { kind: 'peer', peer: dest, migration: migration.id };
}

type PeerError = PeerRefusedError | PeerUnreachableError | PeerUntrustedError;
export const isPeerError = (error: unknown): error is PeerError =>
  error instanceof PeerRefusedError || error instanceof PeerUnreachableError || error instanceof PeerUntrustedError;

/** Whether the other host sees a file that is made here for a moment. */
async function seesOurFiles(
  host: HostServices,
  peer: string,
  client: NonNullable<HostServices['settings']['peer']>['client'],
  context: EffectContext,
): Promise<boolean> {
  const { instancesDirectory } = host.settings;
  await removeOldProbes(instancesDirectory, context);
  const token = randomBytes(16).toString('hex');
  const probe = join(instancesDirectory, probeName(token));
  context.permit.check();
  await writeFile(probe, '', { flag: 'wx', mode: 0o600 });
  try {
    return await client.sees(peer, token, context.permit.signal);
  } finally {
    // Its name is this run's own: it goes also when the permit is gone.
    await rm(probe, { force: true });
  }
}

async function removeOldProbes(directory: string, context: EffectContext): Promise<void> {
  for (const name of (await readdir(directory)).filter((one) => PROBE.test(one))) {
    const made = await stat(join(directory, name)).catch(nothingThere);
    if (made === null || Date.now() - made.mtimeMs < PROBE_MS) continue;
    context.permit.check();
    await rm(join(directory, name), { force: true });
  }
}
