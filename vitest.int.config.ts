import { readdirSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The slow layers: a real NATS server, a real libvirtd, real guests. A file waits for boots, deadlines and killed parts most of its time,
 * so several run side by side, each in a lab of its own.
 */
const WORKERS = 3;

const projects = ['libs', 'apps'].flatMap((group) =>
  readdirSync(group).map((name) => ({ name, root: `${group}/${name}` })),
);

/** The longest first: one that is begun last would go on alone when all others are over. */
const LONGEST = [
  'crash-matrix.chaos',
  'pair-contract.int',
  'live-migration.int',
  'killed-parts.chaos',
  'storms.chaos',
  'contract.int',
  'cold-move.int',
  'resize.int',
  'shared-storms.chaos',
  'matrix.chaos',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONGEST.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
      return at === -1 ? LONGEST.length : at;
    };
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own, no array's
    const usual = await super.sort(files);
    return usual.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    maxWorkers: WORKERS,
    sequence: { sequencer: LongestFirst },
    projects: [...projects, { name: 'tools', root: 'tools' }].map(({ name, root }) => ({
      test: {
        name,
        root,
        include: ['**/*.int.test.ts', '**/*.chaos.test.ts'],
        testTimeout: 300_000,
        hookTimeout: 300_000,
        expect: { poll: { timeout: 10_000 } },
      },
    })),
  },
});
