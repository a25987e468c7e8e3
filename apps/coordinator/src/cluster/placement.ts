/**
 * Where an instance goes: hosts that cannot take it are left out, each with the reason; of the others the one with most memory free
 * after it wins (spreading; vCPUs break a tie). A claim counts from the decision on, not from the guest's start.
 */
import type { Flavor, HostReport, InstanceSpec } from '@chronovirt/contract';

/**
 * What placement knows of a host: its last report, whether it is alive, why its history keeps it closed (it knows who closed it and what for,
 * and a report says only that it is), and what instances placed there claim in all.
 */
export interface Candidate {
  readonly report: HostReport;
  readonly alive: boolean;
  readonly closed: string | null;
  readonly claimed: Claim;
}

export interface Claim {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
}

/** How far a host may be filled beyond its size. Nova's defaults for vCPUs; memory and disk are never promised twice. */
export interface Ratios {
  readonly vcpus: number;
  readonly memory: number;
  readonly disk: number;
  /** MiB kept for the host itself. */
  readonly reservedMemoryMiB: number;
}

export const defaultRatios: Ratios = { vcpus: 16, memory: 1, disk: 1, reservedMemoryMiB: 512 };

export type Placement =
  | { readonly kind: 'placed'; readonly host: string }
  | { readonly kind: 'none'; readonly reasons: ReadonlyMap<string, string> };

/** What an instance claims on a host. */
export function claimOf(flavor: Flavor): Claim {
  return {
    vcpus: flavor.vcpus,
    memoryMiB: flavor.memoryMiB,
    diskGiB: flavor.rootGiB + flavor.ephemeralGiB + flavor.swapMiB / 1024,
  };
}

/** What is asked of a placement. `only`: the host that was asked for; `not`: hosts that are out of the question, `because`. */
export interface Ask {
  readonly only: string | null;
  readonly not: readonly string[];
  /** The build has failed there already, where nothing else is said. */
  readonly because?: string;
}

/** Chooses a host; or tells why none will do, host by host (about the one that was asked for alone). */
export function choose(
  spec: InstanceSpec,
  candidates: Iterable<Candidate>,
  ask: Ask,
  ratios = defaultRatios,
): Placement {
  const claim = claimOf(spec.flavor);
  const reasons = new Map<string, string>();
  let best: { host: string; memory: number; vcpus: number } | null = null;
  for (const candidate of candidates) {
    const { host } = candidate.report;
    if (ask.only !== null && ask.only !== host) continue;
    const why = unfit(candidate, claim, ask, ratios);
    if (why !== null) {
      reasons.set(host, why);
      continue;
    }
    const memory = free(candidate, ratios).memoryMiB - claim.memoryMiB;
    const vcpus = free(candidate, ratios).vcpus - claim.vcpus;
    if (best === null || memory > best.memory || (memory === best.memory && vcpus > best.vcpus))
      best = { host, memory, vcpus };
  }
  if (best !== null) return { kind: 'placed', host: best.host };
  if (ask.only !== null && !reasons.has(ask.only)) reasons.set(ask.only, 'no agent of that name has reported');
  return { kind: 'none', reasons };
}

function free({ report, claimed }: Candidate, ratios: Ratios): Claim {
  return {
    vcpus: report.vcpus * ratios.vcpus - claimed.vcpus,
    memoryMiB: (report.memoryMiB - ratios.reservedMemoryMiB) * ratios.memory - claimed.memoryMiB,
    diskGiB: Math.min(report.diskGiB * ratios.disk - claimed.diskGiB, report.freeDiskGiB),
  };
}

function unfit(candidate: Candidate, claim: Claim, ask: Ask, ratios: Ratios): string | null {
  const { report } = candidate;
  if (ask.not.includes(report.host)) return ask.because ?? 'the build has failed there already';
  if (!candidate.alive) return 'its agent has not reported lately';
  if (candidate.closed !== null) return candidate.closed;
  if (!report.enabled) return 'its own agent says that it takes no new instances';
  if (report.waitingFor !== null) return `it cannot serve now: ${report.waitingFor}`;
  if (!report.implements.includes('spawn')) return 'its driver starts no instances';
  const room = free(candidate, ratios);
  if (room.vcpus < claim.vcpus) return `${claim.vcpus} vCPUs wanted, ${Math.max(0, Math.floor(room.vcpus))} free`;
  if (room.memoryMiB < claim.memoryMiB)
    return `${claim.memoryMiB} MiB of memory wanted, ${Math.max(0, Math.floor(room.memoryMiB))} free`;
  if (room.diskGiB < claim.diskGiB)
    return `${claim.diskGiB} GiB of disk wanted, ${Math.max(0, Math.floor(room.diskGiB))} free`;
  return null;
}

/** The reasons as one sentence for a history. */
export function explainNone(reasons: ReadonlyMap<string, string>): string {
  if (reasons.size === 0) return 'no host has reported yet; start an agent';
  return `no host can take it: ${[...reasons].map(([host, why]) => `${host}: ${why}`).join('; ')}`.slice(0, 900);
}
