/** The fifteen properties of the design, as far as chart and actor record can keep them, over everything that can be decided. */
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { isEmpty, type Due, type InstanceState, type Observation } from '@chronovirt/contract';
import { evolve, settled } from './actor/evolve.ts';
import { initialState } from './actor/initial.ts';
import { dueEffects } from './actor/role.ts';
import { argumentsOf } from './arguments.ts';
import { decide } from './decide/decide.ts';
import { guards } from './decide/guard-names.ts';
import type { Item, Outcome, TurnDecision } from './decide/types.ts';
import { leafOf } from './life/leaves.ts';
import { isResting } from './life/resting.ts';
import { EMPTY, HOST, seen, shows, SPEC, SPINE } from './testing/scenario.ts';
import { envOf, explore, type Edge, type Explored } from './testing/explore.ts';

type TurnEdge = Edge & { readonly decision: TurnDecision; readonly after: InstanceState };
type OutcomeEdge = TurnEdge & { readonly before: InstanceState; readonly item: Outcome };

let spine: Explored;
let host: Explored;
let edges: readonly Edge[];
let turns: readonly TurnEdge[];
let states: readonly InstanceState[];

beforeAll(() => {
  spine = explore(SPINE);
  host = explore(HOST);
  edges = [...spine.edges, ...host.edges];
  turns = edges.filter((edge): edge is TurnEdge => edge.decision.kind === 'turn');
  states = [...spine.states, ...host.states];
}, 120_000);

const tell = ({ before, item, after }: Edge): string =>
  `${before?.value ?? 'none'} -> ${after?.value ?? 'none'}: ${JSON.stringify(item)}`;

/** The first edges for which something does not hold; none is what is wanted, and at least `atLeast` must have been asked. */
function broken<E extends Edge>(asked: readonly E[], atLeast: number, holds: (edge: E) => boolean): string[] {
  if (asked.length < atLeast) return [`only ${asked.length} cases were found, expected ${atLeast}`];
  return asked
    .filter((edge) => !holds(edge))
    .slice(0, 3)
    .map(tell);
}

/** Without what every turn changes: time, writer, and (where said) the answers. */
function core(state: InstanceState, answers = true): unknown {
  return { ...state, actor: { ...state.actor, at: 0, incarnation: '', answered: answers ? state.actor.answered : [] } };
}

const outcomes = (): OutcomeEdge[] =>
  turns.filter((edge): edge is OutcomeEdge => edge.item.kind === 'outcome' && edge.before !== null);

/** Runs what is due against a world that answers every look the same, until it rests; null when it does not within the bound. */
function settleIn(
  start: InstanceState,
  on: typeof HOST | typeof SPINE,
  result: 'done' | 'failed',
  world: Observation,
): InstanceState | null {
  let state = start;
  for (let n = 0; n < 30; n += 1) {
    const [due] = dueEffects(state);
    if (due === undefined) return state;
    const decision = decide(state, outcomeIn(state, due, on, result, world, n), envOf(on, state.actor.at + 1000));
    if (decision.kind !== 'turn') return null;
    state = settled(decision.next, n + 1000);
  }
  return null;
}

function outcomeIn(
  state: InstanceState,
  due: Due,
  on: typeof HOST | typeof SPINE,
  result: 'done' | 'failed',
  world: Observation,
  round: number,
): Item {
  // A probe that fails has no answer, and asks again for ever: that is tested by itself. Destroy, run again and again, removes in the end.
  const seenThen = due.method === 'destroy' && round > 2 ? EMPTY : world;
  const ending = due.method === 'probe' || (due.method === 'destroy' && round > 2) ? 'done' : result;
  return {
    kind: 'outcome',
    op: due.op,
    epoch: state.actor.epoch,
    method: due.method,
    result: ending,
    observation: on === SPINE ? null : seenThen,
    data: on === SPINE ? { host: HOST, withdrawn: ending === 'failed' } : {},
    ...(ending === 'failed' ? { error: { code: 'X', message: 'x' } } : {}),
  };
}

