/**
 * The chart `life`: what an instance is, and what it is becoming.
 *
 *   unplaced --create--> building ----> running <--> paused, suspended, stopped, rescued, resized, shelved, trashed, ...
 *                            |             |             through one transient state each
 *                            v             v
 *                         failed      reconciling     when nobody knows
 *   every state --delete--> deleting --> deleted
 *
 * It is only ever used through XState's pure functions. It knows nothing of ops, deadlines, epochs or command ids: stale items never
 * reach it. A leaf of a transient state declares its effect as an entry action; `transition` returns it when the leaf was entered, and
 * that is how an entry is told from a stay; a leaf that waits for the cluster declares none. `deleted` is no final state: a domain seen later is still dealt with.
 */
import { assign, setup } from 'xstate';
import type { LifeContext, RestingState } from '@chronovirt/contract';
import { MACHINE_VERSION } from '../version.ts';
import { holds, type ChartEvent, type When } from './chart-event.ts';
import * as changes from './context-changes.ts';
import { leafNames, leaves, parentOf, parents, type Leaf, type Parent } from './leaves.ts';
import { movesOf } from './observations.ts';
import { goalOf, operations } from './operations.ts';
import { asks, rulesOfLeaf, rulesOfParent, type Rule, type Rules } from './rules.ts';
import { resting, restingStates, UNPLACED } from './resting.ts';

const chart = setup({
  types: { context: {} as LifeContext, events: {} as ChartEvent },
  guards: { when: ({ context, event }, params: When) => holds(params, context, event) },
  actions: {
    /** Declares that the effect of a leaf is due; the actor record turns it into an op with a deadline. */
    effect: () => {},
    /** Says what a leaf without an effect of its own waits for. */
    await: assign((_, { awaits }: { awaits: string }) => ({ awaiting: awaits })),
    begin: assign(({ context, event }, params: Parameters<typeof changes.begin>[2]) =>
      changes.begin(context, event, params),
    ),
    preempt: assign(({ context, event }, params: Parameters<typeof changes.preempt>[2]) =>
      changes.preempt(context, event, params),
    ),
    beginDelete: assign(({ context, event }, params: Parameters<typeof changes.beginDelete>[2]) =>
      changes.beginDelete(context, event, params),
    ),
    step: assign(({ context, event }) => changes.step(context, event)),
    again: assign(({ context, event }) => changes.again(context, event)),
    ended: assign(({ context, event }) => changes.ended(context, event)),
    withdraw: assign(({ context, event }) => changes.withdraw(context, event)),
    elsewhere: assign(({ context, event }) => changes.elsewhere(context, event)),
    reconcile: assign(({ context, event }, params: Parameters<typeof changes.reconcile>[2]) =>
      changes.reconcile(context, event, params),
    ),
    rest: assign(({ context, event }, params: Parameters<typeof changes.rest>[2]) =>
      changes.rest(context, event, params),
    ),
    fail: assign(({ context, event }, params: Parameters<typeof changes.fail>[2]) =>
      changes.fail(context, event, params),
    ),
  },
});

/** Rules as XState's transitions. All re-enter: the same effect again is a new op. */
function transitionsOf(rules: Rules): Record<string, object[]> {
  return Object.fromEntries(
    Object.entries(rules).map(([event, list]) => [
      event,
      list.map(({ when, to, change }) => ({
        target: `#life.${to}`,
        reenter: true,
        actions: change,
        ...(when === undefined || Object.keys(when).length === 0 ? {} : { guard: { type: 'when', params: when } }),
      })),
    ]),
  );
}

const deleteFrom = (from: RestingState): Rule => ({
  to: 'deleting.destroy',
  change: { type: 'beginDelete', params: { from } },
});

/** What a resting state takes: commands from the table, observations that move it, delete. */
export function rulesOfResting(state: RestingState): Rules {
  const rules: Rules = {};
  for (const operation of operations.filter(({ from }) => from.includes(state))) {
    (rules[operation.event] ??= []).push({
      ...asks(operation),
      to: operation.to,
      change: { type: 'begin', params: { from: state, goal: goalOf(operation, state) } },
    });
  }
  for (const { event, row, data } of movesOf(state)) {
    (rules[event] ??= []).push({
      ...(data === undefined ? {} : { when: { data } }),
      to: row.to,
      change: { type: 'begin', params: { from: state, goal: row.goal } },
    });
  }
  if (state !== 'deleted') rules['destroy.requested'] = [deleteFrom(state)];
  return rules;
}

const create: Rules = {
  'create.requested': [{ to: 'building.place', change: { type: 'begin', params: { from: null, goal: 'running' } } }],
};

function states(): Record<string, object> {
  const nodes: Record<string, object> = { [UNPLACED]: { description: 'No history yet.', on: transitionsOf(create) } };
  for (const state of restingStates)
    nodes[state] = { description: resting[state].description, on: transitionsOf(rulesOfResting(state)) };
  for (const parent of Object.keys(parents) as Parent[]) {
    const names = leafNames.filter((name) => parentOf(name) === parent);
    const nodeOf = (name: (typeof names)[number]): [string, object] => {
      const { method, deadlineMs, description, awaits }: Leaf = leaves[name];
      const node = {
        description,
        ...(awaits === undefined
          ? { entry: { type: 'effect', params: { method } }, meta: { effect: method, deadlineMs, description } }
          : { entry: { type: 'await', params: { awaits } }, meta: { awaits, description } }),
        on: transitionsOf(rulesOfLeaf(name)),
      };
      return [name.slice(parent.length + 1), node];
    };
    nodes[parent] = {
      description: parents[parent].description,
      initial: names[0]?.slice(parent.length + 1),
      on: transitionsOf(rulesOfParent(parent)),
      states: Object.fromEntries(names.map(nodeOf)),
    };
  }
  return nodes;
}

/** The chart as XState runs it. Generated from tables, so its type says no more than context and event. */
export const lifeMachine = chart.createMachine({
  id: 'life',
  version: MACHINE_VERSION,
  initial: UNPLACED,
  context: changes.initialContext,
  states: states(),
} as never);
