/**
 * Why a command is refused: guards with stable names, each with the fact behind it in a person's words. The order is the order in
 * which they are asked; the first that does not hold is the answer.
 */
import {
  CLUSTER,
  isEmpty,
  MAX_BACKUPS,
  type CommandName,
  type Flavor,
  type InstanceState,
  type RestingState,
} from '@chronovirt/contract';
import { leafOf, parentOf } from '../life/leaves.ts';
import { methodsOf, operations, type Operation } from '../life/operations.ts';
import { imageOperationOf, type ImageOperation } from '../image/leaves.ts';
import { keptAfter } from '../image/backups.ts';
import { settledBy } from '../life/chart-event.ts';
import { rowOf } from '../life/observations.ts';
import { restingOf } from '../life/resting.ts';
import { full, inWords, leadsHere, type Asker, type Refusal } from './guard-names.ts';
import { locked } from './lock-guard.ts';
import { checkMove, deletesForHost, movesHere, ofMoves } from './move-guards.ts';
import type { Env } from './types.ts';

/** The operation that a command begins, or why not. `null`: the command acts without an operation (delete, lock, unlock, create). */
export function check(
  state: InstanceState | null,
  asked: Asker,
  env: Pick<Env, 'host' | 'facts' | 'spec'>,
): { operation: Operation | null } | Refusal {
  if (asked.name === 'create') return checkCreate(state, env);
  if (ofMoves.has(asked.name)) {
    const checked = checkMove(state, asked, env);
    // An evacuation saves what a lock is to protect.
    return 'guard' in checked || state === null || asked.name === 'evacuate'
      ? checked
      : (locked(state, asked, env) ?? checked);
  }
  if (state === null) return { guard: 'exists', fact: 'no instance of that id is known here' };
  const refusal = notOurs(state, asked, env) ?? whatFits(state, asked, env);
  if ('guard' in refusal) return refusal;
  return locked(state, asked, env) ?? notNow(state, asked, env) ?? refusal;
}

function checkCreate(
  state: InstanceState | null,
  { host, facts }: Pick<Env, 'host' | 'facts'>,
): { operation: null } | Refusal {
  if (state !== null) return { guard: 'unplaced', fact: `an instance of that id exists: it is ${inWords(state)}` };
  if (host !== CLUSTER) return { guard: 'placed', fact: 'instances are created on the spine, which chooses the host' };
  if (facts.full) return full;
  return { operation: null };
}

function notOurs(state: InstanceState, { name }: Asker, { host, facts }: Pick<Env, 'host' | 'facts'>): Refusal | null {
  if (state.value === 'deleted')
    return { guard: 'notDeleted', fact: 'the instance is deleted; only its history is left' };
  const { role } = state.actor;
  if (role.kind === 'owner') return null;
  // Until the host has taken the order, delete is the spine's to record: it takes the order back.
  const isOrdered = leafOf(state.value)?.method === 'order';
  if (role.kind === 'granted' && name === 'delete' && (isOrdered || movesHere(state) || deletesForHost(state, facts)))
    return null;
  switch (role.kind) {
    case 'granted':
      return {
        guard: 'roleOwner',
        fact: `host ${role.host} holds the instance (epoch ${role.epoch}): it is asked there`,
      };
    case 'incoming':
      return {
        guard: 'roleOwner',
        fact: `the instance is on its way here by migration ${role.migration}; its source still owns it`,
      };
    case 'kept':
      return {
        guard: 'roleOwner',
        fact: `another host owns the instance since epoch ${role.epoch}; ${host} keeps its files of before until the move is settled`,
      };
    case 'remnant':
      if (role.undecided === true)
        return {
          guard: 'roleOwner',
          fact: `${host} was given up for ever, and what it has of the instance waits for somebody to decide: evacuate it, delete it, or admit the host again`,
        };
      return {
        guard: 'roleOwner',
        fact: `another host owns the instance since epoch ${role.epoch}; what is left on ${host} is being cleared away`,
      };
    case 'closed':
      return { guard: 'roleOwner', fact: `host ${host} no longer holds the instance; its history here is closed` };
    default:
      return role satisfies never;
  }
}

