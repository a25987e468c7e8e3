import { defineConfig } from 'vitest/config';
import { readdirSync } from 'node:fs';

/** The quick layers: unit, model, property and contract tests on the fake. One project per library or app. */
const projects = ['libs', 'apps'].flatMap((group) =>
  readdirSync(group).map((name) => ({ name, root: `${group}/${name}` })),
);

/** A hook is given as long as a test, and a condition that is waited for longer than vitest's one second: other tests have the processors, too. */
const LIMITS = { testTimeout: 30_000, hookTimeout: 30_000, expect: { poll: { timeout: 10_000 } } };

export default defineConfig({
  test: {
    projects: [...projects, { name: 'tools', root: 'tools' }].map(({ name, root }) => ({
      test: {
        name,
        root,
        include: name === 'tools' ? ['**/*.test.ts'] : ['src/**/*.test.ts', 'tools/**/*.test.ts'],
        exclude: ['**/*.int.test.ts', '**/*.chaos.test.ts'],
        ...LIMITS,
      },
    })),
  },
});
