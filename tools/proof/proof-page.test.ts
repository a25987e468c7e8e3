import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { page, render, titlesIn } from './proof-page.mjs';
import { namedIn } from './properties.mjs';

test('docs/reference/proof.md is current: `node tools/proof/proof-page.mjs` writes it', () => {
  expect(readFileSync(page, 'utf8')).toBe(render());
});

test('each promise that one host can keep has a test that names it', () => {
  expect(render()).not.toContain('NO TEST NAMES IT');
});

test('a title names promises in one number or many', () => {
  expect(namedIn('property 3: gone')).toEqual(['property 3']);
  expect(namedIn('properties 3, 11 and I1, I10: all')).toEqual(['property 3', 'property 11', 'I1', 'I10']);
  expect(namedIn('I4: each answer')).toEqual(['I4']);
  expect(namedIn('3 guests: none')).toEqual([]);
  expect(namedIn('a test about property 3')).toEqual([]);
});

test('titles are found in calls, tables and over lines', () => {
  const source = `test('I1: a', () => {});
describe.each([1, 2])(
  "property 2: it's $name", () => {});
const found = {
  'I2: b': 1,
};`;
  expect(titlesIn(source).map(({ title }) => title)).toEqual(['I1: a', "property 2: it's $name", 'I2: b']);
});
