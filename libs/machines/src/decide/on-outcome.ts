/** How an effect ended: believed only for what was seen, and only while its op is due. */
import {
  CLUSTER,
  isEmpty,
  nothingThere,
  type Due,
  type Flavor,
  type ImageRef,
  type InstanceSpec,
  type InstanceState,
  type Observation,
  type RestingState,
  type SecretRef,
} from '@chronovirt/contract';
import { classify } from '../classify.ts';
import { IMAGE_PART } from '../image/leaves.ts';
import { dueEffects, INCOMING_PART, isUndecided, MIGRATION_PART, OWNER_PART } from '../actor/role.ts';
import type { Fits } from '../life/chart-event.ts';
import { probingOf } from '../life/chart-event.ts';
import { isLeafName, leaves, type Leaf } from '../life/leaves.ts';
import { observedEvent } from '../life/observations.ts';
import { looksLike } from '../life/resting.ts';
import { imageIn, ofImage } from './image.ts';
import { tellDoomed } from './doomed.ts';
import { dataOf, nothing, self, Turn } from './turn.ts';
import type { Decision, Env, Outcome } from './types.ts';

export function onOutcome(state: InstanceState | null, item: Outcome, env: Env): Decision {
  if (state === null) return nothing('unknown', `an outcome of ${item.method} for an instance without history`);
  const due = dueEffects(state).find(({ op, method }) => op === item.op && method === item.method);
  const cause = `effect ${item.method} op ${item.op}`;
  if (due === undefined || item.epoch !== state.actor.epoch) return late(state, item, env, cause);
  const turn = new Turn(state, env, due.command);
  switch (due.part) {
    case OWNER_PART:
      clearedAway(turn, state, item);
      break;
    case INCOMING_PART:
      gotReady(turn, item);
      break;
    case MIGRATION_PART:
      ofMove(turn, state, item);
      break;
    case IMAGE_PART:
      ofImage(turn, state, item, env);
      break;
    default:
      ofLife(turn, state, item, due, env);
  }
  return turn.end(self(env), cause);
}

/** It speaks of what is over: recorded, and nothing else changes. Its end is a hint to look, which the runtime owes. */
function late(state: InstanceState, item: Outcome, env: Env, cause: string): Decision {
  const { op, epoch, method, result, observation, error } = item;
  return new Turn(state, env, null)
    .add({ type: 'late', of: op, data: dataOf({ method, epoch, result, observation, error }) })
    .end(self(env), cause);
}

function ofLife(turn: Turn, state: InstanceState, item: Outcome, due: Due, env: Env): void {
  const { method, result, error } = item;
  // On the spine there is nothing to look at: what it destroys was never anywhere.
  const seen =
    item.observation ?? (env.host === CLUSTER && method === 'destroy' && result === 'done' ? nothingThere : null);
  const fitting = fitsOf(state, item, due, seen);
  const turnedBack = fitting !== 'goal' && isTurnedBack(item, seen);
  // Whatever it looks like: it is not as it was before.
  const fits = turnedBack ? 'other' : fitting;
  const looks = method === 'probe' && seen !== null ? (looksLike(seen) ?? undefined) : undefined;
  const data = dataOf({
    ...item.data,
    ...placement(state, item, env),
    fits,
    turnedBack: turnedBack || undefined,
    looks,
    observation: seen ?? undefined,
    error,
    awaiting: awaited(item, seen),
    ...found(state, item),
    ...specAfter(state, item, turnedBack ? 'goal' : fits, env),
    boot: seen === null || env.boot === state.parts.boot ? undefined : env.boot,
  });
  if (method === 'probe' && seen !== null && fits !== 'goal') foundBy(turn, state, seen);
  turn.add({ type: `${method}.${result}`, of: item.op, data });
  if (method === 'place' && result === 'done')
    turn.add({ type: 'granted', part: OWNER_PART, data: { host: data['host'] ?? '', epoch: data['epoch'] ?? 0 } });
  if (turn.state.value === 'deleted') turn.add({ type: 'closed', part: OWNER_PART });
  else if (isReleased(state, turn.state, seen, env)) turn.add({ type: 'released', part: OWNER_PART });
}

/**
 * A probe meets a guest that is not as recorded, and not as it was ordered to become: the history says by name what was seen. A reset is
 * asked for by a person to find just that.
 */
function foundBy(turn: Turn, { context, parts }: InstanceState, seen: Observation): void {
  if (seen.busy !== null || context.request['reset'] === 'yes' || parts.power === null || parts.power === seen.power)
    return;
  turn.add({ type: observedEvent[seen.power], part: 'power', data: dataOf({ observation: seen }) });
}

