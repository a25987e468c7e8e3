/** Live moves that somebody steers while they copy: slow enough to be struck in the middle. */
import type { Operation, Scene } from './operations.ts';

/** A move is begun and, once memory or disks are on their way, steered by this command. */
function steered(command: 'abortMigration' | 'forceComplete', args: object = {}): Operation['perform'] {
  return async (scene: Scene) => {
    await scene.begin('liveMigrate', { host: scene.destination.name, ...args });
    await scene.copies();
    await scene.order(command);
  };
}

export const steeredMoves: readonly Operation[] = [
  {
    name: 'live block, called off',
    storage: 'own',
    needsBoot: false,
    hosts: 2,
    moves: { bandwidthMiBps: 8 },
    perform: steered('abortMigration', { blockMigration: true }),
  },
  {
    name: 'live shared, forced by post-copy',
    storage: 'shared',
    needsBoot: false,
    hosts: 2,
    moves: { bandwidthMiBps: 8, postCopy: true, landing: 'running', lockManager: 'lockd' },
    perform: steered('forceComplete'),
  },
];
