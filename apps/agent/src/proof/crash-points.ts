/**
 * The crash matrix on real parts: an operation runs once to count its points, then once for each of them with the agent killed there as
 * by kill -9. A new agent must reach the truth by itself, leave nothing without an owner and take the next command.
 *
 * Points: before and after each message between the agent and libvirt or NATS, in both directions; before each child process has begun,
 * and while it runs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { domainNameOf, type InstanceSpec, type InstanceState, type InstanceUuid } from '@chronovirt/contract';
import { expected, verify, type Entry } from '@chronovirt/machines';
import { isReadable } from '@chronovirt/runtime';
import type { Message } from '@chronovirt/testing/crash';
import { until } from '@chronovirt/testing/lab';
import type { CrashLab } from './crash-lab.ts';
import type { Operation } from './operations.ts';

export interface Point {
  readonly at: 'libvirt' | 'nats' | 'child';
  /** Which message or child of the operation, from 1. */
  readonly n: number;
  readonly phase: 'before' | 'after';
  /** What passes there. */
  readonly what: string;
  /** Which of its kind it is, from 1: found again by this, since what goes on at the same time shifts the numbers from run to run. */
  readonly nth: number;
}

export const textOf = ({ at, n, phase, what }: Point): string => `${phase} ${at} ${n} (${what})`;

/** Whether a point of this run is the one of another. */
export const isSame = (a: Point, b: Point): boolean =>
  a.at === b.at && a.what === b.what && a.nth === b.nth && a.phase === b.phase;

export interface Ending {
  readonly point: Point;
  /** State in the end, as recorded and as seen. */
  readonly end: string;
  /** From the start of the second agent until what is recorded is what is there, in milliseconds. */
  readonly healedMs: number;
  /** Whether the run came by the point at all: numbers of messages vary a little from run to run. */
  readonly isReached: boolean;
  readonly problems: readonly string[];
}

/** Within this time after its start the second agent must have reached the truth, on a machine that has nothing else to do. */
const HEALED_WITHIN_MS = 10_000;
/** What the start of an agent takes there; when it takes longer, all does. */
const START_MS = 1_000;

/** Hears of all points; the last one before the listener says stop. Returns the way to hear no more. */
export function listen(lab: CrashLab, onPoint: (point: Point) => 'killed' | undefined): () => void {
  const counts = { libvirt: 0, nats: 0, child: 0 };
  const kinds = new Map<string, number>();
  const next = (at: Point['at'], what: string): Omit<Point, 'phase'> => {
    const nth = (kinds.get(`${at} ${what}`) ?? 0) + 1;
    kinds.set(`${at} ${what}`, nth);
    return { at, n: ++counts[at], what, nth };
  };
  const hear = (at: 'libvirt' | 'nats') => {
    let passing: Omit<Point, 'phase'>;
    return {
      before: ({ from, label }: Message): 'drop' | undefined => {
        passing = next(at, `${from === 'client' ? 'agent' : at}: ${label}`);
        return onPoint({ ...passing, phase: 'before' }) === 'killed' ? 'drop' : undefined;
      },
      after: (): void => void onPoint({ ...passing, phase: 'after' }),
    };
  };
  lab.libvirtProxy.listen(hear('libvirt'));
  lab.natsProxy.listen(hear('nats'));
  lab.gate.onChild = (child) => {
    const passing = next('child', 'mkswap');
    if (onPoint({ ...passing, phase: 'before' }) === 'killed') return;
    child.letIn();
    onPoint({ ...passing, phase: 'after' });
  };
  return () => {
    lab.libvirtProxy.listen({});
    lab.natsProxy.listen({});
    lab.gate.onChild = (child) => child.letIn();
  };
}

/** All points that a clean run of the operation passes; the guest is deleted afterwards. */
export async function pointsOf(lab: CrashLab, operation: Operation): Promise<Point[]> {
  const spec = await begin(lab, operation);
  const points: Point[] = [];
  const stop = listen(lab, (point) => void points.push(point));
  await ask(lab, operation, spec);
  await lab.rests(spec.uuid);
  stop();
  await end(lab, spec.uuid);
  return points;
}

/** Runs the operation, kills the agent at the point, starts another and says how it ended. The lab's agent then is that other one. */
export async function crashAt(lab: CrashLab, operation: Operation, point: Point): Promise<Ending> {
  const spec = await begin(lab, operation);
  const startsBefore = startsOf(lab, spec.uuid);
  const dying = lab.agent;
  const stop = listen(lab, (passing) => {
    if (!isSame(passing, point) || !dying.lives) return undefined;
    dying.kill();
    return 'killed';
  });
  const asked = ask(lab, operation, spec).catch(() => null);
  await Promise.race([dying.ended, asked.then(() => lab.rests(spec.uuid))]);
  stop();
  const isReached = !dying.lives;
  if (!isReached) dying.kill();
  await dying.ended;
  const next = lab.startAgent();
  await next.ready;
  const startMs = performance.now() - next.began;
  const limitMs = HEALED_WITHIN_MS * Math.max(1, startMs / START_MS);
  const problems: string[] = [];
  const settled = await truth(lab, spec.uuid, limitMs - startMs).catch((error: unknown) => {
    problems.push(error instanceof Error ? error.message : String(error));
    return null;
  });
  const healedMs = Math.round(performance.now() - next.began);
  await asked;
  if (settled !== null) problems.push(...judge(lab, operation, settled, spec.uuid, startsBefore));
  problems.push(...(await end(lab, spec.uuid)));
  return { point, end: settled?.value ?? 'not settled', healedMs, isReached, problems };
}

