/** All pairs of commands, given at once, in each phase of each move: whatever is taken of them, all comes to its end. */
import { CLUSTER, type Answer, type CommandName } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { MoveScene } from '../../testing/move-scene.ts';

const { flavor } = sampleSpec(1);
const larger = { ...flavor, name: 'larger', vcpus: 2 };

const commands: readonly (readonly [CommandName, Record<string, unknown>])[] = [
  ['delete', {}],
  ['stop', { timeoutSeconds: 0 }],
  ['pause', {}],
  ['liveMigrate', {}],
  ['abortMigration', {}],
  ['confirmResize', {}],
  ['revertResize', {}],
  ['evacuate', { fromImage: true }],
];

interface Moving {
  readonly begin: (scene: MoveScene) => Promise<void>;
  readonly phases: readonly string[];
}

const moves: Readonly<Record<string, Moving>> = {
  'a live migration': {
    begin: (scene) => scene.taken('liveMigrate'),
    phases: ['planning.check', 'preparing.prepare', 'copying.copy', 'landing.adopt', 'done'],
  },
  'a resize': {
    begin: (scene) => scene.taken('resize', { flavor: larger, host: 'h2' }),
    phases: ['copying.copy', 'landing.adopt', 'landed'],
  },
  'a resize that is confirmed': {
    begin: async (scene) => {
      await scene.done('resize', { flavor: larger, host: 'h2' });
      await scene.taken('confirmResize');
    },
    phases: ['confirming.confirm'],
  },
  'a resize that is turned back': {
    begin: async (scene) => {
      await scene.done('resize', { flavor: larger, host: 'h2' });
      await scene.taken('revertResize');
    },
    phases: ['reverting.fence', 'reverting.adopt'],
  },
  'an evacuation': {
    begin: async (scene) => {
      scene.lose('h1');
      await scene.taken('evacuate', { fromImage: true });
    },
    phases: ['landing.adopt'],
  },
};

/** Gives both in the same moment, and lets all come to rest. */
async function given(
  { begin }: Moving,
  phase: string,
  pair: readonly (readonly [CommandName, Record<string, unknown>])[],
): Promise<string[]> {
  const scene = await MoveScene.running('separate');
  await begin(scene);
  await scene.reaches(phase);
  const { world, uuid, coordinator } = scene;
  const seenOn = coordinator.model.get(uuid)?.host ?? CLUSTER;
  const replies = pair.map(([name, args], n) =>
    coordinator.cluster.send(
      { id: `at-once-${n}`, instance: uuid, name, args, by: { kind: 'operator', name: 'grace' } } as never,
      seenOn,
    ),
  );
  const answers: Answer[] = [];
  for (const reply of await world.clock.settle(Promise.all(replies)))
    if (reply.kind === 'answer') answers.push(reply.answer);
    else return [`not answered: ${JSON.stringify(reply)}`];
  const unexplained = answers.filter((answer) => answer.kind === 'refused' && answer.fact.length < 10);
  const isDeleted = pair.some(([name], n) => name === 'delete' && answers[n]?.kind === 'accepted');
  await scene.rests();
  if (scene.lostPower.has('h1')) await scene.comesBack('h1');
  if (scene.value === 'resized') await scene.done('confirmResize');
  const problems = isDeleted
    ? await scene.faults('deleted')
    : await scene.faults('running', 'stopped', 'paused', 'suspended');
  world.close();
  return [...problems, ...unexplained.map((answer) => `refused without a fact: ${JSON.stringify(answer)}`)];
}

describe.each(Object.entries(moves))('%s', (_name, move) => {
  test.each(move.phases)(
    'in %s takes any two commands at once, and comes to its end',
    { timeout: 120_000 },
    async (phase) => {
      const problems: Record<string, string[]> = {};
      for (const one of commands) {
        for (const other of commands) {
          const found = await given(move, phase, [one, other]).catch((error: unknown) => [String(error)]);
          if (found.length > 0) problems[`${one[0]} and ${other[0]}`] = found;
        }
      }
      expect(problems).toEqual({});
    },
  );
});
