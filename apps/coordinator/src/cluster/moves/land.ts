/** The instance changes its owner: the one that gives it up is fenced first, then the spine grants, then the other adopts. */
import {
  type HostName,
  type InstanceSpec,
  type InstanceState,
  type MigrationId,
  type RestingState,
} from '@chronovirt/contract';
import { initialContext, isResting, isUndecided, restingOf, specToAdopt, type HandedState } from '@chronovirt/machines';
import type { Known } from '../histories.ts';
import { failed, type Move } from './move.ts';

/** The source may not act any more: written into its own history, by itself or in its place. */
export async function fenceSource(move: Move): Promise<Record<string, unknown>> {
  const { source, plan } = move;
  const before = await move.last(source);
  if (plan.kind === 'return') {
    // It was fenced when it was given up; what it runs next it runs under an epoch after that.
    if (before === null) throw failed('NO_HISTORY', `host ${source} never took the instance`);
    const { state } = before.message;
    return { origin: goesOnAs(state), found: { left: state.value }, epoch: state.actor.epoch };
  }
  if (before !== null && isGoingAway(before.message.state))
    throw failed('INSTANCE_DELETED', 'the instance was deleted on its source meanwhile', { gone: true });
  const link = {
    kind: 'fence',
    epoch: move.epoch + 1,
    keepDisks: move.isShared,
    ...(plan.kind === 'cold' && { kept: plan.id }),
  } as const;
  if (plan.kind === 'evacuate') {
    // The proof stands in the order; the host is not asked. Without its history nobody would know what it held.
    if (before === null) throw failed('NO_HISTORY', `host ${source} never took the instance`);
    move.context.permit.check();
    const { seq } = await move.write(source, link);
    await dropKept(move);
    await stillProved(move);
    return {
      origin: goesOnAs(before.message.state),
      found: { left: before.message.state.value },
      heard: [{ host: source, seq }],
    };
  }
  const fenced = await move.tell(source, link).catch((error: unknown) => {
    // Fenced before, under this epoch or a later one: it stands there.
    if (!(error instanceof Error && 'code' in error && error.code === 'NOT_TAKEN_STALE')) throw error;
    return null;
  });
  return { ...(await knownThere(move)), ...(fenced === null ? {} : { heard: [fenced] }) };
}

/** A destination that was given up for ever after it had taken the instance over knows a newer epoch than was ever granted. */
async function knownThere(move: Move): Promise<{ epoch?: number }> {
  const there = await move.last(move.destination);
  return there === null ? {} : { epoch: there.message.state.actor.epoch };
}

/** A host that is lost as well may keep files of a cold move that nobody settles any more: it drops them when it comes back. */
async function dropKept(move: Move): Promise<void> {
  const { keptBy } = move.plan.request as { keptBy?: { host: HostName; migration: MigrationId } };
  if (keptBy !== undefined)
    await move.write(keptBy.host, { kind: 'confirm', migration: keptBy.migration, keepDisks: move.isShared });
}

/**
 * The proof is asked for once more after the fence is stored. Had the host been let in meanwhile, it could have begun something between
 * the two; then only its own history counts, which says when it has cleared away.
 */
async function stillProved(move: Move): Promise<void> {
  const { source, tools } = move;
  if (tools.proofOf(source) !== null) return;
  const role = (await move.last(source))?.message.state.actor.role.kind;
  if (role === 'closed') return;
  throw failed('PROOF_GONE', `nothing proves any more that host ${source} runs no guest`, {
    awaiting: `host ${source} to clear away, or a proof`,
  });
}

function isGoingAway({ value }: InstanceState): boolean {
  return value === 'deleted' || value.startsWith('deleting.');
}

/** The resting state that an instance goes on to elsewhere, whatever it was doing when its host was lost. */
function goesOnAs(state: InstanceState): RestingState {
  const at = restingOf(state.value);
  if (at === 'failed') return 'running';
  return at ?? state.context.goal ?? state.context.origin ?? 'running';
}

/** The destination takes it over; over when it rests there. */
export async function adoptMove(move: Move): Promise<Record<string, unknown>> {
  const { destination, plan } = move;
  const spec = await move.spec();
  try {
    await adopt(move, destination, spec, await arrivalState(move, spec));
  } catch (error) {
    if (plan.kind !== 'evacuate' || !(await isWithdrawn(move, destination))) throw error;
    throw failed('RELEASED', `host ${destination} did not take it over, and cannot any more`, { released: true });
  }
  const end = await move.until(destination, (last) => {
    const state = heldUnder(last, move.epoch);
    if (state === null || last === null) return undefined;
    if (state === 'gone')
      return plan.kind === 'evacuate' && last.message.state.value !== 'deleted'
        ? { released: last.message.state.actor }
        : { heard: [{ host: destination, seq: last.seq }] };
    if (!isResting(state.value)) return undefined;
    if (plan.kind === 'cold' && state.value !== 'resized')
      throw failed(
        state.context.failure?.code ?? 'NOT_RESIZED',
        state.context.failure?.message ?? `the guest came up as ${state.value}`,
        { back: true },
      );
    return { heard: [{ host: destination, seq: last.seq }] };
  });
  if (!('released' in end)) return end;
  const { role, epoch } = end.released;
  // It was given up for ever in the middle of that: another host makes the guest, and what this one has is of no use.
  if (isUndecided(role)) await move.write(destination, { kind: 'fence', epoch, keepDisks: move.isShared });
  throw failed('RELEASED', 'the destination could not make the guest, and has nothing of it', { released: true });
}