/** What the observation means for the leaf that is due, or for the one that a probe settles. */
function fitsOf(
  state: InstanceState,
  { result, epoch, data }: Outcome,
  due: Due,
  seen: Observation | null,
): Fits | undefined {
  if (seen === null && (due.method === 'place' || due.method === 'order')) return undefined;
  if (seen === null || seen.busy !== null) return 'unknown';
  const probing = due.method === 'probe' ? probingOf(state.context) : null;
  const name = probing === null ? state.value : probing.leaf;
  const leaf: Leaf | null = isLeafName(name) ? leaves[name] : null;
  const { origin, goal } = state.context;
  return classify(seen, {
    origin,
    goal: leaf === null || leaf.looks === 'goal' ? goal : leaf.looks,
    method: leaf?.method ?? due.method,
    mark: { epoch, op: probing?.op ?? due.op },
    ...(due.method === 'probe'
      ? {}
      : { result: due.method === 'snapshot' && imageIn(data) === null ? 'failed' : result }),
  });
}

/** The files of the old size are back in their place, and only the guest did not come up: nothing is left to be settled. */
function isTurnedBack({ method, result }: Outcome, seen: Observation | null): boolean {
  return (
    method === 'finishRevertMigration' &&
    result === 'failed' &&
    seen !== null &&
    seen.busy === null &&
    seen.domain === 'defined' &&
    seen.power === 'off' &&
    seen.disks.includes('root') &&
    !seen.disks.includes('kept')
  );
}

/** What a step found out that the next one on this host is asked with. */
function found({ context }: InstanceState, { method, result, data }: Outcome): Record<string, unknown> {
  const disks = data?.['result'];
  return method === 'migrateDiskAndPowerOff' &&
    result === 'done' &&
    context.request['by'] !== 'cluster' &&
    Array.isArray(disks)
    ? { request: { diskInfo: disks } }
    : {};
}

/** A placement grants the next epoch, in the same turn: it is stored before any host hears of it. */
function placement(state: InstanceState, { method, result, data }: Outcome, { policy }: Env): Record<string, unknown> {
  if (method !== 'place') return {};
  if (result === 'failed') return { again: data?.['again'] === true && state.context.tries + 1 < policy.maxPlaceTries };
  const epoch = state.actor.epoch + 1;
  const host = String(data?.['host']);
  return { host, epoch, request: { host, epoch } };
}

/** What is awaited when the effect has to be begun again; null when it need not be. */
function awaited({ method, result, data, error }: Outcome, seen: Observation | null): string | undefined {
  if (method === 'order')
    return result === 'done'
      ? `host ${String(data?.['host'] ?? 'that took it')} to report`
      : 'an answer of the host that was asked';
  if (method === 'destroy' && seen !== null && !isEmpty(seen)) return `removal of ${whatIsLeft(seen)}`;
  if (seen === null)
    return error === undefined ? 'an answer of the hypervisor' : `an answer of the hypervisor (${error.message})`;
  return seen.busy === null ? undefined : `the end of what the hypervisor does: ${seen.busy}`;
}

function whatIsLeft(seen: Observation): string {
  const parts = [
    seen.domain === 'absent' ? null : 'the domain',
    seen.savedMemory ? 'its saved memory' : null,
    seen.disks.length > 0 ? `disks ${seen.disks.join(', ')}` : null,
    ...seen.leftovers,
  ];
  return parts.filter((part) => part !== null).join('; ');
}

/** A finished operation that changed what the instance is made from stores the new spec with its end. */
function specAfter(
  { value, context }: InstanceState,
  { data }: Outcome,
  fits: Fits | undefined,
  { spec }: Env,
): { readonly spec?: InstanceSpec } {
  if (fits !== 'goal' || spec === undefined || spec === null) return {};
  const { shelved } = spec;
  const { image, flavor, oldFlavor, adminPassword } = context.request as Partial<
    Record<'flavor' | 'oldFlavor', Flavor>
  > & { image?: ImageRef; adminPassword?: SecretRef };
  const made = imageIn(data);
  switch (probingOf(context)?.leaf ?? value) {
    case 'rebuilding.spawn':
      return rebuiltFrom(spec, image, adminPassword);
    case 'migrating.finishMigration':
      return flavor === undefined ? {} : { spec: { ...spec, flavor } };
    case 'settling.finishRevertMigration':
      return oldFlavor === undefined ? {} : { spec: { ...spec, flavor: oldFlavor } };
    case 'shelving.snapshot':
      return made === null ? {} : { spec: { ...spec, shelved: { ...made, name: `${spec.name}-shelved` } } };
    case 'shelving.destroy':
      return changed(spec, { ...withoutDisk(spec), ...(shelved && { shelved }) });
    case 'unshelving.spawn':
    case 'migrating.spawn':
      return changed(spec, { ...withoutDisk(spec), ...(shelved && { restsOn: shelved }) });
    case 'starting.powerOn':
    case 'rebooting.reboot': {
      // It runs again: what is on its disk counts from now on.
      const { shelved: _, ...rest } = spec;
      return changed(spec, rest);
    }
    default:
      return {};
  }
}

