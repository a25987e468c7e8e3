/** The rule that has to hold whatever dies: how a guest may end, and what it has to do afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Turn } from '../start/api.ts';
import type { LabHost } from '../lab/lab-host.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import { leftOfInstances } from '../lab/leftovers.ts';
import type { Fault } from './faults.ts';
import { aliveHosts, rests, type Guest, type View } from './guest.ts';
import type { Hypervisors, Seen, Watched } from './hypervisors.ts';
import { settles } from './operation.ts';
import { storyTable } from './story-table.ts';

/** From the strike until everything rests. */
export const LIMIT_MS = 120_000;
/** What agreed has to agree a while later, too. */
const HOLDS_MS = 1_500;

/**
 * Waits until every part is back, nothing is under way, and what is recorded is what both libvirts show, for a while. `without`: a host
 * that is off, and stays so.
 */
async function settled(
  guest: Guest,
  hypervisors: Hypervisors,
  began: number,
  without: LabHost | null = null,
): Promise<View> {
  let last = 'nobody answered';
  const look = async (): Promise<View | null> => {
    const view = await guest.view();
    const seen = await hypervisors.see(guest.uuid);
    const away = await partsAway(guest.system, without);
    const { state, host, effect, awaiting, migration, failure } = view;
    last = JSON.stringify({ state, host, effect, awaiting, migration, failure, seen, away });
    return away.length === 0 && rests(view) && agrees(view, seen, without) ? view : null;
  };
  const timeoutMs = Math.max(1, began + LIMIT_MS - performance.now());
  return settles('everything rests and is as recorded', timeoutMs, async () => {
    if ((await look()) === null) return null;
    await delay(HOLDS_MS);
    return look();
  }).catch((error: unknown) => {
    throw new Error(`no rest within ${LIMIT_MS / 1000} s: ${last}`, { cause: error });
  });
}

/** What does not serve (any more, or again). */
async function partsAway(system: LabSystem, without: LabHost | null): Promise<string[]> {
  const alive = await aliveHosts(system);
  const serving = system.hosts.filter((host) => host !== without);
  // An agent that was killed counts as alive until it has been silent for a while.
  return serving.flatMap(({ name, host, serves }) => [
    ...(alive.includes(name) && serves ? [] : [`agent of ${name}`]),
    ...(host.isOn && host.pid !== undefined ? [] : [`libvirtd of ${name}`]),
  ]);
}

function agrees({ power, host }: View, seen: Readonly<Record<string, Seen>>, without: LabHost | null): boolean {
  return Object.entries(seen).every(([name, what]) =>
    name === without?.name ? what === null : name === host ? what === power : what === 'off' || what === 'absent',
  );
}

export interface Verdict {
  /** Null: it came to no rest. */
  readonly view: View | null;
  /** From `began` to rest. */
  readonly seconds: number;
  /** What was stored since `turnsBefore`, before the next command. */
  readonly turns: readonly Turn[];
  readonly problems: readonly string[];
}

/** Everything that has to hold of a guest once the blow has fallen, up to the next command. `fault`: null = none struck. */
export async function judge(
  guest: Guest,
  hypervisors: Hypervisors,
  fault: Fault | null,
  began: number,
  turnsBefore: number,
  without: LabHost | null = null,
): Promise<Verdict> {
  const problems: string[] = [];
  const note = (error: unknown): void => void problems.push(error instanceof Error ? error.message : String(error));
  const view = await settled(guest, hypervisors, began, without).catch((error: unknown) => (note(error), null));
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  const turns = (await guest.history()).slice(turnsBefore);
  if (view !== null) problems.push(...wrongEnd(view, fault, turns));
  await verified(guest).then((found) => problems.push(...found), note);
  guest.limit(LIMIT_MS);
  if (view !== null) await nextCommand(guest, view, without).catch(note);
  return { view, seconds, turns, problems };
}

/** Waits until no host holds anything of an instance; what is left then. */
export async function leftBehind(system: LabSystem, withinMs: number): Promise<string[]> {
  await settles('nothing is left', withinMs, () => leftOfInstances(system).length === 0).catch(() => undefined);
  return leftOfInstances(system);
}

/** An end that nobody may bring about: a guest that ran has to run, or was killed, and then its history says that it was seen off. */
function wrongEnd({ state, power, failure }: View, fault: Fault | null, turns: readonly Turn[]): string[] {
  if (power === 'on' && state !== 'failed') return [];
  const why = failure === null ? '' : `: ${failure.method} ${failure.code} ${failure.message}`;
  if (fault?.killsGuest !== true) return [`it ran, nobody killed it, and it is ${state} (${String(power)})${why}`];
  const isTold = turns.some(({ message }) => message.events.some(({ type }) => /^observed\.|\.failed$/.test(type)));
  return isTold ? [] : [`it is ${state} (${String(power)}), and its history does not say how that came`];
}

async function verified({ system, uuid }: Guest): Promise<string[]> {
  const answer = await system.api.get<{ ok: boolean }>(`/v1/instances/${uuid}/verify`);
  return answer.ok ? [] : [`its history does not fold: ${JSON.stringify(answer).slice(0, 300)}`];
}

/** That it is no husk: the next command is taken and done. */
async function nextCommand(guest: Guest, { state, host }: View, without: LabHost | null): Promise<void> {
  if (host === without?.name) return leave(guest, without);
  const chains: Readonly<Record<string, readonly string[]>> = {
    running: ['pause', 'unpause'],
    paused: ['unpause'],
    stopped: ['start'],
    resized: ['confirmResize'],
    rescued: ['unrescue'],
    shelved: ['unshelve'],
    offloaded: ['unshelve'],
    trashed: ['restore'],
    // A guest of which nothing is left is made anew; every other one is repaired.
    failed: [(await guest.refusal('hardReboot')) === 'guestThere' ? 'rebuild' : 'hardReboot'],
  };
  const chain = chains[state];
  if (chain === undefined) throw new Error(`nothing is known that takes it out of ${state}`);
  for (const name of chain) await guest.order(name);
  const after = await guest.view();
  if (state !== 'resized' && after.state !== 'running')
    throw new Error(`after ${chain.join(' and ')} it is ${after.state}, not running`);
}

/** What is still a lost host's can only be evacuated; it is ordered until the other one, just back, is seen to take it. */
async function leave(guest: Guest, lost: LabHost): Promise<void> {
  await settles(`it is evacuated from ${lost.name}`, guest.leftMs, async () => {
    await guest.order('evacuate');
    return (await guest.view()).host !== lost.name;
  });
}

/** The chain of events, for whoever has to find out why. */
export const storyOf = async (guest: Guest): Promise<string> =>
  storyTable((await guest.history().catch((): Turn[] => [])).toSorted((a, b) => a.message.at - b.message.at));

export function ranTwice({ both }: Watched, guest: Guest): string[] {
  const times = both.filter(({ uuid }) => uuid === guest.uuid);
  return times.length === 0
    ? []
    : [`it ran on both hosts ${times.length} times, first ${times[0]?.atMs} ms after the beginning`];
}
