/**
 * The picture of the chart: `running` in the middle, each other resting state in a lane of its own with the way there above and the way
 * back below, so that no two lines cross. What each box says comes from the chart's tables; only the places are chosen here.
 */
import type { CommandName, RestingState } from '@chronovirt/contract';
import { leaves, leafNames, parents, parentOf, type Leaf, type LeafName, type Parent } from '../src/life/leaves.ts';
import { operations } from '../src/life/operations.ts';
import { resting } from '../src/life/resting.ts';
import { arrow, node, styles, text, type Box } from './svg-shapes.ts';

interface Way {
  /** In the order in which they are passed. */
  readonly leaves: readonly LeafName[];
  readonly commands: readonly CommandName[];
  /** What leads there where no command does. */
  readonly label?: string;
  /** The leaves are passed one after the other, or one of them is. */
  readonly oneOf?: true;
}

interface Lane {
  readonly state: RestingState;
  readonly there: Way;
  readonly back: Way;
}

const lanes: readonly Lane[] = [
  {
    state: 'paused',
    there: { leaves: ['freezing.pause'], commands: ['pause'] },
    back: { leaves: ['thawing.unpause'], commands: ['unpause'] },
  },
  {
    state: 'suspended',
    there: { leaves: ['freezing.suspend'], commands: ['suspend'] },
    back: { leaves: ['thawing.resume'], commands: ['resume'] },
  },
  {
    state: 'stopped',
    there: { leaves: ['stopping.powerOff'], commands: ['stop'] },
    back: { leaves: ['starting.powerOn'], commands: ['start'] },
  },
  {
    state: 'rescued',
    there: { leaves: ['rescuing.powerOff', 'rescuing.rescue'], commands: ['rescue'] },
    back: { leaves: ['unrescuing.unrescue'], commands: ['unrescue'] },
  },
  {
    state: 'resized',
    there: { leaves: ['migrating.migrateDiskAndPowerOff', 'migrating.finishMigration'], commands: ['resize'] },
    back: {
      leaves: ['settling.confirmMigration', 'settling.finishRevertMigration'],
      commands: ['confirmResize', 'revertResize'],
      oneOf: true,
    },
  },
  {
    state: 'trashed',
    there: { leaves: ['stopping.softDelete'], commands: ['softDelete'] },
    back: { leaves: ['starting.restore'], commands: ['restore'] },
  },
  {
    state: 'shelved',
    there: { leaves: ['shelving.powerOff', 'shelving.snapshot'], commands: ['shelve'] },
    back: { leaves: ['starting.powerOn'], commands: ['unshelve'] },
  },
  {
    state: 'offloaded',
    there: { leaves: ['shelving.destroy'], commands: ['offload'] },
    back: { leaves: ['unshelving.place', 'unshelving.order', 'unshelving.spawn'], commands: ['unshelve'] },
  },
];

/** Operations that begin and end in `running`, left of it. */
const loops: readonly Way[] = [
  { leaves: ['rebooting.reboot', 'rebooting.pollRebootingInstances'], commands: ['reboot', 'hardReboot'] },
  { leaves: ['rebuilding.destroy', 'rebuilding.spawn'], commands: ['rebuild'] },
  {
    leaves: [
      'migrating.plan',
      'migrating.liveMigration',
      'migrating.verdict',
      'migrating.postLiveMigrationAtDestination',
    ],
    commands: ['liveMigrate'],
  },
  { leaves: ['migrating.spawn'], commands: ['evacuate'] },
  {
    leaves: ['starting.resumeStateOnHostBoot', 'repairing.define'],
    commands: [],
    label: 'seen: off after a boot, or undefined',
    oneOf: true,
  },
];

/** Where each of them begins below the top of `running`. */
const loopTops = [196, 346, 428, 668, 748];

const WIDTH = 1400;
const LANE = 110;
const RUNNING: Box = { x: 490, y: 90, width: 90, height: lanes.length * LANE - 24 };
const WAY = { x: 720, width: 450, height: 38 };
const STATE = { x: 1240, width: 120 };
const LEFT = { x: 40, width: 370 };

function duration(ms: number): string {
  return ms < 120_000 ? `${ms / 1000} s` : `${ms / 60_000} min`;
}

function leafBox(name: LeafName, box: Box): string {
  const { description, deadlineMs }: Leaf = leaves[name];
  const isTrouble = name.startsWith('deleting.') || name.startsWith('reconciling.');
  const style = isTrouble ? 'trouble' : 'transient';
  return node(
    box,
    style,
    name.slice(name.indexOf('.') + 1),
    // Without a deadline of its own it waits for the cluster.
    [deadlineMs === 0 ? parentOf(name) : `${parentOf(name)} · ${duration(deadlineMs)}`],
    description,
  );
}