const dueOf = (state: InstanceState | null, op: number): Due | undefined =>
  state === null ? undefined : dueEffects(state).find((due) => due.op === op);

const isDue = (state: InstanceState, { op, epoch, method }: Outcome): boolean =>
  epoch === state.actor.epoch && dueEffects(state).some((due) => due.op === op && due.method === method);

const isOver = ({ before, item }: Edge): boolean =>
  !dueEffects(before as InstanceState).some(({ op }) => 'op' in item && op === item.op);

const isClosed = (state: InstanceState | null): boolean => state?.actor.role.kind === 'closed';

const isOrdered = (state: InstanceState | null): boolean =>
  state !== null && (state.context.goal === 'deleted' || state.value === 'deleted');

test('there is enough to look at', () => {
  expect(spine.states.length).toBeGreaterThan(20);
  expect(host.states.length).toBeGreaterThan(300);
  expect(turns.length).toBeGreaterThan(5000);
});

test('property 3: deleted is only reported on a look that found nothing at all', () => {
  const reports = outcomes().filter(
    ({ before, after, env }) => after.value === 'deleted' && before.value !== 'deleted' && env.host !== SPINE,
  );
  expect(
    broken(
      reports,
      10,
      ({ item, after }) => item.observation !== null && isEmpty(item.observation) && after.actor.role.kind === 'closed',
    ),
  ).toEqual([]);
  const byOther = turns.filter(
    ({ item, before, after, env }) =>
      item.kind !== 'outcome' && after.value === 'deleted' && before?.value !== 'deleted' && env.host !== SPINE,
  );
  expect(byOther.map(tell)).toEqual([]);
});

describe('property 4: every transient state has a deadline and a failure exit, and both lead to rest within bounded events', () => {
  test('what does not rest has an alarm, or says what wakes it', () => {
    const transient = states.filter(
      ({ value, actor }) => !isResting(value) && ['owner', 'granted'].includes(actor.role.kind),
    );
    const silent = transient.filter((state) => {
      const due = dueEffects(state);
      if (due.length === 0) return /^(host|the cluster) /.test(state.context.awaiting ?? '') === false;
      return due.some(({ deadline, notBefore }) => deadline <= Math.max(state.actor.at, notBefore ?? 0));
    });
    expect(silent.map(({ value }) => value)).toEqual([]);
    expect(transient.length).toBeGreaterThan(100);
  });

  test.each(['done', 'failed'] as const)(
    'whatever the world shows, effects that all end as %s end in rest',
    (result) => {
      const worlds = [seen(), shows('paused'), shows('stopped'), shows('suspended'), EMPTY];
      const restless = worlds.flatMap((world) =>
        host.states
          .filter((state) => settleIn(state, HOST, result, world) === null)
          .map(({ value }) => `${value} in ${world.power}`),
      );
      expect(restless).toEqual([]);
      expect(
        spine.states.filter((state) => settleIn(state, SPINE, result, EMPTY) === null).map(({ value }) => value),
      ).toEqual([]);
    },
  );
});

test('property 5: folding a turn’s events again gives the same state, twice, and opens no other effect', () => {
  expect(
    broken(turns, 5000, ({ before, decision, env }: TurnEdge) => {
      const meta = { ...env, at: decision.next.actor.at, epoch: decision.next.actor.epoch, command: decision.command };
      const replay = (): InstanceState | null =>
        decision.events.reduce<InstanceState | null>((state, event) => evolve(state, event, meta), before);
      return isDeepStrictEqual(replay(), decision.next) && isDeepStrictEqual(replay(), decision.next);
    }),
  ).toEqual([]);
});

test('property 6: an intent that is run again is given the same op and the same arguments', () => {
  const resumed = turns.filter(({ item, before }) => item.kind === 'resume' && item.attempt <= 3 && before !== null);
  expect(
    broken(resumed, 50, ({ before, after, item }: TurnEdge) => {
      const [was, is] = [dueOf(before, (item as { op: number }).op), dueOf(after, (item as { op: number }).op)];
      if (before === null || was === undefined || is === undefined) return false;
      if (!isDeepStrictEqual({ ...is, attempt: 0, deadline: 0 }, { ...was, attempt: 0, deadline: 0 })) return false;
      return isDeepStrictEqual(argumentsOf(after, SPEC, is), argumentsOf(before, SPEC, was));
    }),
  ).toEqual([]);
});

