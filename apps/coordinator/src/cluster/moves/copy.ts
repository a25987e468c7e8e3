/** The source's part of a move, and what the facts of both hosts say of it afterwards. */
import { nothingThere, type InstanceSpec, type LiveMigrateData, type Observation } from '@chronovirt/contract';
import { sleep } from '@chronovirt/runtime';
import type { Known } from '../histories.ts';
import { hasLanded, isItOver, isTorn, whereIsIt, type Verdict } from './facts.ts';
import { failed, type Move, type SegmentEnd } from './move.ts';

const STEER_MS = 10_000;
/** A source whose libvirt cannot reach the destination says so within this, in milliseconds. */
const RECOVER_MS = 30_000;
/** Both sides are looked at this often while the source's history says nothing, in milliseconds. */
const GLANCE_MS = 10_000;

/** A call for an abort, or for the end, is repeated so often until the source's hypervisor has taken it, in milliseconds. */
const STEER_AGAIN_MS = 500;

export async function copyMove(move: Move): Promise<Record<string, unknown>> {
  const { kind, aborting } = move.plan;
  if (kind === 'cold' && aborting) throw undone({ onwards: 'revert', why: whoEndsIt(move) }, 'ABORTED');
  if (aborting ? await isUnbegun(move, whoEndsIt(move)) : !(await isOrdered(move)))
    throw aborting
      ? undone({ onwards: 'probe', why: `${whoEndsIt(move)}, before it began` }, 'ABORTED')
      : undone({ onwards: 'probe', why: `host ${move.source} did not take the order` }, 'HOST_UNREACHABLE');
  const over = new AbortController();
  const signal = AbortSignal.any([move.signal, over.signal]);
  try {
    const ends = [sourceEnded(move, signal), settledOtherwise(move, signal), steered(move, signal)];
    return decide(move, await Promise.race(ends));
  } finally {
    over.abort(new Error('the copy has ended'));
  }
}

/** Who wanted the end of the move that is being called off. */
const whoEndsIt = ({ plan }: Move): string => plan.failure?.message ?? 'it was called off';

/** The source has taken its order, now or before; false: it did not, and cannot any more. */
async function isOrdered(move: Move): Promise<boolean> {
  const spec = await move.spec();
  const taken = await move
    .order(move.source, {
      kind: 'move',
      migration: move.plan.id,
      epoch: move.plan.epoch,
      method: move.plan.kind === 'live' ? 'liveMigration' : 'migrateDiskAndPowerOff',
      request: requestOf(move, spec) as never,
    })
    .catch((error: unknown) => {
      // Where it ended already the wait for that sees it at once.
      if (error instanceof Error && 'code' in error && String(error.code).startsWith('NOT_TAKEN_')) return move.here;
      throw error;
    });
  return taken !== null || !(await isUnbegun(move, `host ${move.source} did not take the order`));
}

function requestOf(move: Move, spec: InstanceSpec): Record<string, unknown> {
  const { found, request } = move.plan;
  return {
    by: 'cluster',
    destination: move.destination,
    dest: found['address'] ?? move.destination,
    migration: move.record('migrating', spec),
    ...(found['migrateData'] !== undefined && { migrateData: found['migrateData'] }),
    ...(request['flavor'] !== undefined && { flavor: request['flavor'] }),
  };
}

/** The waiting is ended in the source's own history, unless it has begun its part. */
async function isUnbegun(move: Move, reason: string): Promise<boolean> {
  const { decision } = await move.write(move.source, {
    kind: 'moveOver',
    migration: move.plan.id,
    epoch: move.plan.epoch,
    outcome: 'undone',
    onwards: 'probe',
    unbegun: true,
    reason,
  });
  return decision.kind === 'turn';
}

/**
 * An abort, or an end at any price, is a request to the hypervisor beside the copy; the copy's end shows what came of it. Never resolves.
 * It may come before the copy has begun there: it is asked for until it was taken.
 */
