/**
 * The transitions of every transient state, written once and generated per leaf:
 *
 *   done      fits the goal -> next leaf or goal; else -> reconciling
 *   failed    fits the goal -> as done (a guest that reached its goal is adopted); fits the origin -> origin;
 *             nobody answered -> reconciling; else -> failed, with the facts
 *   timedOut  -> reconciling
 *   delete    -> deleting, from every leaf
 *
 * The cluster's leaves (place, order), deleting and reconciling have rules of their own below.
 */
import type { RestingState } from '@chronovirt/contract';
import type { When } from './chart-event.ts';
import { leaves, leafNames, parentOf, parents, type Leaf, type LeafName, type Parent } from './leaves.ts';
import { operations, type Operation } from './operations.ts';
import { restingStates } from './resting.ts';

/** What a transition does to the context: a name in `context-changes.ts`, with its parameters. */
export type Change =
  | {
      readonly type: 'begin';
      readonly params: { readonly from: RestingState | null; readonly goal: RestingState | null };
    }
  | { readonly type: 'preempt'; readonly params: { readonly goal: RestingState } }
  | { readonly type: 'beginDelete'; readonly params: { readonly from: RestingState | null } }
  | { readonly type: 'step' | 'again' | 'withdraw' | 'elsewhere' | 'ended' }
  | { readonly type: 'reconcile'; readonly params: { readonly leaf: string } }
  | { readonly type: 'rest'; readonly params: { readonly to: RestingState } }
  | { readonly type: 'fail'; readonly params: { readonly method: string } };

export interface Rule {
  readonly when?: When;
  readonly to: LeafName | RestingState;
  readonly change: Change;
}

/** Transitions by event; of several for one event the first whose condition holds is taken. */
export type Rules = Record<string, Rule[]>;

const DELETE = 'destroy.requested';

const rest = (to: RestingState, when: When = {}): Rule => ({ when, to, change: { type: 'rest', params: { to } } });
const fail = (leaf: Leaf, when: When = {}): Rule => ({
  when,
  to: 'failed',
  change: { type: 'fail', params: { method: leaf.method } },
});
const reconcile = (leaf: LeafName, when: When = {}): Rule => ({
  when,
  to: 'reconciling.probe',
  change: { type: 'reconcile', params: { leaf } },
});
const simple = (type: 'step' | 'again' | 'withdraw' | 'elsewhere', to: LeafName, when: When = {}): Rule => ({
  when,
  to,
  change: { type },
});

/** Where a leaf leads when its end was reached. */
function reached(name: LeafName, when: When): Rule[] {
  const leaf: Leaf = leaves[name];
  if (leaf.next !== null) return [simple('step', leaf.next, when)];
  return leaf.goals.map((goal) =>
    leaf.thenStop && goal === 'stopped'
      ? simple('step', 'stopping.powerOff', { ...when, goal })
      : rest(goal, { ...when, goal }),
  );
}

/** Back to where it began; a build that began from nothing, and what began in `failed`, end as failed. */
function untouched(leaf: Leaf, origins: readonly (RestingState | null)[]): Rule[] {
  const back = origins
    .filter((origin) => origin !== null && origin !== 'failed')
    .map((origin) => rest(origin as RestingState, { fits: 'origin', origin: origin as RestingState }));
  return [...back, fail(leaf, { fits: 'origin' })];
}

function generic(name: LeafName): Rules {
  const leaf: Leaf = leaves[name];
  const { method } = leaf;
  return {
    [`${method}.done`]: [...reached(name, { fits: 'goal' }), reconcile(name)],
    [`${method}.failed`]: [
      ...reached(name, { fits: 'goal' }),
      ...untouched(leaf, parents[parentOf(name) as Parent].origins),
      reconcile(name, { fits: 'unknown' }),
      fail(leaf),
    ],
    [`${method}.timedOut`]: [reconcile(name)],
  };
}

/** What becomes of a build or unshelve that found no host: failed, or back on the shelf. */
function givenUp(name: LeafName, when: When = {}): Rule {
  return parentOf(name) === 'unshelving' ? rest('offloaded', when) : fail(leaves[name], when);
}

/** While the cluster carries a move out, its word alone ends the waiting; it rests on the facts of both hosts. */
const over: Rules = {
  moveOver: [
    begun('thawing.unpause', { origin: 'running', data: { onwards: 'unpause' } }),
    begun('settling.finishRevertMigration', { origin: 'running', data: { onwards: 'revert' } }),
    begun('settling.finishRevertMigration', { origin: 'stopped', data: { onwards: 'revert' } }),
    // Its run was lost on the way, and nobody else has one.
    ...(['running', 'paused'] as const).map((origin) =>
      preempted('rebooting.reboot', 'running', { origin, data: { onwards: 'start' } }),
    ),
    begun('reconciling.probe'),
  ],
};

