/** One turn of a host: what an item of the mailbox means. Pure; nothing is stored or done. */
import type { Answer, By, Due, HostOrder, HostState } from '@chronovirt/contract';
import type { Decision, Outcome } from '../decide/types.ts';
import { dataOf, nothing } from '../decide/turn.ts';
import { checkHost, type HostRefusal } from './guards.ts';
import { intentsOf } from './intents.ts';
import { onHeard, onSilent } from './on-link.ts';
import { proofFrom } from './proof.ts';
import { coordinator, HostTurnBuilder } from './turn.ts';
import type { HostEnv, HostItem } from './types.ts';

/** The effects that are due, oldest first. */
export function dueOfHost({ actor }: Pick<HostState, 'actor'>): Due[] {
  return actor.due.toSorted((a, b) => a.op - b.op);
}

/** `state` null = nothing was ever heard of it. Throws `EventNotAcceptedError` only where state and charts do not belong together. */
export function decideHost(state: HostState | null, item: HostItem, env: HostEnv): Decision<HostState> {
  switch (item.kind) {
    case 'command':
      return onOrder(state, item.command, env);
    case 'link':
      return item.link.kind === 'heard'
        ? onHeard(state, item.link.heard, env)
        : onSilent(state, item.link.silentMs, env);
    case 'outcome':
      return onOutcome(state, item, env);
    case 'alarm':
      return onDeadline(state, item.op, env);
    case 'resume':
      return onResume(state, item.op, item.attempt, env);
    case 'policy':
    case 'look':
      return none('same', 'there is nothing to look at') as Decision<HostState>;
    default:
      return item satisfies never;
  }
}

const none = (code: Parameters<typeof nothing>[0], why: string): Decision<HostState> =>
  nothing(code, why) as Decision<never>;

function onOrder(state: HostState | null, order: HostOrder, env: HostEnv): Decision<HostState> {
  const known = state?.actor.answered.find(({ id }) => id === order.id);
  if (known !== undefined) return { kind: 'answer', answer: known };
  const { ifSeq } = order;
  if (ifSeq !== undefined && env.seq !== undefined && ifSeq !== env.seq)
    return refuse(state, order, env, {
      guard: 'ifSeq',
      fact: `the last message has sequence ${env.seq}, the order was meant for ${ifSeq}: look again`,
      path: null,
    });
  const refusal = checkHost(state, order, env.facts);
  if (refusal !== null || state === null) return refuse(state, order, env, refusal ?? unheard);
  const turn = new HostTurnBuilder(state, env, order.id);
  for (const event of intentsOf(state, order, env)) turn.add(event);
  return turn.end(order.by, null, { kind: 'accepted', id: order.id, seq: 0 });
}

const unheard: HostRefusal = { guard: 'exists', fact: 'no host of that name has ever reported', path: null };

function onOutcome(state: HostState | null, item: Outcome, env: HostEnv): Decision<HostState> {
  if (state === null) return none('unknown', `an outcome of ${item.method} for a host without history`);
  const due = dueOfHost(state).find(({ op, method }) => op === item.op && method === item.method);
  const cause = `effect ${item.method} op ${item.op}`;
  const { method, result, error, data } = item;
  if (due === undefined || item.epoch !== state.actor.epoch)
    return new HostTurnBuilder(state, env, null)
      .add({ type: 'late', of: item.op, data: dataOf({ method, epoch: item.epoch, result, error }) })
      .end(coordinator, cause);
  const by: By = coordinator;
  const turn = new HostTurnBuilder(state, env, due.command).add({
    type: `${method}.${result}`,
    ...partOf(due),
    of: item.op,
    data: dataOf({
      ...data,
      error,
      isUnknown: error?.code === 'UNKNOWN_AFTER_CRASH' ? true : data?.['isUnknown'],
      proof: result === 'done' ? proofFrom(state, method, data ?? {}, env) : undefined,
    }),
  });
  return turn.end(by, cause);
}

const partOf = ({ part }: Pick<Due, 'part'>): { part?: string } => (part === 'reach' ? {} : { part });

function onDeadline(state: HostState | null, op: number, env: HostEnv, why = 'deadline'): Decision<HostState> {
  const due = state === null ? undefined : dueOfHost(state).find((one) => one.op === op);
  if (state === null || due === undefined) return none('stale', `op ${op} is no longer due`);
  return new HostTurnBuilder(state, env, due.command)
    .add({ type: `${due.method}.timedOut`, ...partOf(due), of: op, data: { why } })
    .end(coordinator, `deadline of op ${op}`);
}

/** After a restart the same effect is run again under a new deadline. A drain goes on however often that happens: each look is anew. */
function onResume(state: HostState | null, op: number, attempt: number, env: HostEnv): Decision<HostState> {
  const due = state === null ? undefined : dueOfHost(state).find((one) => one.op === op);
  if (state === null || due === undefined) return none('stale', `op ${op} is no longer due`);
  if (attempt > env.policy.maxAttempts && due.method !== 'drain')
    return onDeadline(state, op, env, `begun ${attempt - 1} times without an outcome`);
  const at = Math.max(env.at, state.actor.at, due.notBefore ?? 0);
  return new HostTurnBuilder(state, env, due.command)
    .add({
      type: 'resumed',
      of: op,
      deadline: at + Math.round(env.policy.deadlineMs(due.method, state)),
      data: { method: due.method, attempt },
    })
    .end(coordinator, 'restart');
}

/** Stored as a neutral event where there is a history; a typing error makes none. */
function refuse(
  state: HostState | null,
  order: HostOrder,
  env: HostEnv,
  { guard, fact, path }: HostRefusal,
): Decision<HostState> {
  const answer: Answer = {
    kind: 'refused',
    id: order.id,
    seq: 0,
    guard,
    fact: fact.slice(0, 500),
    path: path === null ? null : [...path],
  };
  if (state === null) return { kind: 'answer', answer };
  return new HostTurnBuilder(state, env, order.id)
    .add({ type: 'refused', data: { name: order.name, guard, fact: answer.fact, path: answer.path } })
    .end(order.by, null, answer);
}
