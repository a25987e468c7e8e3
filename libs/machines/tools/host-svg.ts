/** The picture of the charts of a host: whether it may run guests on top, below it the smaller ones. */
import { hostLeaves, hostRests, type HostPart } from '../src/host/leaves.ts';
import { hostRules } from '../src/host/rules.ts';
import { drawChart, LEGEND, picture, type Chart, type Layout, type Step } from './chart-svg.ts';
import { text, type Box } from './svg-shapes.ts';

const WIDTH = 1480;
const HEIGHT = 1010;

const box = (x: number, y: number, width = 150, height = 44): Box => ({ x, y, width, height });

/** Top of the row of the smaller charts. */
const ROW = 750;

const layouts: Readonly<Record<HostPart, Layout>> = {
  reach: {
    boxes: {
      unheard: box(40, 130, 120),
      reachable: box(40, 230, 120),
      lost: box(40, 350, 120),
      'fencing.endTerm': box(320, 270),
      'fencing.fence': box(640, 160),
      'fencing.outwait': box(640, 270),
      'fencing.standDown': box(640, 380),
      fenced: box(980, 270, 140),
      barred: box(810, 490, 120),
      'forgetting.fenceInstances': box(1210, 270),
      forgotten: box(1225, 390, 120),
      'admitting.giveTerm': box(320, 590),
    },
    routes: {
      'unheard > reachable': {
        points: [
          [100, 174],
          [100, 227],
        ],
        at: [107, 205],
        anchor: 'start',
      },
      'reachable > lost': {
        points: [
          [75, 274],
          [75, 347],
        ],
        at: [68, 316],
        anchor: 'end',
      },
      'lost > reachable': {
        points: [
          [125, 350],
          [125, 277],
        ],
        at: [132, 316],
        anchor: 'start',
      },
      'reachable > fencing.endTerm': {
        points: [
          [160, 252],
          [240, 252],
          [240, 284],
          [317, 284],
        ],
        at: [200, 246],
      },
      'lost > fencing.endTerm': {
        points: [
          [160, 372],
          [240, 372],
          [240, 300],
          [317, 300],
        ],
        at: [200, 366],
      },
      'fencing.endTerm > fencing.fence': {
        points: [
          [470, 280],
          [520, 280],
          [520, 182],
          [637, 182],
        ],
        at: [578, 176],
      },
      'fencing.endTerm > fencing.outwait': {
        points: [
          [470, 292],
          [637, 292],
        ],
        at: [578, 286],
      },
      'fencing.endTerm > fencing.standDown': {
        points: [
          [470, 304],
          [520, 304],
          [520, 402],
          [637, 402],
        ],
        at: [578, 396],
      },
      'fencing.endTerm > fenced': {
        points: [
          [395, 270],
          [395, 124],
          [1050, 124],
          [1050, 267],
        ],
        at: [715, 118],
      },
      'fencing.fence > fenced': {
        points: [
          [790, 174],
          [1015, 174],
          [1015, 267],
        ],
        at: [940, 168],
      },
      'fencing.outwait > fenced': {
        points: [
          [790, 284],
          [977, 284],
        ],
        at: [925, 278],
      },
      'fencing.standDown > fenced': {
        points: [
          [790, 394],
          [1015, 394],
          [1015, 317],
        ],
        at: [940, 388],
      },
      'fencing.fence > barred': {
        points: [
          [790, 192],
          [870, 192],
          [870, 487],
        ],
        at: [832, 206],
      },
      'fencing.outwait > barred': {
        points: [
          [790, 302],
          [870, 302],
        ],
        at: [832, 316],
        joins: true,
      },
      'fencing.standDown > barred': {
        points: [
          [790, 412],
          [870, 412],
        ],
        at: [832, 426],
        joins: true,
      },
      'barred > fenced': {
        points: [
          [930, 502],
          [1045, 502],
          [1045, 317],
        ],
        at: [988, 496],
      },
      'fenced > barred': {
        points: [
          [1085, 314],
          [1085, 524],
          [933, 524],
        ],
        at: [1008, 540],
      },
      'fenced > forgetting.fenceInstances': {
        points: [
          [1120, 292],
          [1207, 292],
        ],
        at: [1163, 286],
      },
      'forgetting.fenceInstances > forgotten': {
        points: [
          [1285, 314],
          [1285, 387],
        ],
      },
      'barred > admitting.giveTerm': {
        points: [
          [870, 534],
          [870, 602],
          [473, 602],
        ],
        at: [670, 596],
      },
      'fenced > admitting.giveTerm': {
        points: [
          [1105, 314],
          [1105, 612],
          [473, 612],
        ],
        at: [1112, 470],
        anchor: 'start',
      },
      'forgotten > admitting.giveTerm': {
        points: [
          [1285, 434],
          [1285, 622],
          [473, 622],
        ],
        at: [1195, 616],
      },
      'admitting.giveTerm > lost': {
        points: [
          [320, 602],
          [100, 602],
          [100, 397],
        ],
        at: [210, 596],
      },
      'admitting.giveTerm > reachable': {
        points: [
          [320, 622],
          [20, 622],
          [20, 252],
          [37, 252],
        ],
        at: [210, 640],
      },
    },
    notes: { 'fencing.endTerm': { at: [320, 332], wrap: 32 } },
  },
  service: {
    boxes: {
      enabled: box(40, ROW, 90, 154),
      disabled: box(350, ROW, 90, 154),
      'disabling.setHostEnabled': box(165, ROW),
      'enabling.setHostEnabled': box(165, ROW + 110),
    },
    routes: {
      'enabled > disabling.setHostEnabled': {
        points: [
          [130, ROW + 22],
          [162, ROW + 22],
        ],
        at: [148, ROW - 6],
      },
      'disabling.setHostEnabled > disabled': {
        points: [
          [315, ROW + 22],
          [347, ROW + 22],
        ],
      },
      'disabled > enabling.setHostEnabled': {
        points: [
          [350, ROW + 132],
          [318, ROW + 132],
        ],
        at: [332, ROW + 170],
      },
      'enabling.setHostEnabled > enabled': {
        points: [
          [165, ROW + 132],
          [133, ROW + 132],
        ],
      },
      'disabling.setHostEnabled > enabling.setHostEnabled': {
        points: [
          [260, ROW + 44],
          [260, ROW + 107],
        ],
        at: [266, ROW + 80],
        anchor: 'start',
      },
      'enabling.setHostEnabled > disabling.setHostEnabled': {
        points: [
          [220, ROW + 110],
          [220, ROW + 47],
        ],
        at: [214, ROW + 80],
        anchor: 'end',
      },
    },
  },
  maintenance: {
    boxes: {
      none: box(500, ROW, 70, 214),
      'draining.drain': box(640, ROW, 120),
      drained: box(640, ROW + 92, 120),
      'entering.hostMaintenanceMode': box(830, ROW, 190),
      inMaintenance: box(1070, ROW, 130, 214),
      'leaving.hostMaintenanceMode': box(830, ROW + 170, 190),
    },
    routes: {
      'none > draining.drain': {
        points: [
          [570, ROW + 14],
          [637, ROW + 14],
        ],
        at: [603, ROW + 8],
      },
      'draining.drain > none': {
        points: [
          [640, ROW + 32],
          [573, ROW + 32],
        ],
        at: [606, ROW + 48],
      },
      'draining.drain > drained': {
        points: [
          [680, ROW + 44],
          [680, ROW + 89],
        ],
        at: [673, ROW + 66],
        anchor: 'end',
        wrap: 10,
      },
      'drained > draining.drain': {
        points: [
          [725, ROW + 92],
          [725, ROW + 47],
        ],
        at: [732, ROW + 72],
        anchor: 'start',
      },
      'draining.drain > entering.hostMaintenanceMode': {
        points: [
          [760, ROW + 22],
          [827, ROW + 22],
        ],
      },
      'drained > none': {
        points: [
          [640, ROW + 114],
          [573, ROW + 114],
        ],
      },
      'entering.hostMaintenanceMode > inMaintenance': {
        points: [
          [1020, ROW + 22],
          [1067, ROW + 22],
        ],
      },
      'entering.hostMaintenanceMode > leaving.hostMaintenanceMode': {
        points: [
          [925, ROW + 44],
          [925, ROW + 167],
        ],
        at: [932, ROW + 110],
        anchor: 'start',
      },
      'inMaintenance > leaving.hostMaintenanceMode': {
        points: [
          [1070, ROW + 192],
          [1023, ROW + 192],
        ],
      },
      'leaving.hostMaintenanceMode > none': {
        points: [
          [830, ROW + 192],
          [573, ROW + 192],
        ],
      },
    },
    notes: { 'draining.drain': { at: [640, ROW - 8], wrap: 70 } },
  },
  power: {
    boxes: {
      none: box(1285, ROW, 110),
      'acting.hostPowerAction': box(1255, ROW + 84, 170),
      done: box(1240, ROW + 170, 56),
      failed: box(1312, ROW + 170, 56),
      unknown: box(1384, ROW + 170, 76),
    },
    routes: {
      'none > acting.hostPowerAction': {
        points: [
          [1340, ROW + 44],
          [1340, ROW + 81],
        ],
        at: [1347, ROW + 66],
        anchor: 'start',
      },
      'acting.hostPowerAction > done': {
        points: [
          [1275, ROW + 128],
          [1275, ROW + 167],
        ],
      },
      'acting.hostPowerAction > failed': {
        points: [
          [1340, ROW + 128],
          [1340, ROW + 167],
        ],
        at: [1334, ROW + 152],
        anchor: 'end',
      },
      'acting.hostPowerAction > unknown': {
        points: [
          [1405, ROW + 128],
          [1405, ROW + 167],
        ],
        at: [1411, ROW + 152],
        anchor: 'start',
      },
    },
    notes: { 'acting.hostPowerAction': { at: [1240, ROW + 232], wrap: 40 } },
  },
};

