/**
 * Walks everything that can be decided: breadth-first from the first item on, each distinct situation once, with every kind of item in
 * each. What is found is the ground for the model tests. For tests only.
 */
import { commandNames, type Command, type InstanceState, type Observation } from '@chronovirt/contract';
import { settled } from '../actor/evolve.ts';
import { dueEffects } from '../actor/role.ts';
import { decide } from '../decide/decide.ts';
import type { Decision, Env, Item } from '../decide/types.ts';
import { probingOf } from '../life/chart-event.ts';
import { isResting } from '../life/resting.ts';
import { policyOf, type Policy } from '../policy.ts';
import { ALL_METHODS, EMPTY, HOST, INSTANCE, orderOf, ordered, seen, SPEC, SPINE, USER } from './scenario.ts';

/** One decision in one situation. */
export interface Edge {
  readonly before: InstanceState | null;
  readonly item: Item;
  readonly env: Env;
  readonly decision: Decision;
  /** The state afterwards: the same one where nothing was stored. */
  readonly after: InstanceState | null;
}

export interface Explored {
  /** One state for each distinct situation. */
  readonly states: readonly InstanceState[];
  readonly edges: readonly Edge[];
}

const worlds = (mark: Observation['mark']): Observation[] => [
  seen({ mark }),
  seen({ mark: { epoch: 0, op: 1 } }),
  seen({ mark, disks: ['root', 'rescue'] }),
  seen({ power: 'paused', reason: 'user' }),
  seen({ power: 'paused', reason: 'i/o error' }),
  seen({ power: 'off', reason: 'shutdown' }),
  seen({ power: 'off', reason: 'saved', savedMemory: true }),
  seen({ power: 'crashed' }),
  seen({ power: 'asleep' }),
  seen({ power: 'paused', busy: 'save' }),
  EMPTY,
  { ...EMPTY, disks: ['root'] },
];

/** What the deployments that are explored have chosen; the first holds for all but looks. */
const policies: readonly Policy[] = (['usual', 'adopt', 'repair', 'ask'] as const).map((drift) =>
  policyOf({ drift, softRebootMs: 60_000, reclaimAfterMs: 3_600_000 }),
);

/** An image that a driver made. */
const IMAGE = { sha256: 'e'.repeat(64), name: 'made', format: 'qcow2', bytes: 1000, virtualBytes: 2 ** 30 };

/** The environment of a host, or of the spine. */
export function envOf(host: typeof HOST | typeof SPINE, at: number, policy = policies[0] as Policy): Env {
  return {
    instance: INSTANCE,
    host,
    at,
    incarnation: '1700000000000-1' as Env['incarnation'],
    policy,
    ...(host === SPINE ? {} : { boot: 'boot-1' }),
    facts: { implements: ALL_METHODS },
    spec: SPEC,
  };
}

function command(name: Command['name'], by: Command['by'], n: number): Item {
  const made: Command['args'] = name === 'backup' ? { name: 'nightly', rotation: 1 } : { name: 'once' };
  const args: Command['args'] =
    name === 'backup' || name === 'snapshot'
      ? made
      : name === 'create'
        ? { spec: SPEC as never }
        : name === 'resize'
          ? { flavor: { ...SPEC.flavor, vcpus: 2 } as never }
          : {};
  return {
    kind: 'command',
    command: { id: `${by.kind}-${name}-${n}` as Command['id'], instance: INSTANCE, name, args, by },
  };
}

