import { DomainUndefineFlag, isNoDomain } from '@chronovirt/libvirt';
import type { Hands } from './hands.ts';

/**
 * Takes a domain that is off out of libvirt, with its saved memory and its snapshots' records; firmware variables go or stay as the
 * disks do. A domain that is not there, or was transient, is out.
 */
export async function undefine(hands: Hands, { keepFiles }: { readonly keepFiles: boolean }): Promise<void> {
  const seen = await hands.lookAtPower();
  if (seen === null) return;
  const { MANAGED_SAVE, SNAPSHOTS_METADATA, CHECKPOINTS_METADATA, NVRAM, KEEP_NVRAM } = DomainUndefineFlag;
  const flags = MANAGED_SAVE | SNAPSHOTS_METADATA | CHECKPOINTS_METADATA | (keepFiles ? KEEP_NVRAM : NVRAM);
  try {
    await hands.act((libvirt, domain, options) => libvirt.domainUndefineFlags(domain, flags, options), 'urgent');
  } catch (error) {
    if (!isNoDomain(error)) throw error;
  }
}
