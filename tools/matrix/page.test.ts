import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { cellsOf } from './cells.ts';
import type { DatedRow } from './outcome.ts';
import { readOutcome, withRow } from './outcome.ts';
import { page, render } from './page.ts';

const row: DatedRow = {
  operation: 'live shared',
  fault: 'kill coordinator',
  step: 'spine: copyMove.done',
  end: 'running on host-b',
  seconds: 2.5,
  isStruck: true,
  samples: 40,
  oneSided: 1,
  problems: [],
  date: '2026-01-02',
  seed: 7,
};
const line = (text: string, start: string): string => text.split('\n').find((each) => each.startsWith(start)) ?? '';

test('the page in the documentation is the one that the outcome beside it makes', () => {
  expect(readFileSync(page, 'utf8')).toBe(render(readOutcome()));
});

test('every cell that is on record is one that exists, and there once', () => {
  const names = readOutcome().rows.map(({ operation, fault }) => `${operation} × ${fault}`);
  const known = cellsOf().map(({ operation, fault }) => `${operation.name} × ${fault.name}`);
  expect(known).toEqual(expect.arrayContaining(names));
  expect(new Set(names).size).toBe(names.length);
});

test('an operation on one host has no cells of a destination', () => {
  const ofRescue = cellsOf('rescue').map(({ fault }) => fault.name);
  expect(ofRescue).toContain('kill source QEMU');
  expect(ofRescue.filter((name) => name.includes('destination') || name === 'cut network')).toEqual([]);
});

test('a host without power has no guest that could be killed', () => {
  const ofEvacuation = cellsOf('evacuate').map(({ fault }) => fault.name);
  expect(ofEvacuation).toContain('kill destination QEMU');
  expect(ofEvacuation).not.toContain('kill source QEMU');
});

test('a cell that is run again takes the place of what it came to before', () => {
  const broken = { ...row, problems: ['it ran on both hosts 3 times, first 900 ms after the beginning'] };
  const outcome = withRow(withRow({ parts: [], steps: {}, rows: [] }, broken), row);
  expect(outcome.rows).toEqual([row]);
});

test('a cell that held, one that broke, one that was not struck and one that was not run look different', () => {
  const mark = (change: Partial<DatedRow>): string =>
    line(render({ parts: [], steps: {}, rows: [{ ...row, ...change }] }), '| kill coordinator |');
  expect(mark({})).toMatch(/^\| kill coordinator \| ✓ \| · \|/);
  expect(mark({ problems: ['no rest'] })).toMatch(/^\| kill coordinator \| ✗ \| · \|/);
  expect(mark({ isStruck: false })).toMatch(/^\| kill coordinator \| ○ \| · \|/);
});