const headings: Readonly<Record<HostPart, readonly [x: number, y: number, text: string]>> = {
  reach: [40, 104, 'reach: is it heard, and may it run guests?'],
  service: [40, ROW - 44, 'service: do new instances come?'],
  maintenance: [500, ROW - 44, 'maintenance: is it used at all?'],
  power: [1240, ROW - 44, 'power: the last action'],
};

/** What is heard and ordered, in a word. */
const words: Readonly<Record<string, string>> = {
  'fence.requested': 'fence',
  'giveTerm.requested': 'admit',
  'forget.requested': 'forget',
  'setHostEnabled.requested': '',
  'drain.requested': 'drain',
  'maintenance.ended': 'off',
  'hostPowerAction.requested': 'power',
  proved: 'proved',
};

const ways: Readonly<Record<string, string>> = {
  command: 'by command',
  watchdog: 'by watchdog',
  standDown: 'by its agent',
  statement: 'by a person’s word',
};

/** The chart has them, and the guard `state` refuses what would take them: an order to become what it is. */
const refused: ReadonlySet<string> = new Set([
  'enabled > enabling.setHostEnabled',
  'disabled > disabling.setHostEnabled',
]);

function stepsOf(part: HostPart): Step[] {
  const all = Object.entries(hostRules[part]).flatMap(([from, rules]) =>
    Object.entries(rules).flatMap(([event, list]) =>
      list.map(({ to = from, when }) => ({
        from,
        to,
        word: when?.way ? (ways[when.way] ?? when.way) : wordOf(event, when),
      })),
    ),
  );
  return all.filter(({ from, to }) => !refused.has(`${from} > ${to}`));
}

