import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../cli-error.ts';
import { parseMoment, parseSpan } from './moment.ts';
import { nearest } from './nearest.ts';
import { parseGibibytes, parseMebibytes, parseSize } from './size.ts';
import { inCamel, inKebab, inWords } from './words.ts';

describe('sizes', () => {
  test.each([
    ['1GiB', 1024 ** 3],
    ['512 MiB', 512 * 1024 ** 2],
    ['1.5gib', 1.5 * 1024 ** 3],
    ['10GB', 10e9],
    ['100B', 100],
    ['2TiB', 2 * 1024 ** 4],
  ])('%s is %d bytes', (text, bytes) => expect(parseSize(text, '--disk')).toBe(bytes));

  test.each([
    ['1024', /--disk: 1024 of what\? Write 1024MiB or 1024GiB/],
    ['1G', /unknown unit "G".*write 1GiB \(1024s\) or 1GB \(1000s\)/],
    ['1 banana', /unknown unit "banana"/],
    ['-1GiB', /expected a size with its unit/],
    ['', /expected a size with its unit/],
    ['1e3MiB', /expected a size with its unit/],
  ])('%j is refused with what to write', (text, message) => expect(() => parseSize(text, '--disk')).toThrow(message));

  test('memory is whole MiB', () => {
    expect(parseMebibytes('1GiB', '--memory')).toBe(1024);
    expect(() => parseMebibytes('1GB', '--memory')).toThrow(/953\.67 MiB; write 954MiB/);
    expect(() => parseMebibytes('0MiB', '--memory')).toThrow(UsageError);
    expect(parseGibibytes('512MiB', '--disk')).toBe(0.5);
  });

  test('anything at all is a size or a usage error', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Number.isSafeInteger(parseSize(text, '--disk'))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
    );
  });
});

describe('moments', () => {
  const now = new Date(2026, 10, 22, 12, 0, 0).getTime();
  const local = (...parts: [number, number, number, number, number, number, number]): string =>
    new Date(...parts).toISOString();

  test.each([
    ['57', '57'],
    ['h1:57', 'h1:57'],
    ['_cluster:3', '_cluster:3'],
    ['10:02', local(2026, 10, 22, 10, 2, 0, 0)],
    ['10:02:11', local(2026, 10, 22, 10, 2, 11, 999)],
    ['10:02:11.120', local(2026, 10, 22, 10, 2, 11, 120)],
    ['13:00', local(2026, 10, 21, 13, 0, 0, 0)],
    ['2026-11-20 08:00', local(2026, 10, 20, 8, 0, 0, 0)],
    ['2026-11-20T08:00:00Z', '2026-11-20T08:00:00.999Z'],
    ['2026-11-20', local(2026, 10, 20, 0, 0, 0, 0)],
    ['5min', new Date(now - 300_000).toISOString()],
    ['-2h', new Date(now - 7_200_000).toISOString()],
    ['90s ago', new Date(now - 90_000).toISOString()],
  ])('%s', (text, meant) => expect(parseMoment(text, '--at', now)).toBe(meant));

  test.each(['yesterday', '', 'h1:', '2026-13-40', '10:99', '24:00', '10:02:60'])(
    '%j is refused with what was expected',
    (text) => {
      expect(() => parseMoment(text, '--at', now)).toThrow(/^--at: expected a sequence/);
    },
  );

  test('a span needs its unit', () => {
    expect(parseSpan('30s', '--timeout')).toBe(30_000);
    expect(parseSpan('5min', '--timeout')).toBe(300_000);
    expect(parseSpan('250ms', '--timeout')).toBe(250);
    expect(() => parseSpan('30', '--timeout')).toThrow(/write 30s/);
  });
});

test('names change their case and come back', () => {
  for (const name of ['start', 'hardReboot', 'liveMigrate', 'softDelete']) expect(inCamel(inKebab(name))).toBe(name);
  expect(inWords('migrateDiskAndPowerOff')).toBe('migrate disk and power off');
});

test('the nearest verb is found, and nothing where nothing is near', () => {
  const verbs = ['pause', 'unpause', 'resume', 'reboot'];
  expect(nearest('pasue', verbs)).toBe('pause');
  expect(nearest('rebot', verbs)).toBe('reboot');
  expect(nearest('xyzzy', verbs)).toBeNull();
});