async function steered(move: Move, signal: AbortSignal): Promise<never> {
  const { kind, aborting, request } = move.plan;
  const action = kind !== 'live' ? null : aborting ? 'abort' : request['force'] === true ? 'forceComplete' : null;
  const asked = { instance: move.instance, action };
  for (let isTaken = action === null; !isTaken;) {
    isTaken = await move.tools.ask(move.source, 'steerMigration', asked, { patienceMs: STEER_MS, signal }).then(
      () => true,
      () => false,
    );
    if (!isTaken) await pause(move, STEER_AGAIN_MS, signal);
  }
  return new Promise<never>(() => {});
}

interface Ended {
  readonly result: 'done' | 'failed';
  readonly why: string;
  /** What the copy told of the disks. */
  readonly found: unknown;
  /** The source's agent has stopped waiting for it; its hypervisor may go on. */
  readonly outOfTime?: boolean;
  /** The message that says so; null = it was found out without the source. */
  readonly heard: SegmentEnd | null;
}

/** The source's history says that its part is over. */
function sourceEnded(move: Move, signal: AbortSignal): Promise<Ended> {
  const { plan } = move;
  return move.until(
    move.source,
    (last) => {
      const ended = endOf(last, plan.id);
      return ended === undefined ? undefined : { ...ended, heard: { host: move.source, seq: last?.seq ?? 0 } };
    },
    signal,
  );
}

function endOf(last: Known | null, id: string): Omit<Ended, 'heard'> | undefined {
  if (last === null) return undefined;
  const { state } = last.message;
  const mine = state.value === 'migrating.verdict' && state.context.request['migrationId'] === id;
  if (mine) {
    const { ended, why, result } = state.context.request;
    // A part that failed says why.
    const outOfTime = ended !== 'done' && typeof why !== 'string';
    return {
      result: ended === 'done' ? 'done' : 'failed',
      why: typeof why === 'string' ? why : outOfTime ? OUT_OF_TIME : 'the copy ended without the guest',
      found: result,
      outOfTime,
    };
  }
  if (state.value === 'deleted' || state.value.startsWith('deleting.') || state.actor.role.kind !== 'owner')
    return { result: 'failed', why: 'the instance was deleted or given up on its source', found: undefined };
  return isAtIt.has(state.value)
    ? undefined
    : { result: 'failed', why: 'the source goes on without the move', found: undefined };
}

const OUT_OF_TIME = 'the copy had not ended within its time';

/** Where a source waits for the order, or carries it out. */
const isAtIt: ReadonlySet<string> = new Set([
  'migrating.plan',
  'migrating.liveMigration',
  'migrating.migrateDiskAndPowerOff',
]);

/**
 * The source's agent may be silent while its hypervisor goes on, or for ever. A guest that runs at the destination has arrived, whoever
 * says nothing; a source that is proved to be down has ended its part. A post-copy that broke off is brought on as soon as both sides say
 * so; where one half of the guest is lost, or it is to be deleted, nobody waits for the other.
 */
async function settledOtherwise(move: Move, signal: AbortSignal): Promise<Ended> {
  for (;;) {
    await pause(move, GLANCE_MS, signal);
    if (move.tools.proofOf(move.source) !== null)
      return { result: 'failed', why: `host ${move.source} is proved to be down`, found: undefined, heard: null };
    if (move.plan.kind !== 'live') continue;
    const [source, seen] = await Promise.all([move.look(move.source), move.look(move.destination)]);
    if (seen?.power === 'on' && seen.busy === null)
      return { result: 'done', why: 'the guest runs at the destination', found: undefined, heard: null };
    if (!isTorn(source) && !isTorn(seen)) continue;
    const verdict = whereIsIt(move.plan, source, seen);
    if (verdict.kind === 'undone') return { result: 'failed', why: verdict.why, found: undefined, heard: null };
    await recovered(move, source, seen, signal);
  }
}

