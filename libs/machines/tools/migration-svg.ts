/**
 * The picture of the chart `migration`: forwards on top from left to right, undoing below it back to the left, turning back in between
 * on the right. Only steps that some kind of move can take are drawn.
 */
import { moveKind, type MoveKind } from '@chronovirt/contract';
import {
  isMigrationLeaf,
  migrationLeafNames,
  migrationLeaves,
  migrationRests,
  type MigrationLeafName,
} from '../src/migration/leaves.ts';
import { NO_MOVE, rulesOfMigrationLeaf, rulesOfMigrationRest } from '../src/migration/machine.ts';
import { drawChart, LEGEND, picture, type Chart, type Layout, type Step } from './chart-svg.ts';
import { text, type Box } from './svg-shapes.ts';

const kinds = moveKind.options;

const WIDTH = 1400;
const HEIGHT = 480;

const box = (x: number, y: number, width = 120): Box => ({ x, y, width, height: 44 });

const layout: Layout = {
  boxes: {
    [NO_MOVE]: box(40, 190, 80),
    'planning.place': box(190, 190),
    'planning.check': box(380, 190),
    'preparing.prepare': box(550, 190),
    'copying.copy': box(720, 190),
    'landing.fence': box(890, 190),
    'landing.adopt': box(1060, 190),
    done: box(1270, 190, 90),
    undone: box(190, 370),
    'undoing.release': box(380, 370),
    'undoing.undo': box(550, 370),
    reverted: box(745, 370, 95),
    'reverting.adopt': box(885, 370, 130),
    'reverting.fence': box(1055, 370, 130),
    landed: box(1270, 370, 90),
    'confirming.confirm': box(1245, 280, 140),
  },
  routes: {
    [`${NO_MOVE} > planning.place`]: {
      points: [
        [120, 212],
        [187, 212],
      ],
    },
    'planning.place > planning.check': {
      points: [
        [310, 204],
        [377, 204],
      ],
    },
    'planning.check > planning.place': {
      points: [
        [380, 222],
        [313, 222],
      ],
      at: [345, 238],
    },
    'planning.place > preparing.prepare': {
      points: [
        [280, 190],
        [280, 164],
        [610, 164],
        [610, 187],
      ],
      at: [440, 158],
    },
    'planning.place > landing.fence': {
      points: [
        [250, 190],
        [250, 136],
        [930, 136],
        [930, 187],
      ],
      at: [590, 130],
    },
    'landing.adopt > planning.place': {
      points: [
        [1120, 190],
        [1120, 108],
        [220, 108],
        [220, 187],
      ],
      at: [670, 102],
    },
    'planning.check > preparing.prepare': {
      points: [
        [500, 212],
        [547, 212],
      ],
    },
    'preparing.prepare > copying.copy': {
      points: [
        [670, 212],
        [717, 212],
      ],
    },
    'copying.copy > landing.fence': {
      points: [
        [840, 212],
        [887, 212],
      ],
    },
    'landing.fence > landing.adopt': {
      points: [
        [1010, 212],
        [1057, 212],
      ],
    },
    'landing.adopt > done': {
      points: [
        [1180, 212],
        [1267, 212],
      ],
      at: [1223, 178],
      wrap: 12,
    },
    'planning.place > undone': {
      points: [
        [220, 234],
        [220, 367],
      ],
      at: [212, 278],
      anchor: 'end',
      wrap: 18,
    },
    'planning.place > undoing.release': {
      points: [
        [290, 234],
        [290, 316],
        [400, 316],
        [400, 367],
      ],
      at: [297, 268],
      anchor: 'start',
      wrap: 18,
    },
    'planning.check > undoing.release': {
      points: [
        [430, 234],
        [430, 367],
      ],
      at: [437, 268],
      anchor: 'start',
      wrap: 15,
    },
    'preparing.prepare > undoing.undo': {
      points: [
        [625, 234],
        [625, 367],
      ],
      at: [618, 300],
      anchor: 'end',
      wrap: 13,
    },
    'copying.copy > undoing.undo': {
      points: [
        [760, 234],
        [760, 258],
        [652, 258],
        [652, 367],
      ],
      at: [706, 252],
    },
    'landing.fence > undoing.undo': {
      points: [
        [905, 234],
        [905, 280],
        [690, 280],
        [690, 392],
        [673, 392],
      ],
      at: [800, 274],
    },
    'undoing.undo > undoing.release': {
      points: [
        [550, 392],
        [503, 392],
      ],
    },
    'undoing.release > undone': {
      points: [
        [380, 392],
        [313, 392],
      ],
    },
    'landing.adopt > landed': {
      points: [
        [1160, 234],
        [1160, 340],
        [1220, 340],
        [1220, 382],
        [1267, 382],
      ],
      at: [1167, 280],
      anchor: 'start',
    },
    'landed > confirming.confirm': {
      points: [
        [1315, 370],
        [1315, 327],
      ],
      at: [1322, 338],
      anchor: 'start',
      wrap: 9,
    },
    'confirming.confirm > done': {
      points: [
        [1315, 280],
        [1315, 237],
      ],
    },
    'landed > landing.fence': {
      points: [
        [1315, 414],
        [1315, 446],
        [717, 446],
        [717, 304],
        [950, 304],
        [950, 237],
      ],
      at: [1010, 440],
    },
    'landed > reverting.fence': {
      points: [
        [1270, 402],
        [1188, 402],
      ],
    },
    'landing.adopt > reverting.fence': {
      points: [
        [1090, 234],
        [1090, 367],
      ],
      at: [1083, 290],
      anchor: 'end',
      wrap: 12,
    },
    'reverting.fence > reverting.adopt': {
      points: [
        [1055, 392],
        [1018, 392],
      ],
    },
    'reverting.adopt > reverted': {
      points: [
        [885, 392],
        [843, 392],
      ],
    },
  },
  notes: { 'planning.place': { at: [40, 148], wrap: 28 } },
};