function whatFits(
  state: InstanceState,
  asked: Asker,
  env: Pick<Env, 'host' | 'facts' | 'spec'>,
): { operation: Operation | null } | Refusal {
  if (asked.name === 'delete' || asked.name === 'lock' || asked.name === 'unlock') return { operation: null };
  if (asked.name === 'adoptDrift' || asked.name === 'repairDrift') return driftFits(state, asked.name, env);
  const image = imageOperationOf(asked.name);
  if (image !== null) return imageFits(state, image, asked, env);
  const rows = operations.filter(({ command }) => command === asked.name);
  const legal = rows.filter((row) => isLegal(row, state));
  if (legal.length === 0) return { guard: 'state', fact: notHere(state, asked.name, rows) };
  const onSpine = env.host === CLUSTER;
  const here = legal.filter((row) => (row.where === 'spine') === onSpine && reaches(row, state, asked, env));
  if (here.length === 0) {
    return {
      guard: 'placed',
      fact: onSpine
        ? 'no host holds the instance, so there is no guest to act on'
        : 'this is done on the spine, which chooses the host',
    };
  }
  if (here.some(({ launched }) => launched) && neverRan(state))
    return { guard: 'launched', fact: 'the guest has never run: its build failed; hard reboot and delete are open' };
  if (here.some(({ there }) => there) && isGone(state))
    return {
      guard: 'guestThere',
      fact: `nothing of the guest is on its host: ${howGone(state)}; rebuild makes it anew, delete ends it, reset looks again`,
    };
  const done = here.find((row) => methodsOf(row).every((method) => onSpine || env.facts.implements.has(method)));
  if (done === undefined)
    return {
      guard: 'driverImplements',
      fact: `the driver of ${env.host} does not have ${missing(here, env.facts.implements)}`,
    };
  return (
    staysHere(asked, env) ??
    goesAway(asked, env) ??
    needsSpec(asked, env) ??
    changesSize(asked, env) ?? { operation: done }
  );
}

/** Whether the other host of an operation is this one, or another. */
function reaches(
  { reach, command }: Operation,
  { context }: InstanceState,
  { args }: Asker,
  { host }: Pick<Env, 'host'>,
): boolean {
  if (reach === undefined) return true;
  const elsewhere =
    command === 'resize' ? args['host'] !== undefined && args['host'] !== host : context.request['by'] === 'cluster';
  return (reach === 'elsewhere') === elsewhere;
}

function isLegal({ from, preempts, settles }: Operation, { value, context }: InstanceState): boolean {
  const at = restingOf(value);
  if (at !== null) return from.includes(at);
  if (value === 'reconciling.probe' && settles?.includes(settledBy(context) as never))
    return context.origin !== null && from.includes(context.origin);
  return preempts?.includes(parentOf(value) as never) ?? false;
}

/** Whether a person may say what holds, and the host can do what follows. */
function driftFits(
  { value, parts: { drift } }: InstanceState,
  name: 'adoptDrift' | 'repairDrift',
  { host, facts }: Pick<Env, 'host' | 'facts'>,
): { operation: null } | Refusal {
  const at = restingOf(value);
  if (drift === undefined || at === null)
    return {
      guard: 'driftOpen',
      fact: 'the guest is as recorded, or what differs was dealt with: nothing is to decide',
    };
  const row = rowOf(at, drift.seen, name === 'adoptDrift' ? 'adopt' : 'repair');
  const method = row?.kind === 'move' ? leafOf(row.to)?.method : undefined;
  if (method !== undefined && method !== 'probe' && !facts.implements.has(method))
    return { guard: 'driverImplements', fact: `the driver of ${host} does not have ${method}` };
  return { operation: null };
}

/** Whether an image can be made now. */
function imageFits(
  state: InstanceState,
  { command, from, methods }: ImageOperation,
  { args }: Asker,
  { host, facts }: Pick<Env, 'host' | 'facts'>,
): { operation: null } | Refusal {
  const at = restingOf(state.value);
  if (at === null || !from.includes(at)) return { guard: 'state', fact: notHere(state, command, [{ from }]) };
  if (host === CLUSTER) return { guard: 'placed', fact: 'no host holds the instance, so there is no guest to act on' };
  const lacking = methods.filter((method) => !facts.implements.has(method));
  if (lacking.length > 0)
    return { guard: 'driverImplements', fact: `the driver of ${host} does not have ${lacking.join(', ')}` };
  if (command !== 'backup') return { operation: null };
  const { name, rotation } = args as { name?: string; rotation?: number };
  if (keptAfter(state.parts, String(name), Number(rotation)) > MAX_BACKUPS)
    return {
      guard: 'backupRoom',
      fact: `${MAX_BACKUPS} backups of an instance are kept, all names together, and this would make it ${keptAfter(state.parts, String(name), Number(rotation))}`,
    };
  return { operation: null };
}

/** A build that failed before the guest ever ran: it began from nothing. */
export function neverRan({ value, context }: Pick<InstanceState, 'value' | 'context'>): boolean {
  return value === 'failed' && context.origin === null;
}

/** An operation failed and left nothing (a rebuild's new guest that did not start takes its disks with it), by the look that ended it. */
function isGone({ value, context: { failure } }: InstanceState): boolean {
  return value === 'failed' && failure !== null && failure.observation !== null && isEmpty(failure.observation);
}