type When = NonNullable<(typeof hostRules)['reach'][string][string][number]['when']>;

function wordOf(event: string, when: When | undefined): string {
  if (event === 'setHostEnabled.requested') return when?.data?.['enabled'] === true ? 'enable' : 'disable';
  if (when?.lost === true) return 'still silent';
  if (event === 'drain.done') return when?.data?.['isEmpty'] === true ? '' : 'some stay';
  if (event.endsWith('.done')) return '';
  return event.endsWith('.failed') || event.endsWith('.timedOut') ? 'failed' : (words[event] ?? event);
}

/** What the picture of a part is made of. */
export function hostChart(part: HostPart): Chart {
  return { rests: hostRests[part], leaves: hostLeaves[part], steps: stepsOf(part) };
}

/** The whole picture. Throws when a state or a step of the charts would be missing from it. */
export function drawHost(): string {
  return picture('State charts of a host', WIDTH, HEIGHT, [
    text(40, 42, 'host: what is known of a machine, and what it may do', 'heading', 'start'),
    text(40, 64, LEGEND, 'small', 'start'),
    ...(Object.keys(layouts) as HostPart[]).flatMap((part) => {
      const [x, y, heading] = headings[part];
      return [text(x, y, heading, 'name', 'start'), drawChart(`a host’s ${part}`, hostChart(part), layouts[part])];
    }),
  ]);
}
