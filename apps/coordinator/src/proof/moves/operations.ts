/** The moves of the matrix: what is there before, what a person orders, and where the instance may be at the end. */
import type { CommandName } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { DESTINATION, SOURCE, type Fault, type MoveRun, type MoveRunOptions } from './run.ts';

export interface MoveOperation {
  readonly name: string;
  readonly storage: 'shared' | 'separate';
  readonly liveMigration?: MoveRunOptions['liveMigration'];
  /** Faults that it is not promised to get over by itself. */
  isBeyond?(fault: Fault): boolean;
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

/**
 * The guest goes over before its memory, and the stream of its memory is reset, as often as told. Whatever else goes wrong may keep it from that;
 * then it is any move.
 */
const brokenPostCopy: MoveOperation = {
  name: 'live migration in post-copy, whose stream is reset twice',
  storage: 'shared',
  liveMigration: { postCopy: true, landing: 'running', lockManager: 'lockd', forceComplete: 'postCopy' },
  // The destination waits for the memory of a source that is no more, and is not told: decision 17 has a person end that.
  isBeyond: ({ name }) => name.startsWith('the source loses power'),
  async play(run) {
    const { world, uuid } = run;
    const there = (): string | undefined => world.sim(DESTINATION).viewOf(uuid)?.reason;
    world.sim(SOURCE).busyGuests.add(uuid);
    await run.order('liveMigrate', { host: DESTINATION });
    await run.until(() => world.isAtRest(uuid) || there() === 'migration');
    await run.order('forceComplete');
    for (let times = 0; times < 2; times += 1) {
      await run.until(() => world.isAtRest(uuid) || there() === 'postcopy');
      world.site.resetStreams(SOURCE, DESTINATION);
    }
    // What never went over would be copied without end.
    await run.pause(60_000);
    world.sim(SOURCE).busyGuests.delete(uuid);
    await run.rest();
  },
  ends: ['running'],
};

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
  brokenPostCopy,
];

export { comesBack };
