/** One look at one domain. State, mark and flags never wait for a job; whoever must not look too early takes the barrier first. */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import {
  DomainJobType,
  DomainMetadataType,
  DomainModificationImpact,
  domainByUuid,
  isNoDomain,
  isNoDomainMetadata,
  isOperationInvalid,
} from '@chronovirt/libvirt';
import type { CallOptions, Domain, Libvirt } from '@chronovirt/libvirt';
import { markOf, namespace } from '../xml/metadata.ts';
import { parseXml } from '../xml/parse.ts';
import { describeState, isActive, mayHideAJob } from './state-words.ts';
import type { PowerSeen } from './state-words.ts';

/** What libvirt knows of an instance. `mark`: of the running domain; of the stored definition while it is off. */
export interface DomainSeen {
  readonly domain: 'absent' | 'defined' | 'transient';
  readonly power: PowerSeen['power'] | 'absent';
  readonly reason: string;
  readonly busy: string | null;
  /** A QEMU process stands behind it. */
  readonly active: boolean;
  readonly saved: boolean;
  readonly mark: Mark | null;
}

const absent: DomainSeen = {
  domain: 'absent',
  power: 'absent',
  reason: 'no domain',
  busy: null,
  active: false,
  saved: false,
  mark: null,
};

/** A look is made of several calls; when the state moved meanwhile, they may belong to different moments. */
const MOST_LOOKS = 5;

/** Looks at power alone: one call. */
export async function lookAtPower(
  libvirt: Libvirt,
  uuid: InstanceUuid,
  options: CallOptions,
): Promise<PowerSeen | null> {
  const domain = domainByUuid(uuid);
  const state = await libvirt.domainGetState(domain, 0, options).catch(nullIfGone);
  return state === null ? null : await withJob(libvirt, domain, state, options);
}

/** Looks at everything that libvirt knows of a domain. Throws when libvirt does not answer. */
export async function lookAtDomain(libvirt: Libvirt, uuid: InstanceUuid, options: CallOptions): Promise<DomainSeen> {
  const domain = domainByUuid(uuid);
  for (let look = 1; ; look += 1) {
    const before = await libvirt.domainGetState(domain, 0, options).catch(nullIfGone);
    if (before === null) return absent;
    const [persistent, saved, mark] = await Promise.all([
      libvirt.domainIsPersistent(domain, options).catch(nullIfGone),
      libvirt.domainHasManagedSaveImage(domain, 0, options).catch(nullIfGone),
      markNow(libvirt, domain, DomainModificationImpact.CURRENT, options).catch(nullIfGone),
    ]);
    const after = await libvirt.domainGetState(domain, 0, options).catch(nullIfGone);
    const still = after !== null && after.state === before.state && after.reason === before.reason;
    if (!still && look < MOST_LOOKS) continue;
    if (after === null || persistent === null) return absent;
    const seen = await withJob(libvirt, domain, after, options);
    const busy = still ? seen.busy : (seen.busy ?? 'changing');
    return {
      ...seen,
      busy,
      domain: persistent ? 'defined' : 'transient',
      active: isActive(seen),
      saved: saved === true,
      mark,
    };
  }
}

/** The mark of a domain: live or stored, as `impact` says. */
export async function markNow(
  libvirt: Libvirt,
  domain: Domain,
  impact: number,
  options: CallOptions,
): Promise<Mark | null> {
  try {
    return markOf(
      parseXml(await libvirt.domainGetMetadata(domain, DomainMetadataType.ELEMENT, namespace.run, impact, options)),
    );
  } catch (error) {
    if (isNoDomainMetadata(error)) return null;
    throw error;
  }
}

async function withJob(
  libvirt: Libvirt,
  domain: Domain,
  { state, reason }: { state: number; reason: number },
  options: CallOptions,
): Promise<PowerSeen> {
  const seen = describeState(state, reason);
  if (!mayHideAJob(state, reason)) return seen;
  // The destination of a migration refuses to tell of its job.
  const job = await libvirt
    .domainGetJobStats(domain, 0, options)
    .catch((error: unknown) => (isOperationInvalid(error) ? null : nullIfGone(error)));
  if (job?.type === DomainJobType.NONE) return { ...seen, busy: null };
  return { ...seen, busy: seen.busy ?? 'dumping' };
}

/** For `catch`: a domain that is gone is an answer. */
export function nullIfGone(error: unknown): null {
  if (isNoDomain(error)) return null;
  throw error;
}