/** The rest of the memory is ordered over. Both have to know that it broke off; an answer that it cannot be yet is as good as none. */
async function recovered(
  move: Move,
  source: Observation | null,
  destination: Observation | null,
  signal: AbortSignal,
): Promise<void> {
  if (!isTorn(source) || !isTorn(destination)) return;
  const { found } = move.plan;
  const { targetConnectAddr } = (found['migrateData'] ?? {}) as Partial<LiveMigrateData>;
  const asked = { instance: move.instance, to: targetConnectAddr ?? found['address'] ?? move.destination };
  await move.tools.ask(move.source, 'recoverMigration', asked, { patienceMs: RECOVER_MS, signal }).catch(() => {
    signal.throwIfAborted();
  });
}

/** The source's part is over, and it was to be called off, but its hypervisor still copies: what came of the call is seen the next time. */
async function stopped(
  { plan, tools, source: host, instance, signal }: Move,
  source: Observation | null,
): Promise<void> {
  if (plan.kind !== 'live' || !plan.aborting || source === null || source.busy === null || isTorn(source)) return;
  await tools
    .ask(host, 'steerMigration', { instance, action: 'abort' }, { patienceMs: STEER_MS, signal })
    .catch(() => signal.throwIfAborted());
}

function pause({ tools }: Move, ms: number, signal: AbortSignal): Promise<void> {
  return sleep(tools.writer.clock, ms, signal);
}

async function decide(move: Move, ended: Ended): Promise<Record<string, unknown>> {
  const { plan } = move;
  const heard = ended.heard === null ? {} : { heard: [ended.heard] };
  const [source, destination] = await Promise.all([move.look(move.source), move.look(move.destination)]);
  const { proofOf } = move.tools;
  const isDown = source === null && proofOf(move.source) !== null;
  const isDestinationDown = destination === null && proofOf(move.destination) !== null;
  const verdict: Verdict = isDown
    ? hasLanded(destination)
      ? { kind: 'landed' }
      : {
          kind: 'undone',
          onwards: plan.kind === 'cold' ? 'revert' : 'probe',
          why: `host ${move.source} is proved to be down, and the guest did not arrive`,
        }
    : plan.kind === 'live'
      ? whereIsIt(plan, source, isDestinationDown ? nothingThere : destination)
      : isItOver(ended, source);
  switch (verdict.kind) {
    case 'landed': {
      const { found: diskInfo } = ended;
      return {
        verdict: 'landed',
        source,
        destination,
        ...heard,
        ...(diskInfo !== undefined && { found: { diskInfo } }),
      };
    }
    case 'undone':
      // What the hypervisor says of an end that was ordered stands in the source's own history; the reason is who ordered it.
      if (plan.aborting)
        throw undone({ ...verdict, why: `${whoEndsIt(move)}; ${verdict.why}` }, plan.failure?.code ?? 'ABORTED', {
          source,
          destination,
          ...heard,
        });
      throw undone(verdict, 'NOT_MOVED', { source, destination, ...heard }, ended);
    case 'unclear':
      await recovered(move, source, destination, move.signal);
      await stopped(move, source);
      throw failed('UNCLEAR', `the facts do not say yet where the guest is`, {
        verdict: 'unclear',
        awaiting: verdict.awaiting,
        source,
        destination,
        ...heard,
        // Nobody waits for it any more, and a guest that writes faster than it is copied would be copied for ever.
        ...(ended.outOfTime === true &&
          plan.kind === 'live' &&
          !plan.aborting && { abort: true, calledOff: `called off by the coordinator: ${OUT_OF_TIME}` }),
      });
    default:
      return verdict satisfies never;
  }
}

function undone(
  { onwards, why }: { onwards: string; why: string },
  code: string,
  seen: Record<string, unknown> = {},
  ended?: Ended,
): Error {
  const said = ended !== undefined && ended.result === 'failed' && ended.why !== why ? `${why} (${ended.why})` : why;
  return failed(code, said, { verdict: 'undone', found: { onwards }, ...seen });
}
