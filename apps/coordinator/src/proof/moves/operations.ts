/** The moves of the matrix: what is there before, what a person orders, and where the instance may be at the end. */
import type { CommandName } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { SOURCE, type MoveRun } from './run.ts';

export interface MoveOperation {
  readonly name: string;
  readonly storage: 'shared' | 'separate';
  /** From a guest that runs on the source to where the counting begins. */
  before?(run: MoveRun): Promise<void>;
  /** What a person does; resolves when they have nothing left to do. */
  play(run: MoveRun): Promise<void>;
  /** What else has to hold once all is healed, and again once it is deleted; waits for what takes its time, and answers with what is wrong. */
  check?(run: MoveRun): Promise<string[]>;
  /** States in which it may end. */
  readonly ends: readonly string[];
}

const { flavor } = sampleSpec(1);
const larger = { ...flavor, name: 'larger', vcpus: flavor.vcpus + 1, memoryMiB: flavor.memoryMiB * 2, rootGiB: 2 };

async function ordered(run: MoveRun, name: CommandName, args: Record<string, unknown> = {}): Promise<boolean> {
  const answer = await run.order(name, args);
  await run.rest();
  return answer.kind === 'accepted';
}

async function resized(run: MoveRun, then: 'confirmResize' | 'revertResize'): Promise<void> {
  await ordered(run, 'resize', { flavor: larger, host: 'h2' });
  if (run.value === 'resized') await ordered(run, then);
}

const cutOff = async (run: MoveRun): Promise<void> => {
  run.lostPower.add(SOURCE);
  run.world.losePower(SOURCE);
  run.world.proofs.set(SOURCE, { kind: 'operator', name: 'grace' });
};

/** The host that was lost boots; what it has of the guest goes. */
async function comesBack(run: MoveRun, host: string): Promise<void> {
  run.world.proofs.delete(host);
  run.world.site.boot(host);
  await run.launchAgent(host);
}

const evacuation = (storage: 'shared' | 'separate'): MoveOperation => ({
  name: `evacuate from ${storage} storage, and the host comes back`,
  storage,
  before: cutOff,
  async play(run) {
    await ordered(run, 'evacuate', { fromImage: storage === 'separate' });
    await comesBack(run, SOURCE);
    await run.pause(5_000);
  },
  ends: ['running'],
});

export const operations: readonly MoveOperation[] = [
  ...(['shared', 'separate'] as const).map((storage): MoveOperation => ({
    name: `live migration on ${storage} storage`,
    storage,
    play: async (run) => void (await ordered(run, 'liveMigrate')),
    ends: ['running'],
  })),
  {
    name: 'cold migration, confirmed',
    storage: 'separate',
    async play(run) {
      await ordered(run, 'coldMigrate');
      if (run.value === 'resized') await ordered(run, 'confirmResize');
    },
    ends: ['running'],
  },
  {
    name: 'resize to another host, confirmed',
    storage: 'separate',
    play: (run) => resized(run, 'confirmResize'),
    ends: ['running'],
  },
  {
    name: 'resize to another host, turned back',
    storage: 'separate',
    play: (run) => resized(run, 'revertResize'),
    ends: ['running'],
  },
  {
    name: 'resize on storage that both see, turned back',
    storage: 'shared',
    play: (run) => resized(run, 'revertResize'),
    ends: ['running'],
  },
  evacuation('shared'),
  evacuation('separate'),
];

export { comesBack };
