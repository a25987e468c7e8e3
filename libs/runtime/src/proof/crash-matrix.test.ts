import { describe, expect, test } from 'vitest';
import { crashAt, operations, pointsOf, pointText } from './crash-matrix.ts';

describe.each(operations)('property 8: an agent killed at any point of: $name', (operation) => {
  test(
    'a new agent reaches the truth by itself, leaves nothing, and takes the next command',
    { timeout: 120_000 },
    async () => {
      const seed = 7;
      const points = await pointsOf(operation, seed);
      expect(points.length).toBeGreaterThan(4);
      const problems: Record<string, string[]> = {};
      for (const point of points) {
        const ending = await crashAt(operation, seed, point);
        if (ending.problems.length > 0) problems[pointText(point)] = ending.problems;
        if (ending.healedMs > 10_000)
          (problems[pointText(point)] ??= []).push(`healed only after ${ending.healedMs} ms`);
      }
      expect(problems).toEqual({});
    },
  );
});
