import { expect, it } from 'vitest';
import { availableMemoryMiB, shortages } from './machine-check.mjs';

const disk = (what: string, needMiB: number, device = '1', freeMiB = 1_000) => ({
  what,
  path: `/${what}`,
  needMiB,
  freeMiB,
  device,
});

it('has nothing to say when there is room', () => {
  expect(
    shortages({ memoryMiB: 1_024, needMemoryMiB: 1_024, disks: [disk('cache', 600), disk('state', 400)] }),
  ).toEqual([]);
});

it('adds up what shares a file system, and names each part with its number', () => {
  const [sentence] = shortages({
    memoryMiB: 9_999,
    needMemoryMiB: 1,
    disks: [disk('cache', 600), disk('state', 401), disk('done', 0)],
  });
  expect(sentence).toContain(
    'disk: 1000 MiB free, 1001 MiB needed (600 MiB for cache in /cache, 401 MiB for state in /state)',
  );
});

it('does not add up what lies on different file systems', () => {
  expect(
    shortages({ memoryMiB: 9_999, needMemoryMiB: 1, disks: [disk('cache', 600), disk('state', 600, '2')] }),
  ).toEqual([]);
});

it('says how much memory there is and how much is needed', () => {
  expect(shortages({ memoryMiB: 512, needMemoryMiB: 1_024, disks: [] })).toEqual([
    'memory: 512 MiB available, 1024 MiB needed: end other programs or give the machine more',
  ]);
  expect(availableMemoryMiB('MemTotal:  9 kB\nMemAvailable:    1048576 kB\n')).toBe(1_024);
});
