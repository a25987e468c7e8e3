/** One cell: an operation on a guest of its own, struck by a fault at a point; then the rule that has to hold whatever dies. */
import { setTimeout as delay } from 'node:timers/promises';
import { historyTable } from '../start/history-table.ts';
import type { Turn } from '../start/api.ts';
import { leftOfInstances } from '../lab/leftovers.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import type { Fault, Struck } from './faults.ts';
import { aliveHosts, Guest, rests, type View } from './guest.ts';
import { Hypervisors, type Seen, type Watched } from './hypervisors.ts';
import { Refused, settles, snapshotName, type Operation } from './operations.ts';
import { Recorder } from './recorder.ts';
import { kindOf, pointText, stepsOf, type Point, type Step } from './steps.ts';

/** From the strike until everything rests. */
export const LIMIT_MS = 120_000;
const GONE_MS = 45_000;
/** What agreed has to agree a while later, too. */
const HOLDS_MS = 1_500;

export interface Row {
  readonly operation: string;
  readonly fault: string;
  readonly step: string;
  /** State and host, as recorded. */
  readonly end: string;
  /** From the strike to rest. */
  readonly seconds: number;
  readonly isStruck: boolean;
  readonly samples: number;
  readonly oneSided: number;
  /** Empty: the rule holds. */
  readonly problems: readonly string[];
}

export interface CellResult {
  readonly row: Row;
  /** Of a clean run. */
  readonly steps: readonly Step[];
  /** The chain of events, for whoever has to find out why. */
  readonly story: string;
  /** Something is left: the next cell needs another lab. */
  readonly isDirty: boolean;
}

let count = 0;

/** Without a fault it is the clean run that steps are chosen from. */
export async function runCell(
  system: LabSystem,
  operation: Operation,
  blow: { readonly fault: Fault; readonly point: Point } | null,
): Promise<CellResult> {
  const problems: string[] = [];
  const note = (error: unknown): void => void problems.push(error instanceof Error ? error.message : String(error));
  const guest = await Guest.create(system, `matrix-${process.pid}-${(count += 1)}`, operation.needsBoot);
  const before = (await guest.history()).length;
  const hypervisors = new Hypervisors(system.a.host, system.b.host);
  hypervisors.watch(guest.uuid);
  const striking = blow === null ? null : await Striking.arm(system, guest, blow.fault, blow.point);
  guest.limit(LIMIT_MS + 60_000);
  try {
    await operation.perform(guest).catch((error: unknown) => {
      if (!(error instanceof Refused) || striking?.at === null || striking === null) note(error);
    });
    await striking?.disarm().catch(note);
    // An operation that was broken off may leave a host without power.
    for (const { name, host } of system.hosts) if (!host.isOn) await system.carry('on', name).catch(note);
    const began = striking?.at ?? performance.now();
    const view = await settled(system, guest, hypervisors, began).catch((error: unknown) => (note(error), null));
    const seconds = Math.round((performance.now() - began) / 100) / 10;
    const steps = stepsOf((await guest.history()).slice(before));
    if (view !== null) problems.push(...wrongEnd(view, blow?.fault ?? null, (await guest.history()).slice(before)));
    await verified(guest).then((found) => problems.push(...found), note);
    guest.limit(LIMIT_MS);
    if (view !== null) await nextCommand(guest, view).catch(note);
    const { left, story } = await gone(system, guest, operation).catch(async (error: unknown) => {
      note(error);
      return { left: leftOfInstances(system), story: await storyOf(guest) };
    });
    problems.push(...left.map((what) => `left: ${what}`));
    const watched = await hypervisors.stop();
    problems.push(...ranTwice(watched));
    const row: Row = {
      operation: operation.name,
      fault: blow?.fault.name ?? 'none',
      step: blow === null ? '' : pointText(blow.point),
      end: view === null ? 'no rest' : `${view.state} on ${view.host}`,
      seconds,
      isStruck: blow === null || striking?.at !== null,
      samples: watched.samples,
      oneSided: watched.oneSided,
      problems,
    };
    return { row, steps, story, isDirty: left.length > 0 };
  } finally {
    await striking?.disarm().catch(() => undefined);
    await hypervisors.stop();
  }
}