function begun(to: LeafName, when: When = {}): Rule {
  return { when, to, change: { type: 'step' } };
}

/** Another operation takes its place. */
function preempted(to: LeafName, goal: RestingState, when: When): Rule {
  return { when, to, change: { type: 'preempt', params: { goal } } };
}

/** A guest that the cluster moves and that is found off was cut off with its host: what it held is released. */
const cutOff = (when: When): Rule[] =>
  (['running', 'paused', 'resized'] as const).map((origin) =>
    preempted('stopping.powerOff', 'stopped', { ...when, origin, looks: 'stopped' }),
  );

const ordered = (method: 'liveMigration' | 'migrateDiskAndPowerOff'): Rules => ({
  [`${method}.requested`]: [begun(`migrating.${method}`)],
});

/** However its part ended for the source: both hosts are asked before anybody acts. */
function ended(name: LeafName): Rules {
  const { method }: Leaf = leaves[name];
  return Object.fromEntries(
    ['done', 'failed', 'timedOut'].map((end) => [
      `${method}.${end}`,
      [{ to: 'migrating.verdict', change: { type: 'ended' } }],
    ]),
  );
}

/** A host gives the instance back to the spine: released after a clean failure, offloaded, or deleted. */
function returned(name: LeafName): Rule[] {
  return [
    rest('deleted', { data: { outcome: 'deleted' } }),
    rest('offloaded', { data: { outcome: 'offloaded' } }),
    simple('elsewhere', parentOf(name) === 'unshelving' ? 'unshelving.place' : 'building.place', {
      data: { outcome: 'released', retry: true },
    }),
    givenUp(name, { data: { outcome: 'released' } }),
  ];
}

function placing(name: 'building.place' | 'unshelving.place'): Rules {
  return {
    'place.done': [simple('step', leaves[name].next as LeafName)],
    'place.failed': [simple('again', name, { data: { again: true } }), givenUp(name)],
    'place.timedOut': [simple('again', name, { data: { again: true } }), givenUp(name)],
  };
}

/** Until it is proved that the host did not take the instance, nobody else is asked. */
function ordering(name: 'building.order' | 'unshelving.order'): Rules {
  const place: LeafName = name === 'building.order' ? 'building.place' : 'unshelving.place';
  return {
    'order.done': [simple('step', leaves[name].next as LeafName)],
    'order.failed': [
      simple('elsewhere', place, { data: { withdrawn: true, retry: true } }),
      givenUp(name, { data: { withdrawn: true } }),
      simple('again', name),
    ],
    'order.timedOut': [simple('withdraw', name)],
    returned: returned(name),
    [DELETE]: [{ to: 'deleting.order', change: { type: 'beginDelete', params: { from: null } } }],
  };
}

const deletingOrder: Rules = {
  'order.done': [simple('step', 'deleting.destroy')],
  'order.failed': [
    simple('step', 'deleting.destroy', { data: { withdrawn: true } }),
    simple('again', 'deleting.order'),
  ],
  'order.timedOut': [simple('again', 'deleting.order')],
  returned: [rest('deleted', { data: { outcome: 'deleted' } }), simple('step', 'deleting.destroy')],
  [DELETE]: [simple('again', 'deleting.order')],
};

const deletingDestroy: Rules = {
  'destroy.done': [rest('deleted', { fits: 'goal' }), simple('again', 'deleting.destroy')],
  'destroy.failed': [rest('deleted', { fits: 'goal' }), simple('again', 'deleting.destroy')],
  'destroy.timedOut': [simple('again', 'deleting.destroy', { data: { again: true } }), reconcile('deleting.destroy')],
  returned: [rest('deleted', { data: { outcome: 'deleted' } }), simple('step', 'deleting.destroy')],
  [DELETE]: [{ to: 'deleting.destroy', change: { type: 'beginDelete', params: { from: null } } }],
};

/** The end of whatever is being settled, as if its outcome had come just now; without an answer it stays and asks again. */
function probing(): Rules {
  const inner = leafNames
    .filter((name) => (leaves[name] as Leaf).next !== null || (leaves[name] as Leaf).thenStop)
    .flatMap((name) => reached(name, { fits: 'goal', probing: name }));
  const probe: Leaf = leaves['reconciling.probe'];
  return {
    'probe.done': [
      ...inner,
      ...restingStates.filter((goal) => goal !== 'failed').map((goal) => rest(goal, { fits: 'goal', goal })),
      simple('again', 'reconciling.probe', { fits: 'unknown' }),
      simple('again', 'deleting.destroy', { goal: 'deleted' }),
      ...cutOff({ request: { by: 'cluster' } }),
      ...(['running', 'paused', 'suspended', 'stopped'] as const).map((looks) =>
        rest(looks, { looks, request: { reset: 'yes' } }),
      ),
      ...untouched(probe, parents.reconciling.origins),
      fail(probe),
    ],
    'probe.failed': [simple('again', 'reconciling.probe')],
    'probe.timedOut': [simple('again', 'reconciling.probe')],
  };
}

