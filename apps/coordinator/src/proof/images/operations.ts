/** Images that the system makes for itself, over kills and cuts: what has to be there all the time, and what has to be gone at the end. */
import { CLUSTER, type CommandName, type InstanceSpec } from '@chronovirt/contract';
import { isReadable, MemoryJournal, specIn } from '@chronovirt/runtime';
import type { MoveOperation } from '../moves/operations.ts';
import { DESTINATION, SOURCE, SPARE, type MoveRun } from '../moves/run.ts';

/** Longer than from one pass over everything to the next. */
const PASSES_MS = 700_000;

async function ordered(run: MoveRun, name: CommandName, args: Record<string, unknown> = {}): Promise<boolean> {
  const answer = await run.order(name, args);
  await run.rest();
  return answer.kind === 'accepted';
}

/** Where the instance's record lies just now, and its message that holds the spec. */
function record(run: MoveRun): { readonly host: string; readonly spec: number; readonly backups: readonly string[] } {
  // What is kept of one that is deleted is what its last host kept.
  const lastHost = [DESTINATION, SOURCE, SPARE].find(
    (name) => run.world.last(name, run.uuid)?.state.value === 'deleted',
  );
  const host = run.owner ?? lastHost ?? CLUSTER;
  const last = run.world.last(host, run.uuid) ?? run.world.last(CLUSTER, run.uuid);
  const { actor, parts } = last!.state;
  return { host: last!.host, spec: actor.spec, backups: (parts.backups ?? []).map(({ sha256 }) => sha256) };
}

async function specAt(
  run: MoveRun,
  { host, spec }: { readonly host: string; readonly spec: number },
): Promise<InstanceSpec | null> {
  const journal = new MemoryJournal({ store: run.world.store });
  const stored = spec === 0 ? await journal.last(host, run.uuid) : await journal.get(host, spec);
  return stored !== null && isReadable(stored) ? (specIn(stored.message) ?? null) : null;
}

/** Hashes of the system's images that the instance needs. */
async function needed(run: MoveRun, at = record(run)): Promise<string[]> {
  const isDeleted = run.world.last(CLUSTER, run.uuid)?.state.value === 'deleted';
  const spec = isDeleted ? null : await specAt(run, at);
  return [
    ...new Set([...at.backups, ...[spec?.shelved, spec?.restsOn].flatMap((image) => image?.sha256 ?? [])]),
  ].toSorted();
}

/** No image may leave the store that the record of that moment names. */
function watch(run: MoveRun): void {
  run.onImageRemoved = (phase, sha256) => {
    if (phase !== 'before') return;
    const at = record(run);
    void needed(run, at).then((names) => {
      if (names.includes(sha256)) run.problems.add(`an image that is needed was taken out: ${sha256.slice(0, 8)}`);
    });
  };
}

/** What is needed lies in the store; what is not lies nowhere. */
async function check(run: MoveRun): Promise<string[]> {
  await run.pause(PASSES_MS);
  const names = await needed(run);
  const { images } = run.world;
  const inStore = images.hashes.filter((sha256) => !images.isPersons(sha256)).toSorted();
  const short = (list: readonly string[]): string => list.map((sha256) => sha256.slice(0, 8)).join(' ') || 'none';
  const left = [SOURCE, DESTINATION, SPARE].flatMap((host) =>
    run.world
      .sim(host)
      .files.images()
      .filter((sha256) => !names.includes(sha256) && !images.isPersons(sha256))
      .map((sha256) => `${host} still has ${sha256.slice(0, 8)}, which nobody needs`),
  );
  return [
    ...(inStore.join() === names.join() ? [] : [`the store holds ${short(inStore)}, needed is ${short(names)}`]),
    ...left,
  ];
}

const ends = ['running', 'shelved'];

export const imageOperations: readonly MoveOperation[] = [
  {
    name: 'shelf: started where it is, made again on another host, and moved on',
    storage: 'separate',
    before: async (run) => watch(run),
    async play(run) {
      for (const name of ['shelve', 'unshelve', 'shelve', 'offload'] as const) await ordered(run, name);
      // Where the host that is to have it does not answer it stays on the shelf, and is ordered once more.
      for (let tries = 0; run.value === 'offloaded' && tries < 20; tries += 1) {
        await ordered(run, 'unshelve', { host: DESTINATION });
        if (run.value === 'offloaded') await run.pause(5_000);
      }
      if (run.owner === DESTINATION && run.value === 'running') await ordered(run, 'liveMigrate', { host: SOURCE });
    },
    check,
    ends,
  },
  {
    name: 'backups: made on one host, replaced on another one',
    storage: 'separate',
    before: async (run) => watch(run),
    async play(run) {
      const backUp = (): Promise<boolean> => ordered(run, 'backup', { name: 'nightly', rotation: 1 });
      await backUp();
      await backUp();
      await ordered(run, 'coldMigrate', { host: DESTINATION });
      if (run.value === 'resized') await ordered(run, 'confirmResize');
      await backUp();
      await ordered(run, 'snapshot', { name: 'kept' });
    },
    check,
    ends,
  },
];
