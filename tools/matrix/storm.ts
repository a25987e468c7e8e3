/**
 * A storm: many operations are under way at once, each on a guest of its own, and one part dies. What the matrix does cell by cell at
 * chosen steps is done here for a whole column in the time of one; where each operation stands when it is struck is left to chance.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { LabHost } from '../lab/lab-host.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import type { Fault } from './faults.ts';
import { Guest } from './guest.ts';
import { Hypervisors } from './hypervisors.ts';
import { Refused, settles, type Operation } from './operation.ts';
import { judge, leftBehind, LIMIT_MS, ranTwice, storyOf } from './rule.ts';

const GONE_MS = 60_000;
/** A guest that takes its order late does not keep the others from being struck. */
const BEGINS_MS = 20_000;

export interface Member {
  readonly operation: Operation;
  readonly guest: Guest;
}

export interface Blow {
  readonly fault: Fault;
  /** After the last order was taken. */
  readonly afterMs: number;
  /** A host that is off meanwhile. */
  readonly without?: LabHost;
}

/** What a storm was for one of them. */
export interface Weathered {
  readonly operation: string;
  readonly fault: string;
  /** The operation had begun, and was not over. */
  readonly isStruck: boolean;
  /** State and host, as recorded, and how long it took. */
  readonly end: string;
  /** Empty: the rule holds. The last one is the chain of its events. */
  readonly problems: readonly string[];
}

let count = 0;

/**
 * Nobody waits until a dozen guests have booted: what they are to shut down for does not hear it yet, and they are cut off after so many
 * seconds.
 */
const HURRIED = { os_shutdown_timeout: '1' };

/** Builds the guests, all at once. */
export function raise(
  system: LabSystem,
  members: readonly { readonly operation: Operation; readonly source: LabHost }[],
): Promise<Member[]> {
  return Promise.all(
    members.map(async ({ operation, source }) => {
      const name = `storm-${process.pid}-${(count += 1)}`;
      return { operation, guest: await Guest.create(system, source, name, false, HURRIED) };
    }),
  );
}

/** Lets the operations begin, strikes, and looks what became of each. */
export async function storm(
  system: LabSystem,
  crew: readonly Member[],
  { fault, afterMs, without }: Blow,
): Promise<Weathered[]> {
  const hypervisors = new Hypervisors(system.a.host, system.b.host);
  hypervisors.watch();
  const sailing = await Promise.all(crew.map((member) => Sailing.begin(member)));
  const hasBegun = (): boolean => sailing.every((each) => each.hasBegun);
  await settles('every operation has begun', BEGINS_MS, hasBegun).catch(() => undefined);
  await delay(afterMs);
  try {
    const struckAt = await strike(fault, sailing);
    await Promise.all(sailing.map((each) => each.over));
    const began = struckAt ?? performance.now();
    const looks = sailing.map((each) => each.lookBack(hypervisors, fault, began, without ?? null));
    const ends = await Promise.all(looks);
    const watched = await hypervisors.stop();
    return sailing.map(({ member: { operation, guest }, isStruck, problems }, index) => ({
      operation: operation.name,
      fault: faultFor(fault, guest, crew[0]?.guest),
      isStruck,
      end: ends[index] ?? 'no rest',
      problems: [...problems, ...ranTwice(watched, guest)],
    }));
  } finally {
    await hypervisors.stop();
  }
}

/** A line for each, with what is wrong below it. */
export function report(weathered: readonly Weathered[]): string {
  const lines = weathered.flatMap(({ operation, fault, isStruck, end, problems }) => [
    `${isStruck ? (problems.length === 0 ? '✓' : '✗') : '○'} ${operation} × ${fault}: ${end}`,
    ...problems.map((problem) => problem.replaceAll(/^/gm, '    ')),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Deletes the guests and what they made beside them; what is left. */
export async function dismiss(system: LabSystem, crew: readonly Member[]): Promise<string[]> {
  await Promise.all(
    crew.map(async ({ guest, operation }) => {
      guest.limit(GONE_MS);
      await guest.delete();
      await operation.clearUp?.(guest);
    }),
  );
  return leftBehind(system, GONE_MS);
}

/** Once where the part is everybody's, and each where it is the guest's own QEMU; when the first blow fell. */
async function strike(fault: Fault, sailing: readonly Sailing[]): Promise<number | null> {
  const together = fault.killsGuest ? sailing.map((each) => [each]) : [sailing];
  const times = (await Promise.all(together.map((struck) => strikeAll(fault, struck)))).filter((at) => at !== null);
  return times.length === 0 ? null : Math.min(...times);
}

/** Waits until there is something to strike, or all is over. */
async function strikeAll(fault: Fault, struck: readonly Sailing[]): Promise<number | null> {
  const [first] = struck;
  for (;;) {
    const blow = first === undefined ? null : await fault.strike(first.member.guest);
    if (blow !== null) {
      const at = performance.now();
      for (const each of struck) each.strikeAt(at);
      await blow.healed;
      return at;
    }
    if (struck.every(({ isOver }) => isOver)) return null;
    await delay(20);
  }
}

/** What it was for a guest whose way goes the other way round: the part of its destination. */
function faultFor({ name, at, killsGuest }: Fault, { source }: Guest, struck: Guest | undefined): string {
  if (at === null || killsGuest || struck === undefined || name.startsWith('cut')) return name;
  return name.replace(/source|destination/, source === struck[at] ? 'source' : 'destination');
}

/** A member with its operation under way. */
class Sailing {
  readonly member: Member;
  readonly over: Promise<void>;
  isOver = false;
  isStruck = false;
  readonly #takenBefore: number;
  readonly #turnsBefore: number;
  readonly problems: string[] = [];
  #struckAt: number | null = null;

  private constructor(member: Member, turnsBefore: number) {
    const { guest, operation } = member;
    this.member = member;
    this.#takenBefore = guest.taken;
    this.#turnsBefore = turnsBefore;
    guest.limit(LIMIT_MS + 60_000);
    this.over = operation
      .perform(guest)
      .catch((error: unknown) => {
        if (!(error instanceof Refused) || this.#struckAt === null) this.#note(error);
      })
      .finally(() => (this.isOver = true));
  }

  static async begin(member: Member): Promise<Sailing> {
    return new Sailing(member, (await member.guest.history()).length);
  }

  get hasBegun(): boolean {
    const { operation, guest } = this.member;
    return this.isOver || operation.isUnordered === true || guest.taken > this.#takenBefore;
  }

  strikeAt(at: number): void {
    this.isStruck = this.hasBegun && !this.isOver;
    this.#struckAt = at;
    this.member.guest.limit(LIMIT_MS);
  }

  /** The rule, and the next command; how it ended. */
  async lookBack(hypervisors: Hypervisors, fault: Fault, began: number, without: LabHost | null): Promise<string> {
    const { guest } = this.member;
    const { view, seconds, problems } = await judge(guest, hypervisors, fault, began, this.#turnsBefore, without);
    this.problems.push(...problems);
    if (this.problems.length > 0) this.problems.push(await storyOf(guest));
    return view === null ? 'no rest' : `${view.state} on ${view.host} after ${seconds} s`;
  }

  #note(error: unknown): void {
    this.problems.push(error instanceof Error ? error.message : String(error));
  }
}