/** The rules of one leaf, besides those of its parent. */
export function rulesOfLeaf(name: LeafName): Rules {
  switch (name) {
    case 'building.place':
    case 'unshelving.place':
      return placing(name);
    case 'building.order':
    case 'unshelving.order':
      return ordering(name);
    case 'building.spawn':
    case 'unshelving.spawn':
      return {
        ...generic(name),
        returned: returned(name),
        [DELETE]: [
          {
            when: { data: { there: true } },
            to: 'deleting.order',
            change: { type: 'beginDelete', params: { from: null } },
          },
          { to: 'deleting.destroy', change: { type: 'beginDelete', params: { from: null } } },
        ],
      };
    case 'deleting.order':
      return deletingOrder;
    case 'deleting.destroy':
      return deletingDestroy;
    case 'reconciling.probe':
      return probing();
    case 'migrating.plan':
      return { ...ordered('liveMigration'), ...ordered('migrateDiskAndPowerOff'), ...over };
    case 'migrating.verdict':
      return over;
    case 'settling.plan':
      return { moveOver: [rest('resized', { data: { outcome: 'undone' } }), ...(over['moveOver'] ?? [])] };
    case 'rebooting.reboot':
      // Where the deployment has a time for soft reboots, a guest that did not come back in it is helped up.
      return {
        ...generic(name),
        'reboot.timedOut': [
          simple('step', 'rebooting.pollRebootingInstances', { data: { unstick: true } }),
          reconcile(name),
        ],
      };
    case 'migrating.liveMigration':
      return { ...ended(name), ...over };
    case 'migrating.postLiveMigrationAtDestination':
      // A guest that has come and is off went with its host's power: that is found out, and is no failure.
      return {
        ...generic(name),
        [`${leaves[name].method}.failed`]: [
          ...reached(name, { fits: 'goal' }),
          ...untouched(leaves[name], parents.migrating.origins),
          reconcile(name),
        ],
      };
    case 'settling.finishRevertMigration': {
      const rules = generic(name);
      const failed = `${leaves[name].method}.failed`;
      // Back, with its old size, and off: what did not come up can be started.
      return { ...rules, [failed]: [rest('stopped', { data: { turnedBack: true } }), ...(rules[failed] ?? [])] };
    }
    case 'migrating.migrateDiskAndPowerOff':
      return first({ request: { by: 'cluster' } }, { ...ended(name), ...over }, { ...generic(name), moveOver: [] });
    default:
      return generic(name);
  }
}

/** Of two sets of rules the first counts where a condition holds. */
function first(when: When, rules: Rules, others: Rules): Rules {
  const conditional = (list: Rule[]): Rule[] => list.map((rule) => ({ ...rule, when: { ...when, ...rule.when } }));
  return Object.fromEntries(
    Object.entries(others).map(([event, list]) => [event, [...conditional(rules[event] ?? []), ...list]]),
  );
}

/** Rules that hold in all leaves of a transient state: delete, and what may cut it short. */
export function rulesOfParent(name: Parent): Rules {
  const rules: Rules = {};
  for (const operation of operations.filter(({ preempts }) => preempts?.includes(name))) {
    (rules[operation.event] ??= []).push({
      ...asks(operation),
      to: operation.to,
      change: { type: 'preempt', params: { goal: operation.goal as RestingState } },
    });
  }
  if (name === 'reconciling') {
    // The repair tool works where all that is unknown is how a guest that stays here came through a change of its power.
    for (const operation of operations) {
      const { settles, from, event, request = {}, to, goal } = operation;
      if (settles === undefined) continue;
      for (const origin of from)
        (rules[event] ??= []).push({
          when: { asks: request, origin, settles },
          to,
          change: { type: 'preempt', params: { goal: goal as RestingState } },
        });
    }
  }
  if (name !== 'deleting')
    rules[DELETE] = [{ to: 'deleting.destroy', change: { type: 'beginDelete', params: { from: null } } }];
  return rules;
}

export function asks({ request }: Operation): { when?: When } {
  return request === undefined ? {} : { when: { asks: request } };
}
