import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { byteText } from './bytes.ts';
import { paint, plainText, wantsColour } from './colour.ts';
import { fit, table, tableBlocks, wrap } from './table.ts';
import { age, duration } from './time.ts';

describe('tables', () => {
  const columns = [
    { title: 'NAME', shrinkTo: 6 },
    { title: 'N', align: 'right' as const },
    { title: 'WHY', shrinkTo: 5 },
  ];

  test('columns are as wide as what is in them, and empty ones are left out', () => {
    expect(
      table(
        columns,
        [
          ['web', '1', ''],
          ['database', '12', ''],
        ],
        null,
      ),
    ).toEqual(['NAME       N', 'web        1', 'database  12']);
  });

  test('what fits is never cut, what does not is cut in the columns that may shrink, down to their least width', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ maxLength: 40 }), fc.nat(9999), fc.string({ maxLength: 40 })), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.integer({ min: 22, max: 120 }),
        (rows, width) => {
          const cells = rows.map(([name, count, why]) => [
            name.replaceAll(/\s/g, 'x'),
            String(count),
            why.replaceAll(/\s/g, 'y'),
          ]);
          const whole = table(columns, cells, null);
          const fitted = table(columns, cells, width);
          const widest = Math.max(...whole.map((line) => line.length));
          if (widest <= width) expect(fitted).toEqual(whole);
          for (const line of fitted) expect(line.length).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  test('words that go on below are all there, none longer than the column, broken between words where they can be', () => {
    const { red } = paint(true);
    expect(wrap('both hosts agree', 11)).toEqual(['both hosts', 'agree']);
    expect(wrap('migrating.postLiveMigration', 16)).toEqual(['migrating.', 'postLive', 'Migration']);
    expect(wrap(red('maybe made'), 5).map(plainText)).toEqual(['maybe', 'made']);
    expect(wrap(red('maybe made'), 5).every((line) => line.startsWith('\u001B[31m'))).toBe(true);
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        const cell = text.replaceAll(/\s/g, ' ').trim();
        const lines = wrap(cell, width);
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
        expect(lines.join('').replaceAll(' ', '')).toBe(cell.replaceAll(' ', ''));
      }),
    );
    const wide = [{ title: 'A' }, { title: 'B', shrinkTo: 4, wraps: true }, { title: 'C', align: 'right' as const }];
    expect(table(wide, [['1', 'one two three', '9']], 13)).toEqual(['A  B        C', '1  one two  9', '   three']);
  });

  test('what does not fit even so becomes lines of its own, each with its title, nothing of it cut', () => {
    const narrow = [{ title: 'NAME' }, { title: 'MEMORY', align: 'right' as const }, { title: 'WHY', shrinkTo: 20 }];
    const rows = [
      ['web', '512 MiB', 'the host has no room for it'],
      ['database', '', 'locked'],
    ];
    expect(table(narrow, rows, 30)).toEqual([
      'NAME    web',
      'MEMORY  512 MiB',
      'WHY     the host has no room',
      '        for it',
      '',
      'NAME    database',
      'WHY     locked',
    ]);
    expect(tableBlocks(narrow, rows, 30)[0]).toEqual([]);
  });

  test('a column that is the first to shrink gives way before a wider one', () => {
    const both = [
      { title: 'UUID', shrinkTo: 4, isFirstToShrink: true },
      { title: 'NOTE', shrinkTo: 4 },
    ];
    expect(table(both, [['0123456789', 'its host is silent']], 25)[1]).toBe('0123…  its host is silent');
    expect(table(both, [['0123456789', 'its host is silent']], 16)[1]).toBe('012…  its host …');
  });

  test('colours take no room and stay whole when a cell is cut', () => {
    const { red, bold } = paint(true);
    const [, line = ''] = table([{ title: 'A' }, { title: 'B' }], [[red('failed'), bold('x')]], null);
    expect(plainText(line)).toBe('failed  x');
    expect(plainText(fit(red('a long reason'), 6))).toBe('a lon…');
    expect(fit(red('a long reason'), 6).endsWith('m')).toBe(true);
  });
});

test('colours are for terminals, and can be refused', () => {
  expect(wantsColour(true, {}, true)).toBe(true);
  expect(wantsColour(false, {}, true)).toBe(false);
  expect(wantsColour(true, { NO_COLOR: '1' }, true)).toBe(false);
  expect(wantsColour(true, { TERM: 'dumb' }, true)).toBe(false);
  expect(wantsColour(true, {}, false)).toBe(false);
  expect(paint(false).state('failed')).toBe('failed');
});

test.each([
  [0, '0 ms'],
  [999, '999 ms'],
  [1_920, '1.92 s'],
  [9_999, '9.99 s'],
  [12_345, '12.3 s'],
  [60_000, '1 min'],
  [250_000, '4 min 10 s'],
  [3_720_000, '1 h 2 min'],
  [190_800_000, '2 d 5 h'],
])('%d ms are %s', (ms, text) => expect(duration(ms)).toBe(text));

test('ages have one unit', () =>
  expect([10, 12_000, 240_000, 7_200_000].map(age)).toEqual(['just now', '12 s', '4 min', '2 h']));

test('bytes have binary units', () =>
  expect([0, 1024, 1.5 * 1024 ** 2, 10 * 1024 ** 3].map(byteText)).toEqual(['0 B', '1 KiB', '1.5 MiB', '10 GiB']));
