/** Where a move leads. */
import { addressAndPort, type Flavor, type HostReport } from '@chronovirt/contract';
import { choose, explainNone, type Candidate } from '../placement.ts';
import { failed, type Move } from './move.ts';

const needed = {
  live: ['preLiveMigration', 'postLiveMigrationAtDestination'],
  cold: ['finishMigration'],
  evacuate: ['spawn', 'reboot'],
  return: ['spawn', 'reboot'],
} as const;

/** With the pauses between them about two minutes. */
const TRIES_BEFORE_ALL = 8;

/** Chooses the destination; what the step after it needs of its report is kept. */
export async function placeMove(move: Move): Promise<Record<string, unknown>> {
  const { plan, tools } = move;
  // Its disks are there: no other host can go on with them, and its room was never given away.
  if (plan.kind === 'return') return { host: plan.source, found: { shared: true } };
  const spec = await move.spec();
  const flavor = (plan.request['flavor'] as Flavor | undefined) ?? spec.flavor;
  const all = [...tools.candidates()];
  const storage = tools.storageOf(plan.source);
  const reasons = new Map<string, string>();
  const fit = all.filter((candidate) => {
    const why = unfit(candidate, move, storage);
    if (why !== null) reasons.set(candidate.report.host, why);
    return why === null;
  });
  const asked = plan.request['host'];
  const only = typeof asked === 'string' ? asked : null;
  // Once its host was fenced an evacuation only goes forward: after a while those that could not take it are asked again.
  const isFenced = plan.kind === 'evacuate' && plan.hostsTried.length > 0;
  const not = isFenced && plan.tries >= TRIES_BEFORE_ALL ? [] : plan.hostsTried;
  const placement = choose({ ...spec, flavor }, fit, { only, not }, tools.ratios);
  if (placement.kind === 'none') {
    // Why a host was not even asked matters more than that it was not found.
    const why = new Map([...placement.reasons, ...[...reasons].filter(([host]) => only === null || only === host)]);
    throw failed(
      'NO_VALID_HOST',
      explainNone(why),
      isFenced ? { again: true, awaiting: 'a host that can take it' } : {},
    );
  }
  const { report } = all.find((candidate) => candidate.report.host === placement.host) as Candidate;
  return {
    host: placement.host,
    found: {
      shared: isOn(storage, report),
      address: report.peer === undefined ? (report.address ?? report.host) : addressAndPort(report.peer),
    },
  };
}

/** `storage`: that the source shares with others, or null. */
function unfit({ report }: Candidate, { plan }: Move, storage: string | null): string | null {
  if (report.host === plan.source) return 'the instance is there';
  const missing = needed[plan.kind].filter((method) => !report.implements.includes(method));
  if (missing.length > 0) return `its driver does not have ${missing.join(', ')}`;
  if (plan.kind === 'evacuate' && !isOn(storage, report) && plan.request['fromImage'] !== true)
    return `it does not share ${plan.source}'s storage, so the disk is out of its reach; from its image the guest could be made anew, and what was on its disk would be lost`;
  if (plan.kind === 'cold' && report.peer === undefined) return 'its agent takes no files from other agents';
  if (plan.kind === 'live' && report.address === undefined) return 'no other host reaches it';
  return null;
}

const isOn = (storage: string | null, { sharedStorage }: HostReport): boolean =>
  storage !== null && storage === sharedStorage;

/** Whether another host than those tried could be chosen. */
export function couldGoElsewhere(move: Move, without: string): boolean {
  if (typeof move.plan.request['host'] === 'string') return false;
  const { plan, tools, input } = move;
  const all = [...tools.candidates()];
  const storage = tools.storageOf(plan.source);
  const fit = all.filter((candidate) => unfit(candidate, move, storage) === null);
  return choose(input.spec, fit, { only: null, not: [...plan.hostsTried, without] }, tools.ratios).kind === 'placed';
}
