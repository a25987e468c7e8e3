import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { leafNames, parentOf } from '../src/life/leaves.ts';
import { restingStates } from '../src/life/resting.ts';
import { drawChart, type Chart, type Layout } from './chart-svg.ts';
import { hostChart } from './host-svg.ts';
import { migrationChart } from './migration-svg.ts';
import { pages } from './pages.ts';
import { properties } from './properties.ts';

const generated = pages().map((page) => ({ ...page, name: basename(page.path) }));

test.each(generated)(
  'docs/reference/$name is what the chart makes of it (else: node libs/machines/tools/draw.ts)',
  ({ path, content }) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  },
);

const contentOf = (name: string): string => generated.find((page) => page.name === name)?.content ?? '';

test('the picture and the page show every state', () => {
  const [picture, page] = [contentOf('life.svg'), contentOf('life.md')];
  for (const state of restingStates) {
    expect(picture).toContain(`>${state}<`);
    expect(page).toContain(`| **${state}** |`);
  }
  for (const name of leafNames) {
    expect(picture).toContain(`>${name.slice(name.indexOf('.') + 1)}<`);
    expect(picture).toContain(`>${parentOf(name)} · `);
    expect(page).toContain(`| **${name}** |`);
  }
});

test.each([
  ['migration', 'migration.md', 'migration.svg', [migrationChart()]],
  ['host', 'hosts.md', 'host.svg', (['reach', 'service', 'maintenance', 'power'] as const).map(hostChart)],
] as const)('the picture of the chart %s is on its page, and shows every state', (_, page, picture, charts) => {
  expect(contentOf(page)).toContain(`](${picture})`);
  const drawn = contentOf(picture);
  for (const { rests, leaves } of charts) {
    for (const state of Object.keys(rests)) expect(drawn).toContain(`>${state}<`);
    for (const name of Object.keys(leaves)) {
      const [parent = '', leaf = ''] = name.split('.');
      expect(drawn).toMatch(new RegExp(`>${leaf}</text><text [^>]*>${parent} · `));
    }
  }
});

test('a chart is not drawn without one of its states or steps, nor with a line that it has not', () => {
  const chart: Chart = {
    rests: { off: 'It is off.', on: 'It is on.' },
    leaves: {},
    steps: [
      { from: 'off', to: 'on', word: 'start' },
      { from: 'on', to: 'on', word: 'heard' },
    ],
  };
  const boxes = { off: { x: 0, y: 0, width: 9, height: 9 }, on: { x: 20, y: 0, width: 9, height: 9 } };
  const routes: Layout['routes'] = {
    'off > on': {
      points: [
        [9, 4],
        [20, 4],
      ],
    },
  };
  expect(drawChart('a lamp', chart, { boxes, routes })).toContain('>start<');
  const draw = (drawn: Chart, layout: Layout) => () => drawChart('a lamp', drawn, layout);
  expect(draw(chart, { boxes: { off: boxes.off }, routes })).toThrow('a lamp has no place for on');
  expect(draw(chart, { boxes, routes: {} })).toThrow('a lamp has no line for off > on');
  const back = { from: 'on', to: 'off', word: 'stop' };
  expect(draw({ ...chart, steps: [...chart.steps, back] }, { boxes, routes })).toThrow('no line for on > off');
  expect(draw({ ...chart, steps: [] }, { boxes, routes })).toThrow('lines that the chart has not: off > on');
  const noted = drawChart(
    'a lamp',
    { ...chart, steps: [back] },
    { boxes, routes: {}, notes: { off: { at: [0, 30] } } },
  );
  expect(noted).toContain('>stop also from on<');
});

test('the properties of the design that chart and record can keep each have a test', () => {
  expect([...new Set(properties().map(({ property }) => property))]).toEqual([
    3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  ]);
});

test('the library runs in a browser: no source of it imports anything of Node', () => {
  const source = new URL('../src/', import.meta.url);
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts'),
  );
  const imports = files.flatMap((name) =>
    [...readFileSync(new URL(name, source), 'utf8').matchAll(/from '([^'.][^']*)'/g)].map(([, from]) => from),
  );
  expect([...new Set(imports)].toSorted()).toEqual(['@chronovirt/contract', 'xstate']);
});