describe('property 7: what is late or comes twice changes nothing but the record', () => {
  test('an outcome whose op, epoch or method is not due', () => {
    const late = edges.filter(
      (edge): edge is OutcomeEdge =>
        edge.item.kind === 'outcome' && edge.before !== null && !isDue(edge.before, edge.item),
    );
    expect(
      broken(
        late,
        500,
        ({ decision, before, after }: OutcomeEdge) =>
          decision.events.every(({ type }) => type === 'late') && isDeepStrictEqual(core(after), core(before)),
      ),
    ).toEqual([]);
  });

  test('an alarm, a resumption and a look of an earlier op', () => {
    const stale = edges.filter(
      ({ before, item }) => before !== null && 'op' in item && item.kind !== 'outcome' && item.op < before.actor.op,
    );
    expect(
      broken(stale.filter(isOver), 500, ({ decision }) => decision.kind === 'nothing' && decision.code === 'stale'),
    ).toEqual([]);
  });

  test('a command that comes again: its old answer, and no turn', () => {
    const commands = turns.filter(({ item }) => item.kind === 'command');
    expect(broken(commands, 5000, ({ after, item, env }) => decide(after, item, env).kind === 'answer')).toEqual([]);
  });
});

test('property 8: after a crash the stored state alone says what is due, and going on from it ends in rest', () => {
  const stuck = host.states.filter((state) => {
    const restored = JSON.parse(JSON.stringify(state)) as InstanceState;
    if (!isDeepStrictEqual(restored, state) || !isDeepStrictEqual(dueEffects(restored), dueEffects(state))) return true;
    return dueEffects(restored).some(({ op, attempt }) => {
      const decision = decide(
        restored,
        { kind: 'resume', op, attempt: attempt + 1 },
        envOf(HOST, restored.actor.at + 3_600_000),
      );
      return decision.kind !== 'turn' || settleIn(settled(decision.next, 1), HOST, 'done', seen()) === null;
    });
  });
  expect(stuck.map(({ value }) => value)).toEqual([]);
});

test('property 9: a failed operation that is seen untouched rests where it began, lock and power as before', () => {
  const untouched = outcomes().filter(({ before, item, decision }) => {
    const { origin, goal } = before.context;
    return (
      item.result === 'failed' &&
      item.method !== 'probe' &&
      decision.events[0]?.data?.['fits'] === 'origin' &&
      origin !== null &&
      origin !== 'failed' &&
      goal !== 'deleted'
    );
  });
  expect(
    broken(untouched, 50, ({ before, after, item }: OutcomeEdge) => {
      // The time that a policy counts begins with each arrival: what failed is not tried again at once.
      const { restsSince, ...parts } = after.parts;
      return (
        after.value === before.context.origin &&
        isDeepStrictEqual(parts, { ...before.parts, power: item.observation?.power }) &&
        (restsSince === undefined || restsSince === after.actor.at) &&
        dueEffects(after).length === 0
      );
    }),
  ).toEqual([]);
});

test('property 10: a history is closed only when nothing is left here that it could hold', () => {
  const closing = turns.filter(
    ({ before, after, env }) => env.host !== SPINE && before !== null && !isClosed(before) && isClosed(after),
  );
  expect(
    broken(closing, 10, ({ before, item, after }: TurnEdge) => {
      if (item.kind !== 'outcome' || item.observation === null || after.actor.due.length > 0) return false;
      // A remnant's disks may be the new owner's; the domain and its memory are gone in any case.
      const isRemnant = before?.actor.role.kind === 'remnant' && before.value !== 'deleted';
      return isRemnant
        ? item.observation.domain === 'absent' && !item.observation.savedMemory
        : isEmpty(item.observation);
    }),
  ).toEqual([]);
});