/** Hears what is stored and strikes at the point; where there is nothing to kill yet it waits until there is. */
class Striking {
  /** On the clock of `performance`; null = not yet. */
  at: number | null = null;
  readonly #over = new AbortController();
  #recorder: Recorder | null = null;
  #blow: Promise<void> = Promise.resolve();

  static async arm(system: LabSystem, guest: Guest, fault: Fault, point: Point): Promise<Striking> {
    const striking = new Striking();
    let nth = 0;
    striking.#recorder = await Recorder.start(system, guest.uuid, (turn) => {
      if (kindOf(turn) !== `${point.where} ${point.events}` || (nth += 1) !== point.nth) return;
      striking.#blow = striking.#strike(system, guest, fault, point.afterMs);
    });
    return striking;
  }

  /** The operation is over: what was not struck by now is not struck; what was cut is whole again afterwards. */
  async disarm(): Promise<void> {
    this.#over.abort();
    await this.#blow;
    await this.#recorder?.stop();
  }

  async #strike(system: LabSystem, guest: Guest, fault: Fault, afterMs: number): Promise<void> {
    await delay(afterMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    let struck: Struck | null = null;
    while (!this.#over.signal.aborted && struck === null) {
      struck = await fault.strike(system, guest.uuid);
      if (struck === null) await delay(20);
    }
    if (struck === null) return;
    this.at = performance.now();
    guest.limit(LIMIT_MS);
    await struck.healed;
  }
}

/** Waits until every part is back, nothing is under way, and what is recorded is what both libvirts show, for a while. */
async function settled(system: LabSystem, guest: Guest, hypervisors: Hypervisors, began: number): Promise<View> {
  let last = 'nobody answered';
  const look = async (): Promise<View | null> => {
    const view = await guest.view();
    const seen = await hypervisors.see(guest.uuid);
    const away = await partsAway(system);
    const { state, host, effect, awaiting, migration, failure } = view;
    last = JSON.stringify({ state, host, effect, awaiting, migration, failure, seen, away });
    return away.length === 0 && rests(view) && agrees(view, seen) ? view : null;
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
async function partsAway(system: LabSystem): Promise<string[]> {
  const alive = await aliveHosts(system);
  return system.hosts.flatMap(({ name, host }) => [
    ...(alive.includes(name) ? [] : [`agent of ${name}`]),
    ...(host.isOn && host.pid !== undefined ? [] : [`libvirtd of ${name}`]),
  ]);
}

function agrees({ power, host }: View, seen: Readonly<Record<string, Seen>>): boolean {
  return Object.entries(seen).every(([name, what]) =>
    name === host ? what === power : what === 'off' || what === 'absent',
  );
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
async function nextCommand(guest: Guest, { state }: View): Promise<void> {
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

/** Deletes the guest and what the operation made beside it; what is left, and its whole story. */
async function gone(system: LabSystem, guest: Guest, { name }: Operation): Promise<{ left: string[]; story: string }> {
  await guest.delete();
  if (name === 'snapshot') await system.api.delete(`/v1/images/${snapshotName(guest.uuid)}`).catch(() => undefined);
  const left = await settles('nothing is left', GONE_MS, () => leftOfInstances(system).length === 0).then(
    () => [],
    () => leftOfInstances(system),
  );
  return { left, story: await storyOf(guest) };
}

const storyOf = async (guest: Guest): Promise<string> =>
  historyTable((await guest.history().catch((): Turn[] => [])).toSorted((a, b) => a.message.at - b.message.at));

function ranTwice({ both }: Watched): string[] {
  return both.length === 0
    ? []
    : [`it ran on both hosts ${both.length} times, first ${both[0]} ms after the beginning`];
}
