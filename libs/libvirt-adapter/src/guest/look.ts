/** One look at one domain. State, mark and flags never wait for a job; whoever must not look too early takes the barrier first. */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import {
  DomainJobOperation,
  DomainJobType,
  DomainMetadataType,
  DomainModificationImpact,
  domainByUuid,
  isNoDomain,
  isNoDomainMetadata,
  isOperationInvalid,
  isUnsupported,
} from '@chronovirt/libvirt';
import type { CallOptions, Domain, Libvirt, TypedParams } from '@chronovirt/libvirt';
import { markOf, movedByOf, namespace } from '../xml/metadata.ts';
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
  /** The operation that set out to move the guest to another host; null when none did. */
  readonly movedBy: Mark | null;
}

const absent: DomainSeen = {
  domain: 'absent',
  power: 'absent',
  reason: 'no domain',
  busy: null,
  active: false,
  saved: false,
  mark: null,
  movedBy: null,
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
    const [persistent, saved, run] = await Promise.all([
      libvirt.domainIsPersistent(domain, options).catch(nullIfGone),
      libvirt.domainHasManagedSaveImage(domain, 0, options).catch(nullIfGone),
      runNow(libvirt, domain, DomainModificationImpact.CURRENT, options).catch(nullIfGone),
    ]);
    const { mark, movedBy } = run ?? nobody;
    // Asked for in between: a job that ended just now has left its state behind, and that shows in what follows.
    const seen = await withJob(libvirt, domain, before, options, movedBy !== null).catch(nullIfGone);
    const after = await libvirt.domainGetState(domain, 0, options).catch(nullIfGone);
    const still = after !== null && after.state === before.state && after.reason === before.reason;
    if (!still && look < MOST_LOOKS) continue;
    if (after === null || persistent === null || seen === null) return absent;
    const now = still ? seen : describeState(after.state, after.reason);
    return {
      ...now,
      busy: still ? now.busy : (now.busy ?? 'changing'),
      domain: persistent ? 'defined' : 'transient',
      active: isActive(now),
      saved: saved === true,
      mark,
      movedBy,
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
  return (await runNow(libvirt, domain, impact, options)).mark;
}

/** What the metadata say of a run. */
interface RunSeen {
  readonly mark: Mark | null;
  readonly movedBy: Mark | null;
}
const nobody: RunSeen = { mark: null, movedBy: null };

async function runNow(libvirt: Libvirt, domain: Domain, impact: number, options: CallOptions): Promise<RunSeen> {
  try {
    const { ELEMENT } = DomainMetadataType;
    const run = parseXml(await libvirt.domainGetMetadata(domain, ELEMENT, namespace.run, impact, options));
    return { mark: markOf(run), movedBy: movedByOf(run) };
  } catch (error) {
    if (isNoDomainMetadata(error)) return nobody;
    throw error;
  }
}

/** `mayMove`: somebody has set out to move the guest, which no state shows as long as it runs. */
async function withJob(
  libvirt: Libvirt,
  domain: Domain,
  { state, reason }: { state: number; reason: number },
  options: CallOptions,
  mayMove = false,
): Promise<PowerSeen> {
  const seen = describeState(state, reason);
  const hidden = mayHideAJob(state, reason);
  if (!hidden && !(mayMove && seen.busy === null && isActive(seen))) return seen;
  // The destination of a migration refuses to tell of its job.
  const job = await libvirt
    .domainGetJobStats(domain, 0, options)
    .catch((error: unknown) => (isUnsupported(error) || isOperationInvalid(error) ? null : nullIfGone(error)));
  if (job !== null && isMovingAway(job)) return { ...seen, busy: 'migrating' };
  if (job?.type === DomainJobType.NONE || !hidden) return { ...seen, busy: null };
  return { ...seen, busy: seen.busy ?? 'dumping' };
}

/** Whether a job that runs takes the guest to another host. */
export function isMovingAway({ type, params }: { readonly type: number; readonly params: TypedParams }): boolean {
  const runs = type === DomainJobType.BOUNDED || type === DomainJobType.UNBOUNDED;
  return runs && Number(params['operation'] ?? 0) === DomainJobOperation.MIGRATION_OUT;
}

/** For `catch`: a domain that is gone is an answer. */
export function nullIfGone(error: unknown): null {
  if (isNoDomain(error)) return null;
  throw error;
}
