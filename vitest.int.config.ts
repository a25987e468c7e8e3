import { defineConfig } from 'vitest/config';
import { readdirSync } from 'node:fs';

/** The slow layers: a real NATS server, a real libvirtd, real guests. One file at a time: two cores carry few boots at once. */
const projects = ['libs', 'apps'].flatMap((group) =>
  readdirSync(group).map((name) => ({ name, root: `${group}/${name}` })),
);

export default defineConfig({
  test: {
    fileParallelism: false,
    maxWorkers: 1,
    projects: [...projects, { name: 'tools', root: 'tools' }].map(({ name, root }) => ({
      test: {
        name,
        root,
        include: ['**/*.int.test.ts', '**/*.chaos.test.ts'],
        testTimeout: 300_000,
        hookTimeout: 300_000,
      },
    })),
  },
});