/** Boxes side by side in a strip, with arrows between those that follow each other. */
function strip(
  { leaves: names, oneOf }: Pick<Way, 'leaves' | 'oneOf'>,
  at: Box,
  direction: 'right' | 'left' = 'right',
): string {
  const gap = 22;
  const width = (at.width - gap * (names.length - 1)) / names.length;
  const y = at.y + at.height / 2;
  const shown = direction === 'right' ? names : names.toReversed();
  return shown
    .map((name, n) => {
      const x = at.x + n * (width + gap);
      const [from, to] = direction === 'right' ? [x + width, x + width + gap - 3] : [x + width + gap, x + width + 3];
      const isLast = n === shown.length - 1;
      const link =
        isLast || oneOf
          ? ''
          : arrow([
              [from, y],
              [to, y],
            ]);
      return leafBox(name, { ...at, x, width }) + link;
    })
    .join('');
}

/** States other than the one drawn from which a command is taken. */
function alsoFrom(commands: readonly CommandName[], drawn: RestingState): string {
  const rows = operations.filter(({ command }) => commands.includes(command));
  const others = [...new Set(rows.flatMap(({ from }) => from))].filter((state) => state !== drawn);
  return others.length === 0 ? '' : `also from ${others.join(', ')}`;
}

const short: Readonly<Record<string, string>> = { confirmResize: 'confirm', revertResize: 'revert' };
const labelOf = (commands: readonly CommandName[]): string => commands.map((name) => short[name] ?? name).join(', ');

function restBox(state: RestingState, box: Box): string {
  const { description, power } = resting[state];
  return node(box, 'rest', state, power === null ? [] : [`power ${power}`], description);
}

function lane({ state, there, back }: Lane, n: number): string {
  const top = RUNNING.y + n * LANE;
  const [over, under] = [top + WAY.height / 2, top + 48 + WAY.height / 2];
  const edge = RUNNING.x + RUNNING.width;
  const end = WAY.x + WAY.width;
  // The shelf is the one lane that is left for another one, not for `running`.
  const below = STATE.x + 60;
  const way =
    state === 'offloaded'
      ? arrow([
          [below, top - 24],
          [below, top - 12],
          [end - 40, top - 12],
          [end - 40, top - 3],
        ]) + text(WAY.x - 12, over + 4, labelOf(there.commands), 'label', 'end')
      : arrow(
          [
            [edge, over],
            [WAY.x - 3, over],
          ],
          labelOf(there.commands),
        ) + text(WAY.x + 14, top - 5, alsoFrom(there.commands, 'running'), 'small', 'start');
  return [
    way,
    strip(there, { ...WAY, y: top }),
    arrow([
      [end, over],
      [STATE.x - 3, over],
    ]),
    restBox(state, { x: STATE.x, y: top, width: STATE.width, height: 86 }),
    arrow([
      [STATE.x, under],
      [end + 3, under],
    ]),
    strip(back, { ...WAY, y: top + 48 }, 'left'),
    arrow(
      [
        [WAY.x, under],
        [edge + 3, under],
      ],
      labelOf(back.commands),
    ),
  ].join('');
}

/** An operation that ends where it began: out of `running`, through its leaves from top to bottom, and back. */
function loop(way: Way, y: number): string {
  const stacked = way.leaves.some((name) => name.length * way.leaves.length >= 60)
    ? way.leaves.map((name) => [name])
    : [way.leaves];
  const rows = stacked.map((names, n) =>
    strip(
      { leaves: names, ...(way.oneOf && { oneOf: way.oneOf }) },
      { x: LEFT.x, y: y + n * 52, width: LEFT.width, height: WAY.height },
      'left',
    ),
  );
  const links = stacked.slice(1).map((_, n) =>
    way.oneOf
      ? arrow([
          [RUNNING.x, y + (n + 1) * 52 + 19],
          [LEFT.x + LEFT.width + 3, y + (n + 1) * 52 + 19],
        ])
      : arrow([
          [LEFT.x + LEFT.width / 2, y + n * 52 + 38],
          [LEFT.x + LEFT.width / 2, y + n * 52 + 49],
        ]),
  );
  const bottom = y + (stacked.length - 1) * 52 + 38;
  const preempted = operations
    .filter(({ command }) => way.commands.includes(command))
    .flatMap(({ preempts }) => preempts ?? []);
  const notes = [
    alsoFrom(way.commands, 'running'),
    preempted.length === 0 ? '' : `cuts short ${preempted.join(', ')}`,
  ].filter((note) => note !== '');
  return [
    ...rows,
    ...links,
    text(LEFT.x + LEFT.width / 2, y - 8, way.label ?? labelOf(way.commands), 'label'),
    arrow([
      [RUNNING.x, y + 19],
      [LEFT.x + LEFT.width + 3, y + 19],
    ]),
    arrow([
      [LEFT.x + 20, bottom],
      [LEFT.x + 20, bottom + 18],
      [RUNNING.x - 3, bottom + 18],
    ]),
    ...notes.map((note, n) => text(LEFT.x + 30, bottom + 12 + n * 22, note, 'small', 'start')),
  ].join('');
}