/** Back on the source, after the destination has given it up. */
export async function adoptBack(move: Move): Promise<Record<string, unknown>> {
  const { source, plan } = move;
  const spec = await move.spec();
  await adopt(move, source, spec, { ...goesBack(move, spec, plan.origin), ...(await carried(move, move.destination)) });
  return move.until(source, (last) => {
    const state = heldUnder(last, move.epoch);
    if (state === null || last === null) return undefined;
    return state === 'gone' || isResting(state.value) ? { heard: [{ host: source, seq: last.seq }] } : undefined;
  });
}

/** What was set aside takes its old place, and the guest is as before. */
function goesBack(move: Move, spec: InstanceSpec, origin: RestingState): Pick<HandedState, 'value' | 'context'> {
  const goal = origin === 'stopped' ? 'stopped' : 'running';
  return {
    value: 'settling.finishRevertMigration',
    context: {
      ...initialContext,
      origin: 'stopped',
      goal,
      before: goal,
      request: { by: 'cluster', migration: move.record('reverting', spec) as never, migrationId: move.plan.id },
    },
  };
}

/**
 * Somebody else can take over what an evacuated host had: the epoch is ended in the history of a destination that does not answer, at the
 * very place where its adoption would have to stand. False: it stands there, the host has taken it.
 */
async function isWithdrawn(move: Move, host: HostName): Promise<boolean> {
  move.context.permit.check();
  const { decision, state } = await move.write(host, { kind: 'fence', epoch: move.epoch, keepDisks: move.isShared });
  return decision.kind === 'turn' || state?.actor.role.kind !== 'owner';
}

async function adopt(move: Move, host: HostName, spec: InstanceSpec, state: HandedState): Promise<void> {
  const taken = await move.order(host, {
    kind: 'adopt',
    epoch: move.epoch,
    spec: specToAdopt(spec, state.value),
    state,
    command: move.input.due.command,
    migration: move.plan.id,
  });
  if (taken === null)
    throw failed('HOST_UNREACHABLE', `host ${host} did not answer`, { awaiting: `host ${host} to take it over` });
}

/** What goes along from the host that had it: the lock, its backups, and where its count of ops stands. */
async function carried(move: Move, from: HostName): Promise<Pick<HandedState, 'op' | 'parts'>> {
  const last = await move.last(from);
  const state = last?.message.state;
  return {
    op: Math.max(state?.actor.op ?? 0, move.input.state.actor.op),
    parts: { lock: state?.parts.lock ?? null, ...(state?.parts.backups && { backups: state.parts.backups }) },
  };
}

async function arrivalState(move: Move, spec: InstanceSpec): Promise<HandedState> {
  const { plan } = move;
  const { found, request, origin } = plan;
  const rest = await carried(move, move.source);
  const common = { by: 'cluster', migration: move.record('finished', spec) as never, migrationId: plan.id };
  if (plan.kind === 'live')
    return {
      value: 'migrating.postLiveMigrationAtDestination',
      context: {
        ...initialContext,
        origin,
        goal: origin,
        request: { ...common, ...(found['migrateData'] !== undefined && { migrateData: found['migrateData'] }) },
      },
      ...rest,
    };
  if (plan.kind === 'cold')
    return {
      value: 'migrating.finishMigration',
      context: {
        ...initialContext,
        origin,
        goal: 'resized',
        before: origin === 'stopped' ? 'stopped' : 'running',
        request: {
          ...common,
          ...(request['flavor'] !== undefined && { flavor: request['flavor'] }),
          ...(found['diskInfo'] !== undefined && { diskInfo: found['diskInfo'] }),
        },
      },
      ...rest,
    };
  const left = plan.kind === 'return' ? (await move.last(move.source))?.message.state : undefined;
  // It was resized there: it comes up with its new size once more, and waits to be settled as before.
  if (left?.value === 'resized') {
    const { before, request: resize } = left.context;
    return {
      value: 'migrating.finishMigration',
      context: { ...initialContext, origin: before ?? 'running', goal: 'resized', before, request: resize },
      ...rest,
    };
  }
  return { ...evacuated(move, spec), ...rest };
}

/** States of a host in which an instance's files may be set aside, and those in their place not be whole. */
const aside: ReadonlySet<string> = new Set([
  'migrating.migrateDiskAndPowerOff',
  'migrating.finishMigration',
  'settling.finishRevertMigration',
]);

/** After an evacuation: its disks are there and it is started from them, or it is made anew; what was off stays off. */
function evacuated(move: Move, spec: InstanceSpec): Pick<HandedState, 'value' | 'context'> {
  const { origin, found, request } = move.plan;
  const left = String(found['left']);
  // Copies may lie half made where its disks were: what was set aside is what it had.
  if (move.isShared && (aside.has(left) || request['turningBack'] === true)) return goesBack(move, spec, origin);
  const neverRan = left.startsWith('building.');
  const off = ['stopped', 'suspended', 'shelved', 'trashed'].includes(origin);
  const goal: RestingState = off ? 'stopped' : 'running';
  if (neverRan || !move.isShared)
    return {
      value: neverRan ? 'building.spawn' : 'migrating.spawn',
      context: { ...initialContext, origin: null, goal: neverRan ? 'running' : goal },
    };
  if (off) return { value: origin === 'suspended' ? 'stopped' : origin, context: initialContext };
  return {
    value: 'rebooting.reboot',
    context: { ...initialContext, origin: 'stopped', goal: 'running', request: { rebootType: 'HARD' } },
  };
}

/** The state that a host holds under an epoch; null = it has not taken it over yet; `gone` = it did, and gave it up again. */
function heldUnder(last: Known | null, epoch: number): InstanceState | 'gone' | null {
  if (last === null || last.message.state.actor.epoch < epoch) return null;
  const { state } = last.message;
  if (state.actor.role.kind === 'owner') return state;
  return state.actor.role.kind === 'closed' || state.actor.epoch > epoch ? 'gone' : null;
}
