import { defineConfig } from 'vitest/config';
import { readdirSync } from 'node:fs';

/** The quick layers: unit, model, property and contract tests on the fake. One project per library or app. */
const projects = ['libs', 'apps'].flatMap((group) =>
  readdirSync(group).map((name) => ({ name, root: `${group}/${name}` })),
);

export default defineConfig({
  test: {
    projects: [...projects, { name: 'tools', root: 'tools' }].map(({ name, root }) => ({
      test: {
        name,
        root,
        include: name === 'tools' ? ['**/*.test.ts'] : ['src/**/*.test.ts', 'tools/**/*.test.ts'],
        exclude: ['**/*.int.test.ts', '**/*.chaos.test.ts'],
        testTimeout: 30_000,
      },
    })),
  },
});
