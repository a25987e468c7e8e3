/** The settings of live migration, complete and found to go together; and how another host's libvirt is named. */
import { bracketed, DriverError } from '@chronovirt/contract';
import type { LiveMigrationSettings, LibvirtDriverSettings, LockManager } from '../host/settings.ts';

/** As `LiveMigrationSettings`, nothing left out; null = libvirt's or QEMU's own choice. */
export interface MigrationPolicy {
  readonly uri: string;
  readonly address: string;
  readonly bandwidthMiBps: number | null;
  readonly maxDowntimeMs: number | null;
  readonly autoConverge: boolean;
  readonly postCopy: boolean;
  readonly forceComplete: 'pause' | 'postCopy';
  readonly landing: 'paused' | 'running';
  readonly lockManager: LockManager;
  readonly nativeTls: boolean;
  readonly trustSharedStorage: boolean;
}

/** Throws `CONFIGURATION_INVALID`. */
export function migrationPolicy({ liveMigration = {}, address }: LibvirtDriverSettings): MigrationPolicy {
  const given: LiveMigrationSettings = liveMigration;
  const policy: MigrationPolicy = {
    uri: given.uri ?? 'qemu+tcp://%s/system',
    address: given.address ?? address,
    bandwidthMiBps: given.bandwidthMiBps ?? null,
    maxDowntimeMs: given.maxDowntimeMs ?? null,
    autoConverge: given.autoConverge ?? false,
    postCopy: given.postCopy ?? false,
    forceComplete: given.forceComplete ?? (given.postCopy === true ? 'postCopy' : 'pause'),
    landing: given.landing ?? 'paused',
    lockManager: given.lockManager ?? 'none',
    nativeTls: given.nativeTls ?? false,
    trustSharedStorage: given.trustSharedStorage ?? false,
  };
  if (!policy.uri.includes('%s')) throw invalid('uri', 'expected %s where the address of the other host goes');
  if (policy.postCopy && policy.landing === 'paused')
    throw invalid('postCopy', 'needs landing "running", since the guest runs over there before its memory has come');
  if (policy.landing === 'running' && policy.lockManager === 'none')
    throw invalid(
      'landing',
      '"running" can leave two copies of a guest running, unless libvirt has a lock manager: set lock_manager in the qemu.conf of ' +
        'every host and say which in liveMigration.lockManager ("lockd" or "sanlock"), or leave landing at "paused"',
    );
  if (policy.forceComplete === 'postCopy' && !policy.postCopy)
    throw invalid('forceComplete', '"postCopy" needs postCopy to be allowed');
  return policy;
}

const invalid = (field: string, why: string): DriverError =>
  new DriverError('CONFIGURATION_INVALID', `liveMigration.${field}: ${why}`);

const HOST = /^(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?|[0-9a-f:]*:[0-9a-f:.]+)$/i;

/** Throws `HOST_NAME_INVALID` for what is no name and no address of a host. */
export function checkHostName(field: string, host: string): void {
  if (!HOST.test(host))
    throw new DriverError(
      'HOST_NAME_INVALID',
      `${field}: expected the name or address of a host, got ${JSON.stringify(host)}`,
    );
}

/** libvirt on another host. */
export const libvirtAt = ({ uri }: MigrationPolicy, host: string): string => uri.replaceAll('%s', bracketed(host));

/** Where that host's QEMU takes the guest's memory in; libvirt chooses the port. */
export const memoryAt = (host: string): string => `tcp://${bracketed(host)}`;
