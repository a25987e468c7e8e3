import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mechanisms } from './mechanisms.mjs';
import { copyWorkspace, takeOut } from './removals.mjs';

test('each removal still fits the code: its text is there exactly once, and comes back', () => {
  expect(mechanisms.length).toBeGreaterThan(20);
  const copy = copyWorkspace();
  try {
    // Twice: what one puts back must be what the next one finds.
    for (const mechanism of mechanisms) takeOut(copy, mechanism)();
    for (const mechanism of mechanisms) takeOut(copy, mechanism)();
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

test('a removal whose text is gone says so, and where', () => {
  const copy = copyWorkspace();
  try {
    const gone = {
      name: 'gone',
      edits: [{ file: 'libs/runtime/src/index.ts', find: 'no such text', put: '' }],
      tests: [],
    };
    expect(() => takeOut(copy, gone)).toThrow(
      /gone: libs\/runtime\/src\/index\.ts does not hold exactly once: no such text/,
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});
