/** Live moves that somebody steers while they copy, and a host that is emptied: slow enough to be struck in the middle. */
import type { KnownHost } from './guest.ts';
import type { Operation, Scene } from './operation.ts';

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
    name: 'live shared, forced by a pause',
    storage: 'shared',
    needsBoot: false,
    hosts: 2,
    moves: { bandwidthMiBps: 8 },
    perform: steered('forceComplete'),
  },
  {
    name: 'live shared, forced by post-copy',
    storage: 'shared',
    needsBoot: false,
    hosts: 2,
    moves: { bandwidthMiBps: 8, postCopy: true, landing: 'running', lockManager: 'lockd' },
    perform: steered('forceComplete'),
  },
  {
    name: 'drain + back in use',
    storage: 'own',
    needsBoot: false,
    hosts: 2,
    isOfHost: true,
    async perform(scene) {
      const { source, destination } = scene;
      await scene.orderHost(source.name, 'maintenance', { on: true });
      await scene.maintenance(source.name, ['drained', 'inMaintenance']);
      await scene.orderHost(source.name, 'maintenance', { on: false });
      await scene.maintenance(source.name, ['none']);
      await scene.isOn(destination);
    },
    async clearUp({ system, source }) {
      const { record } = await system.api.get<KnownHost>(`/v1/hosts/${source.name}`);
      const value = record?.parts.maintenance.value ?? 'unknown';
      if (value !== 'none') throw new Error(`the maintenance of ${source.name} has to be over, and is ${value}`);
    },
  },
];