/** A look that finds nothing has not failed itself. */
function howGone({ context: { failure } }: InstanceState): string {
  return failure?.method === 'probe' ? 'it was found gone' : `${failure?.method} failed, and its disks are gone`;
}

/** A shelved guest that was not offloaded has its disks where it is. */
function staysHere({ name, args }: Asker, { host }: Pick<Env, 'host'>): Refusal | null {
  if (name !== 'unshelve' || host === CLUSTER) return null;
  const asked = args['host'];
  if (asked === undefined || asked === host) return null;
  return {
    guard: 'placed',
    fact: `the guest is shelved on ${host}, and is started there: a host can be chosen for it once it is offloaded`,
  };
}

/** A resize is not asked: where it is to be on this host, it is made here. */
function goesAway(asked: Asker, { host }: Pick<Env, 'host'>): Refusal | null {
  return asked.name === 'liveMigrate' || asked.name === 'coldMigrate' ? leadsHere(asked, host) : null;
}

function missing(rows: readonly Operation[], has: ReadonlySet<string>): string {
  return [...new Set(rows.flatMap(methodsOf))].filter((method) => !has.has(method)).join(', ');
}

function needsSpec({ name, args }: Asker, { spec }: Pick<Env, 'spec'>): Refusal | null {
  if (spec !== undefined && spec !== null) return null;
  const changes = name === 'resize' || (name === 'rebuild' && (args['image'] ?? args['adminPassword']) !== undefined);
  return changes
    ? { guard: 'specKnown', fact: `${name} changes what the instance is made from, and that is not at hand here` }
    : null;
}

/** A resize stops the guest: for the size that it has already, whatever its name, it is stopped for nothing. */
function changesSize({ name, args }: Asker, { host, spec }: Pick<Env, 'host' | 'spec'>): Refusal | null {
  if (name !== 'resize' || spec === undefined || spec === null) return null;
  const { flavor } = spec;
  const asked = args['flavor'] as Partial<Flavor> | undefined;
  if (asked === undefined || !isSameSize(asked, flavor)) return null;
  const to = args['host'];
  const elsewhere =
    to === undefined || to === host ? '' : `; coldMigrate with host ${String(to)} brings it there as it is`;
  return {
    guard: 'flavorDiffers',
    fact: `the instance has that size already (${sizeInWords(flavor)}): name another flavor${elsewhere}`,
  };
}

function isSameSize(one: Partial<Flavor>, other: Flavor): boolean {
  const { extraSpecs = {} } = one;
  const keys = [...new Set([...Object.keys(extraSpecs), ...Object.keys(other.extraSpecs)])];
  return (
    one.vcpus === other.vcpus &&
    one.memoryMiB === other.memoryMiB &&
    one.rootGiB === other.rootGiB &&
    (one.ephemeralGiB ?? 0) === other.ephemeralGiB &&
    (one.swapMiB ?? 0) === other.swapMiB &&
    keys.every((key) => extraSpecs[key] === other.extraSpecs[key])
  );
}

/** Only what it has; a root disk of 0 GiB is as large as the image. */
function sizeInWords({ name, vcpus, memoryMiB, rootGiB, ephemeralGiB, swapMiB }: Flavor): string {
  return [
    `${name}: ${vcpus} vCPU${vcpus === 1 ? '' : 's'}`,
    `${memoryMiB} MiB of memory`,
    rootGiB === 0 ? 'a root disk as large as the image' : `a root disk of ${rootGiB} GiB`,
    ...(ephemeralGiB === 0 ? [] : [`an ephemeral disk of ${ephemeralGiB} GiB`]),
    ...(swapMiB === 0 ? [] : [`${swapMiB} MiB of swap`]),
  ].join(', ');
}

function notNow({ parts }: InstanceState, { name }: Asker, { facts }: Pick<Env, 'facts'>): Refusal | null {
  if (name === 'delete') return null;
  if (facts.full) return full;
  if (parts.image !== 'idle' && name !== 'lock' && name !== 'unlock')
    return {
      guard: 'imageIdle',
      fact: parts.image === 'capturing' ? 'an image of the instance is being made' : 'older backups are being removed',
    };
  return null;
}

function notHere(state: InstanceState, name: CommandName, rows: readonly Pick<Operation, 'from'>[]): string {
  const from = [...new Set(rows.flatMap((row) => row.from))] as RestingState[];
  const legal = `${name} is legal in ${from.join(', ')}`;
  if (leafOf(state.value) === null) return `the instance is ${state.value}; ${legal}`;
  const { awaiting, goal } = state.context;
  return `the instance is ${inWords(state)}${goal === null ? '' : `, on its way to ${goal}`}${awaiting === null ? '' : `, awaiting ${awaiting}`}; ${legal}`;
}
