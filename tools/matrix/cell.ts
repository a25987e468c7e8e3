/** One cell: an operation on a guest of its own, struck by a fault at a point; then the rule that has to hold whatever dies. */
import { setTimeout as delay } from 'node:timers/promises';
import { leftOfInstances } from '../lab/leftovers.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import type { Fault, Struck } from './faults.ts';
import { Guest } from './guest.ts';
import { Hypervisors } from './hypervisors.ts';
import { Refused, type Operation } from './operation.ts';
import { Recorder } from './recorder.ts';
import { judge, leftBehind, LIMIT_MS, ranTwice, storyOf } from './rule.ts';
import { kindOf, pointText, stepsOf, type Point, type Step } from './steps.ts';

const GONE_MS = 45_000;

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
  const guest = await Guest.create(system, system.a, `matrix-${process.pid}-${(count += 1)}`, operation.needsBoot);
  const before = (await guest.history()).length;
  const hypervisors = new Hypervisors(system.a.host, system.b.host);
  hypervisors.watch();
  const striking = blow === null ? null : await Striking.arm(guest, blow.fault, blow.point);
  guest.limit(LIMIT_MS + 60_000);
  try {
    await operation.perform(guest).catch((error: unknown) => {
      if (!(error instanceof Refused) || striking?.at === null || striking === null) note(error);
    });
    await striking?.disarm().catch(note);
    // An operation that was broken off may leave a host without power.
    for (const { name, host } of system.hosts) if (!host.isOn) await system.carry('on', name).catch(note);
    const began = striking?.at ?? performance.now();
    const {
      view,
      seconds,
      turns,
      problems: found,
    } = await judge(guest, hypervisors, blow?.fault ?? null, began, before);
    problems.push(...found);
    const steps = stepsOf(turns);
    let isCleared = true;
    const { left, story } = await gone(system, guest, operation).catch(async (error: unknown) => {
      isCleared = false;
      note(error);
      return { left: leftOfInstances(system), story: await storyOf(guest) };
    });
    problems.push(...left.map((what) => `left: ${what}`));
    const watched = await hypervisors.stop();
    problems.push(...ranTwice(watched, guest));
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
    return { row, steps, story, isDirty: left.length > 0 || !isCleared };
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

  static async arm(guest: Guest, fault: Fault, point: Point): Promise<Striking> {
    const striking = new Striking();
    let nth = 0;
    striking.#recorder = await Recorder.start(guest.system, guest.uuid, (turn) => {
      if (kindOf(turn) !== `${point.where} ${point.events}` || (nth += 1) !== point.nth) return;
      striking.#blow = striking.#strike(guest, fault, point.afterMs);
    });
    return striking;
  }

  /** The operation is over: what was not struck by now is not struck; what was cut is whole again afterwards. */
  async disarm(): Promise<void> {
    this.#over.abort();
    await this.#blow;
    await this.#recorder?.stop();
  }

  async #strike(guest: Guest, fault: Fault, afterMs: number): Promise<void> {
    await delay(afterMs, undefined, { signal: this.#over.signal }).catch(() => undefined);
    let struck: Struck | null = null;
    while (!this.#over.signal.aborted && struck === null) {
      struck = await fault.strike(guest);
      if (struck === null) await delay(20);
    }
    if (struck === null) return;
    this.at = performance.now();
    guest.limit(LIMIT_MS);
    await struck.healed;
  }
}

/** Deletes the guest and what the operation made beside it; what is left, and its whole story. */
async function gone(system: LabSystem, guest: Guest, operation: Operation): Promise<{ left: string[]; story: string }> {
  await guest.delete();
  await operation.clearUp?.(guest);
  return { left: await leftBehind(system, GONE_MS), story: await storyOf(guest) };
}