test('property 11: at rest the recorded power is what was seen, and where it is not the expected one an event names the gap', () => {
  const looks = edges.filter(
    ({ before, item }) =>
      item.kind === 'look' &&
      item.observation.busy === null &&
      item.op === before?.actor.op &&
      before.actor.role.kind === 'owner' &&
      isResting(before.value) &&
      dueEffects(before).length === 0,
  );
  expect(
    broken(looks, 500, ({ before, item, after, decision }: Edge) => {
      if (item.kind !== 'look' || before === null) return false;
      const { power } = item.observation;
      if (after?.parts.power !== power) return false;
      if (decision.kind === 'turn') return decision.events.every(({ type }) => type.startsWith('observed.'));
      // No event: it was recorded before.
      return before.parts.power === power;
    }),
  ).toEqual([]);
});

describe('property 12: delete is taken in every state but deleted, and wins', () => {
  test('by whoever owns the instance, whatever goes on', () => {
    const orders = edges.filter(({ before, item }) => {
      if (item.kind !== 'command' || item.command.name !== 'delete' || before === null || before.value === 'deleted')
        return false;
      const { kind } = before.actor.role;
      return kind === 'owner' || (kind === 'granted' && leafOf(before.value)?.method === 'order');
    });
    expect(
      broken(
        orders,
        100,
        ({ decision, after }: Edge) =>
          decision.kind === 'turn' &&
          decision.answer?.kind === 'accepted' &&
          after !== null &&
          dueEffects(after).length === 1 &&
          ['deleting.order order', 'deleting.destroy destroy'].includes(
            `${after.value} ${dueEffects(after)[0]?.method}`,
          ),
      ),
    ).toEqual([]);
  });

  test('nothing that comes after leads anywhere but to absence', () => {
    // A later epoch is another life of the history on this host; the spine never grants one after a delete.
    const after = edges.filter(
      ({ before, item }) => isOrdered(before) && !(item.kind === 'link' && item.link.kind === 'adopt'),
    );
    expect(broken(after, 500, (edge) => isOrdered(edge.after))).toEqual([]);
  });
});

test('property 14: a history is linear: time never goes back, each op is the next one', () => {
  expect(
    broken(turns, 5000, ({ before, decision, after, item }: TurnEdge) => {
      const start = before ?? initialState({ at: 0, incarnation: after.actor.incarnation });
      const handed = item.kind === 'link' && item.link.kind === 'adopt' ? item.link.state.op : 0;
      const ops = decision.events.flatMap(({ op }) => (op === undefined ? [] : [op]));
      const from = Math.max(start.actor.op, handed);
      return (
        after.actor.at >= start.actor.at &&
        ops.every((op, n) => op === from + n + 1) &&
        after.actor.op === from + ops.length
      );
    }),
  ).toEqual([]);
});

test('property 15: a refusal changes no state, begins no effect and names its guard', () => {
  const refused = turns.filter(({ decision, before }) => decision.answer?.kind === 'refused' && before !== null);
  const names = new Set(Object.keys(guards));
  expect(
    broken(
      refused,
      1000,
      ({ decision, before, after }: TurnEdge) =>
        decision.events.every(({ type }) => type === 'refused') &&
        isDeepStrictEqual(core(after, false), core(before as InstanceState, false)) &&
        decision.answer?.kind === 'refused' &&
        names.has(decision.answer.guard) &&
        decision.answer.fact.length > 10,
    ),
  ).toEqual([]);
});

test('a role that may not act has nothing due', () => {
  const allowed = {
    owner: null,
    granted: ['order'],
    remnant: ['destroy'],
    closed: [],
    incoming: [],
    kept: ['destroy', 'confirmMigration'],
  } as const;
  const wrong = states.filter((state) => {
    const methods: readonly string[] | null = allowed[state.actor.role.kind];
    return methods !== null && dueEffects(state).some(({ method }) => !methods.includes(method));
  });
  expect(wrong).toEqual([]);
});