/** Orders and what is heard, in a word. */
const orders: Readonly<Record<string, string>> = {
  'move.requested': 'a move',
  'abort.requested': 'abort',
  'force.requested': 'force',
  'confirm.requested': 'confirm',
  'revert.requested': 'revert',
  'destroy.requested': 'delete',
  'land.requested': 'its host is back',
  returned: 'gone',
};

type Rules = ReturnType<typeof rulesOfMigrationLeaf>;
const rulesOf = (state: string): Rules =>
  isMigrationLeaf(state) ? rulesOfMigrationLeaf(state) : (rulesOfMigrationRest[state] ?? {});

interface Taken {
  readonly from: string;
  readonly to: string;
  readonly event: string;
  readonly kind: MoveKind;
}

/** Every step that a move of some kind can take from its beginning on. */
function taken(): Taken[] {
  const found: Taken[] = [];
  const seen = new Set<string>();
  const open = kinds.map((kind) => ({ state: 'planning.place' as string, kind }));
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { state, kind } = at;
    if (seen.has(`${state} ${kind}`)) continue;
    seen.add(`${state} ${kind}`);
    for (const [event, rules] of Object.entries(rulesOf(state)))
      for (const { when, to } of rules) {
        if (when?.kind !== undefined && when.kind !== kind) continue;
        found.push({ from: state, to, event, kind });
        if (event !== 'move.requested') open.push({ state: to, kind });
        // The rest of the list is for those of whom this did not hold.
        if (when?.data === undefined) break;
      }
  }
  return found;
}

/** Which kinds take a step is told where not all that are in its state do. */
function steps(): Step[] {
  const all = taken();
  const begins = Object.keys(rulesOfMigrationRest).includes(NO_MOVE)
    ? [{ from: NO_MOVE, to: 'planning.place', word: 'a move' }]
    : [];
  const byEdge = Map.groupBy(all, ({ from, to }) => `${from} > ${to}`);
  const inState = (state: string): Set<MoveKind> =>
    new Set(all.filter(({ from }) => from === state).map(({ kind }) => kind));
  return [
    ...begins,
    ...[...byEdge.values()].flatMap((list) => {
      const { from, to } = list[0] as Taken;
      const able = inState(from).size;
      const kindsOf = (event: string): Set<MoveKind> =>
        new Set(list.filter((one) => wordOf(one.event) === event).map(({ kind }) => kind));
      const words = [...new Set(list.map(({ event }) => wordOf(event)))];
      const byWho = Map.groupBy(words, (word) => {
        const who = kindsOf(word);
        return who.size === able ? '' : kinds.filter((kind) => who.has(kind)).join(', ');
      });
      return [...byWho].map(([who, said]) => {
        const word = said.filter((one) => one !== '').join(', ');
        return { from, to, word: word === '' || who === '' ? who + word : `${who}: ${word}` };
      });
    }),
  ];
}

function wordOf(event: string): string {
  if (event.endsWith('.done')) return '';
  return event.endsWith('.failed') || event.endsWith('.timedOut') ? 'failed' : (orders[event] ?? event);
}

/** The chart without what the picture is made of. */
export function migrationChart(): Chart {
  return {
    rests: { [NO_MOVE]: 'The instance was never moved.', ...migrationRests },
    leaves: Object.fromEntries(migrationLeafNames.map((name: MigrationLeafName) => [name, migrationLeaves[name]])),
    steps: steps(),
  };
}

/** The whole picture. Throws when a state or a step of the chart would be missing from it. */
export function drawMigration(): string {
  return picture("State chart of an instance's move between hosts", WIDTH, HEIGHT, [
    text(40, 42, 'migration: how an instance comes to another host', 'heading', 'start'),
    text(40, 64, LEGEND, 'small', 'start'),
    drawChart('migration', migrationChart(), layout),
  ]);
}