function building(): string {
  const y = RUNNING.y + 104;
  return [
    node({ x: LEFT.x, y: RUNNING.y, width: 120, height: 44 }, 'rest', 'unplaced', ['no history'], 'No history yet.'),
    arrow([
      [LEFT.x + 60, RUNNING.y + 44],
      [LEFT.x + 60, y - 3],
    ]),
    text(LEFT.x + 70, RUNNING.y + 78, 'create', 'label', 'start'),
    strip(
      { leaves: ['building.place', 'building.order', 'building.spawn'] },
      { x: LEFT.x, y, width: LEFT.width, height: WAY.height },
    ),
    arrow([
      [LEFT.x + LEFT.width, y + 19],
      [RUNNING.x - 3, y + 19],
    ]),
    text(LEFT.x, y + 58, 'a build that failed and left nothing goes on with the next host', 'small', 'start'),
  ].join('');
}

/** What every state has besides its own ways. */
function always(top: number): string {
  const y = top + 56;
  const repairs = [
    ...new Set(
      operations.filter(({ from, where }) => from.includes('failed') && where === 'host').map(({ command }) => command),
    ),
  ].join(', ');
  return [
    `<rect x="20" y="${top}" width="${WIDTH - 40}" height="220" rx="10" class="band"/>`,
    text(40, top + 28, 'from every state', 'name', 'start'),
    text(
      290,
      top + 28,
      'delete cuts short whatever goes on, and ends in absence; what fails to go is removed again',
      'small',
      'start',
    ),
    strip({ leaves: ['deleting.order', 'deleting.destroy'] }, { x: 180, y, width: 360, height: WAY.height }),
    arrow([
      [540, y + 19],
      [587, y + 19],
    ]),
    restBox('deleted', { x: 590, y: y - 6, width: 120, height: 50 }),
    arrow(
      [
        [60, y + 19],
        [177, y + 19],
      ],
      'delete',
    ),
    text(40, y + 88, 'from every transient state', 'name', 'start'),
    text(
      290,
      y + 88,
      'no outcome in time, or one that contradicts what is seen: the facts are asked for until somebody answers',
      'small',
      'start',
    ),
    arrow(
      [
        [60, y + 119],
        [177, y + 119],
      ],
      'timed out',
    ),
    strip({ leaves: ['reconciling.probe'] }, { x: 180, y: y + 100, width: 170, height: WAY.height }),
    arrow(
      [
        [350, y + 119],
        [587, y + 119],
      ],
      'fits neither goal nor origin',
    ),
    restBox('failed', { x: 590, y: y + 94, width: 120, height: 50 }),
    text(730, y + 114, 'what fits the goal is adopted; what fits the origin goes back to it', 'small', 'start'),
    text(730, y + 130, `a failed instance takes: ${repairs}, delete`, 'small', 'start'),
    text(730, y + 24, 'a domain that is seen later is removed again', 'small', 'start'),
  ].join('');
}

/** The whole picture. Throws when a state of the chart would be missing from it. */
export function drawLife(): string {
  const bottom = RUNNING.y + lanes.length * LANE + 20;
  const height = bottom + 240;
  const body = [
    text(40, 42, 'life: what an instance is, and what it is becoming', 'heading', 'start'),
    text(
      40,
      64,
      'Sharp corners: it rests. Round: one effect is due, with its deadline. Blue words: commands.',
      'small',
      'start',
    ),
    restBox('running', RUNNING),
    building(),
    ...loops.map((way, n) => loop(way, RUNNING.y + (loopTops[n] ?? 0))),
    ...lanes.map(lane),
    always(bottom),
  ].join('\n');
  checkComplete(body);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="State chart of an instance's life">`,
    `<style>${styles}</style>`,
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" class="head"/></marker></defs>',
    `<rect width="${WIDTH}" height="${height}" class="ground"/>`,
    body,
    '</svg>\n',
  ].join('\n');
}

function checkComplete(body: string): void {
  const missing = [
    ...leafNames.filter(
      (name) => !body.includes(`>${name.slice(name.indexOf('.') + 1)}<`) || !body.includes(`>${parentOf(name)}`),
    ),
    ...Object.keys(resting).filter((state) => !body.includes(`>${state}<`)),
    ...(Object.keys(parents) as Parent[]).filter((parent) => !body.includes(`>${parent} · `)),
  ];
  if (missing.length > 0) throw new Error(`the picture has no place for ${missing.join(', ')}`);
}