/** Everything that may come next. */
export function itemsFor(state: InstanceState | null, host: Env['host'], n: number): Item[] {
  const items: Item[] = commandNames.filter((name) => name !== 'lock').map((name) => command(name, USER, n));
  if (host !== SPINE)
    items.push({ kind: 'link', link: orderOf(ordered()) }, { kind: 'link', link: { kind: 'fence', epoch: 7 } });
  if (state === null) return items;
  const { role, op, epoch } = state.actor;
  if (role.kind === 'granted') {
    for (const outcome of ['released', 'deleted', 'offloaded'] as const) {
      for (const retry of outcome === 'released' ? [true, false] : [false]) {
        items.push({
          kind: 'link',
          link: {
            kind: 'returned',
            host: role.host,
            epoch: role.epoch,
            seq: 5,
            outcome,
            failure: null,
            hostsTried: [],
            retry,
            command: null,
          },
        });
      }
    }
  }
  for (const due of dueEffects(state)) {
    const base = { kind: 'outcome', op: due.op, epoch, method: due.method } as const;
    const error = { code: 'HYPERVISOR_ERROR', message: 'it said no' };
    if (host === SPINE) {
      for (const data of [
        { host: HOST },
        { host: HOST, withdrawn: true },
        { host: HOST, withdrawn: true, retry: true },
        { again: true },
      ]) {
        items.push(
          { ...base, result: 'done', observation: null, data },
          { ...base, result: 'failed', observation: null, data, error },
        );
      }
    } else {
      for (const observation of [
        ...worlds({ epoch, op: due.op }),
        ...worlds({ epoch, op: due.op - 1 }).slice(0, 1),
        null,
      ]) {
        items.push({ ...base, result: 'done', observation }, { ...base, result: 'failed', observation, error });
        if (due.method === 'snapshot')
          items.push({ ...base, result: 'done', observation, data: { result: { ...IMAGE, sha256: shaOf(due.op) } } });
      }
    }
    items.push(
      { kind: 'alarm', op: due.op },
      { kind: 'resume', op: due.op, attempt: 2 },
      { kind: 'resume', op: due.op, attempt: 9 },
    );
  }
  if (host !== SPINE)
    for (const observation of worlds({ epoch, op })) items.push({ kind: 'look', op, observation, heard: 'test' });
  items.push({ kind: 'policy' });
  // What is over: an outcome, an alarm and a look of an earlier op.
  items.push(
    { kind: 'outcome', op: op - 1, epoch, method: 'powerOff', result: 'done', observation: EMPTY },
    {
      kind: 'outcome',
      op,
      epoch: epoch + 1,
      method: dueEffects(state)[0]?.method ?? 'pause',
      result: 'done',
      observation: EMPTY,
    },
    { kind: 'alarm', op: op - 1 },
    { kind: 'resume', op: op - 1, attempt: 2 },
    { kind: 'look', op: op - 1, observation: seen({ power: 'off' }), heard: 'stale' },
  );
  return items;
}

/** What tells two situations apart. Counters, times and answers do not; power only at rest; who holds the lock is tested by itself. */
function situation(state: InstanceState | null): string {
  if (state === null) return 'none';
  const { value, context, parts, actor } = state;
  const due = dueEffects(state).map(({ part, method }) => `${part} ${method}`);
  if (actor.role.kind !== 'owner' && actor.role.kind !== 'granted')
    return JSON.stringify([actor.role.kind, value === 'deleted', due]);
  return JSON.stringify([
    value,
    context.origin,
    context.goal,
    value === 'resized' ? context.before : null,
    context.tries > 0,
    probingOf(context)?.leaf,
    context.request['reset'],
    context.request['withdraw'],
    isResting(value) ? parts.power : null,
    parts.sight,
    parts.drift?.seen,
    parts.image,
    parts.imageWork?.tries,
    (parts.backups ?? []).length,
    actor.role.kind,
    due,
  ]);
}

/** A look is decided under every policy, and once more after a boot of the host. */
function envsFor(item: Item, host: typeof HOST | typeof SPINE, at: number): Env[] {
  if (item.kind === 'policy') return [envOf(host, at + 7_200_000)];
  if (item.kind !== 'look') return [envOf(host, at)];
  return [...policies.map((policy) => envOf(host, at, policy)), { ...envOf(host, at), boot: 'boot-2' }];
}

function shaOf(op: number): string {
  return String(op % 10).repeat(64);
}

export function explore(host: typeof HOST | typeof SPINE): Explored {
  const seenBefore = new Set<string>([situation(null)]);
  const states: InstanceState[] = [];
  const edges: Edge[] = [];
  let frontier: (InstanceState | null)[] = [null];
  for (let n = 1; frontier.length > 0; n += 1) {
    const next: InstanceState[] = [];
    for (const before of frontier) {
      for (const item of itemsFor(before, host, n)) {
        for (const env of envsFor(item, host, 1_700_000_000_000 + n * 1000)) {
          const decision = decide(before, item, env);
          const after = decision.kind === 'turn' ? settled(decision.next, n) : before;
          edges.push({ before, item, env, decision, after });
          if (after === null || seenBefore.has(situation(after))) continue;
          seenBefore.add(situation(after));
          states.push(after);
          next.push(after);
        }
      }
    }
    frontier = next;
  }
  return { states, edges };
}
