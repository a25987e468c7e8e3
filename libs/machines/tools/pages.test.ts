import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { leafNames, parentOf } from '../src/life/leaves.ts';
import { restingStates } from '../src/life/resting.ts';
import { pages } from './pages.ts';
import { properties } from './properties.ts';

const generated = pages().map((page) => ({ ...page, name: basename(page.path) }));

test.each(generated)(
  'docs/reference/$name is what the chart makes of it (else: node libs/machines/tools/draw.ts)',
  ({ path, content }) => {
    expect(readFileSync(path, 'utf8')).toBe(content);
  },
);

test('the picture and the page show every state', () => {
  const [picture, page] = generated.map(({ content }) => content);
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