/** Waits until the instance rests and what is recorded is what virsh sees. */
export async function truth(lab: CrashLab, instance: InstanceUuid, timeoutMs: number): Promise<InstanceState> {
  let difference = '';
  return until(
    async () => {
      const state = await lab.rests(instance, Math.max(100, timeoutMs));
      const seen = await lab.seen(instance);
      difference = differenceOf(state, seen);
      return difference === '' ? state : null;
    },
    { timeoutMs: Math.max(100, timeoutMs), everyMs: 30, what: `the truth about ${instance}` },
  ).catch((error: unknown) => {
    throw new Error(`${error instanceof Error ? error.message : String(error)} ${difference}`, { cause: error });
  });
}

const powers: Readonly<Record<string, string>> = { on: 'running', paused: 'paused', off: 'shut off', absent: 'absent' };

function differenceOf(state: InstanceState, { power, saved }: { power: string; saved: boolean }): string {
  const want = expected(state);
  if (want !== null && powers[want] !== power) return `recorded ${state.value}, virsh says ${power}`;
  if (powers[state.parts.power ?? ''] !== power) return `recorded power ${state.parts.power}, virsh says ${power}`;
  if ((state.value === 'suspended') !== saved)
    return `recorded ${state.value}, memory ${saved ? 'is' : 'is not'} saved`;
  return '';
}

/** A new guest, where the operation begins. */
export async function begin(lab: CrashLab, operation: Operation): Promise<InstanceSpec> {
  const spec = lab.newSpec();
  if (operation.isImageNew === true) lab.forgetImages();
  if (operation.ask !== 'spawn') await lab.prepare(spec, operation.before);
  return spec;
}

/** An order is sent until it is taken, as the spine does; a command once: whoever sent it may be gone. */
export async function ask(lab: CrashLab, operation: Operation, spec: InstanceSpec): Promise<unknown> {
  if (operation.ask === 'spawn') return lab.order(spec);
  return lab.command(lab.make(spec.uuid, operation.ask), 3_000);
}

/** How often the guest was started; QEMU's log has a line for each. */
export function startsOf(lab: CrashLab, instance: InstanceUuid): number {
  const log = join(lab.libvirt.stateDirs.log, 'qemu', `${domainNameOf(instance)}.log`);
  return existsSync(log) ? readFileSync(log, 'utf8').split(/starting up libvirt version/).length - 1 : 0;
}

function judge(
  lab: CrashLab,
  operation: Operation,
  state: InstanceState,
  instance: InstanceUuid,
  before: number,
): string[] {
  const problems: string[] = [];
  if (!operation.ends.includes(state.value))
    problems.push(`ended in ${state.value}, not in ${operation.ends.join(' or ')}`);
  const starts = startsOf(lab, instance) - before;
  if (starts > 1) problems.push(`the guest was started ${starts} times`);
  return problems;
}

/** The next command: a delete must be taken and leave nothing, and the whole history must fold to what it says. */
export async function end(lab: CrashLab, instance: InstanceUuid): Promise<string[]> {
  const problems: string[] = [];
  const reply = await lab.command(lab.make(instance, { name: 'delete' }));
  const isGone = reply.kind === 'answer' && reply.answer.kind === 'refused' && reply.answer.guard === 'notDeleted';
  if (!isGone && (reply.kind !== 'answer' || reply.answer.kind !== 'accepted'))
    problems.push(`the next command was not taken: ${JSON.stringify(reply)}`);
  const state = await lab.rests(instance).catch((error: unknown) => String(error));
  if (typeof state === 'string' || state.value !== 'deleted')
    problems.push(`after a delete: ${typeof state === 'string' ? state : state.value}`);
  const left = [...(await lab.leftOf(instance)), ...(await lab.ownerless())];
  if (left.length > 0) problems.push(`left without an owner: ${left.join(', ')}`);
  const entries: Entry[] = [];
  for await (const stored of lab.journal.read(lab.host, instance)) {
    if (isReadable(stored)) entries.push({ seq: stored.seq, message: stored.message });
    else problems.push(`message ${stored.seq} cannot be read`);
  }
  const verdict = verify(entries);
  if (!verdict.ok) problems.push(`message ${verdict.at}: ${verdict.difference}`);
  return problems;
}