/** A password that a rebuild was given is the instance's from now on: whoever makes the guest again later sets that one. */
function rebuiltFrom(
  spec: InstanceSpec,
  image: ImageRef | undefined,
  adminPassword: SecretRef | undefined,
): { readonly spec?: InstanceSpec } {
  const anew = withoutDisk(spec);
  if (image === undefined && adminPassword === undefined) return changed(spec, anew);
  const secrets = adminPassword === undefined ? spec.secrets : { ...spec.secrets, adminPassword };
  return { spec: { ...anew, image: image ?? spec.image, secrets } };
}

/** The disk of before is no more: what it rested on is of no use to it, nor what the shelf kept of it. */
function withoutDisk(spec: InstanceSpec): InstanceSpec {
  const { shelved: _, restsOn: __, ...rest } = spec;
  return rest;
}

/** Stored is what says something new. */
function changed(before: InstanceSpec, spec: InstanceSpec): { readonly spec?: InstanceSpec } {
  const isSame = before.shelved?.sha256 === spec.shelved?.sha256 && before.restsOn?.sha256 === spec.restsOn?.sha256;
  return isSame ? {} : { spec };
}

/** A build that failed and left nothing: this host is done with the instance, and the spine goes on. */
function isReleased(before: InstanceState, after: InstanceState, seen: Observation | null, { host }: Env): boolean {
  if (host === CLUSTER || seen === null || !isEmpty(seen)) return false;
  return (after.value === 'failed' && before.context.origin === null) || (after.value as RestingState) === 'offloaded';
}

/** A step of getting ready for a move; what was found out goes on to the source. */
function gotReady(turn: Turn, { method, result, op, observation, data, error }: Outcome): void {
  turn.add({
    type: `${method}.${result}`,
    part: INCOMING_PART,
    of: op,
    data: dataOf({ result: data?.['result'], observation: observation ?? undefined, error }),
  });
}

/** A step of the move that the spine carries out. A fenced host's epoch is granted on in the same turn: it is stored before anybody hears of it. */
function ofMove(turn: Turn, state: InstanceState, { method, result, op, data, error }: Outcome): void {
  const before = state.parts.migration?.context;
  turn.add({ type: `${method}.${result}`, part: MIGRATION_PART, of: op, data: dataOf({ ...data, error }) });
  if (result === 'done' && before !== undefined && (method === 'fenceSource' || method === 'fenceDestination')) {
    const host = method === 'fenceSource' ? before.destination : before.source;
    // One that was given up and is there again knows a newer epoch than was ever granted.
    const epoch = Math.max(state.actor.epoch, Number(data?.['epoch'] ?? 0)) + 1;
    turn.add({ type: 'granted', part: OWNER_PART, data: dataOf({ host, epoch }) });
  }
  // A destination that gave it up again, with nothing left: until the next one is granted it, the spine has it.
  if (method === 'adoptMove' && data?.['released'] === true)
    turn.add({ type: 'regained', part: OWNER_PART, data: { epoch: state.actor.epoch } });
  tellDoomed(turn);
}

/**
 * Clearing away: a remnant is done when no domain is left, and no disk either unless they are another host's. What a host keeps stays, and
 * so does what nobody has decided on yet.
 */
function clearedAway(turn: Turn, state: InstanceState, { method, result, op, observation, error }: Outcome): void {
  const { role } = state.actor;
  const seen = dataOf({ observation, error });
  if (role.kind === 'kept' && method === 'destroy' && observation?.domain === 'absent') {
    turn.add({ type: 'stilled', part: OWNER_PART, of: op, data: seen });
  } else if (isClear(state, method, result, observation)) {
    turn.add({ type: isUndecided(role) ? 'stilled' : 'cleaned', part: OWNER_PART, of: op, data: seen });
  } else {
    turn.add({ type: `${method}.${result === 'done' ? 'failed' : result}`, part: OWNER_PART, of: op, data: seen });
  }
}

function isClear(
  { value, actor: { role } }: InstanceState,
  method: string,
  result: Outcome['result'],
  seen: Observation | null,
): boolean {
  if (seen === null) return false;
  const noDomain = seen.domain === 'absent' && !seen.savedMemory;
  if (method === 'confirmMigration') return result === 'done' && noDomain && !seen.disks.includes('kept');
  if (value === 'deleted') return isEmpty(seen);
  return role.kind === 'remnant' && role.keepDisks === false ? isEmpty(seen) : noDomain;
}
