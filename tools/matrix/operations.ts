/** The operations of the matrix. Each begins with a guest that runs on its source. */
import type { LabHost } from '../lab/lab-host.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import type { Storage } from '../lab/options.ts';
import type { Turn } from '../start/api.ts';
import { settles, type Operation, type Route, type Scene } from './operation.ts';
import { steeredMoves } from './steered.ts';

/** A chain of orders of the guest. */
function orders(list: (route: Route) => readonly (readonly [name: string, args?: object])[]): Operation['perform'] {
  return async (scene) => {
    for (const [name, args] of list(scene)) await scene.order(name, args);
  };
}

/** A host is lost, its guest made anew on the other one, from its disks or its image; then it comes back. */
function evacuation(name: string, storage: Storage, args: object = {}): Operation {
  return {
    name,
    storage,
    needsBoot: false,
    hosts: 2,
    losesSource: true,
    async perform(scene) {
      const { source, destination } = scene;
      await lose(scene);
      await scene.takes('evacuate');
      await scene.order('evacuate', { host: destination.name, ...args });
      await scene.isOn(destination);
      await bringBack(scene.system, source);
      await scene.stored('cleaned');
    },
  };
}

export const operations: readonly Operation[] = [
  {
    name: 'live shared',
    storage: 'shared',
    needsBoot: false,
    hosts: 2,
    perform: orders(({ destination }) => [['liveMigrate', { host: destination.name }]]),
  },
  {
    name: 'live block',
    storage: 'own',
    needsBoot: false,
    hosts: 2,
    perform: orders(({ destination }) => [['liveMigrate', { host: destination.name, blockMigration: true }]]),
  },
  ...steeredMoves,
  {
    name: 'cold migrate + confirm',
    storage: 'own',
    needsBoot: true,
    hosts: 2,
    perform: orders(({ destination }) => [['coldMigrate', { host: destination.name }], ['confirmResize']]),
  },
  {
    name: 'resize on other host + revert',
    storage: 'own',
    needsBoot: true,
    hosts: 2,
    perform: orders(({ destination }) => [['resize', { flavor: 'micro', host: destination.name }], ['revertResize']]),
  },
  {
    name: 'resize in place + confirm',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(() => [['resize', { flavor: 'micro' }], ['confirmResize']]),
  },
  {
    name: 'resize in place + revert',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(() => [['resize', { flavor: 'micro' }], ['revertResize']]),
  },
  {
    name: 'rescue + unrescue',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(() => [['rescue'], ['unrescue']]),
  },
  {
    name: 'snapshot',
    storage: 'own',
    needsBoot: false,
    hosts: 1,
    perform: orders(({ uuid }) => [['snapshot', { name: snapshotName(uuid) }]]),
    async clearUp({ system, uuid }) {
      await system.api.delete(`/v1/images/${snapshotName(uuid)}`).catch(() => undefined); // it may not have come to it
    },
  },
  {
    name: 'backup with rotation',
    storage: 'own',
    needsBoot: false,
    hosts: 1,
    perform: orders(({ uuid }) => {
      const backup = ['backup', { name: snapshotName(uuid), rotation: 1 }] as const;
      return [backup, backup];
    }),
    async clearUp({ system, uuid }) {
      const name = snapshotName(uuid);
      // The newest outlives its guest; the other one goes by itself, after a minute at the latest. One whose guest was killed under it is
      // none, and one of a disk that nothing was written to is the image that it was made from, under that one's name.
      const newest = (await imagesMade(system, uuid)).at(-1);
      let found: readonly Made[] = [];
      await settles('of its backups the newest is left', 90_000, async () => {
        ({ images: found } = await system.api.get<{ images: Made[] }>('/v1/images'));
        const isKept = newest === undefined || found.some(({ sha256 }) => sha256 === newest.sha256);
        return isKept && found.every((image) => image.name !== name || image.sha256 === newest?.sha256);
      }).catch((cause: unknown) => {
        throw new Error(`of its backups ${newest?.sha256 ?? 'none'} has to be left: ${JSON.stringify(found)}`, {
          cause,
        });
      });
      if (found.some((image) => image.name === name)) await system.api.delete(`/v1/images/${name}`);
    },
  },
  {
    name: 'rebuild',
    storage: 'own',
    needsBoot: false,
    hosts: 1,
    perform: orders(() => [['rebuild']]),
  },
  {
    name: 'shelve + offload + unshelve',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(() => [['shelve'], ['offload'], ['unshelve']]),
  },
  {
    name: 'soft delete + restore',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(() => [['softDelete'], ['restore']]),
  },
  evacuation('evacuate + return', 'shared'),
  evacuation('evacuate from image + return', 'own', { fromImage: true }),
];

/** Pulls the plug of the host and fences it: from then on its guests may be evacuated. */
export async function lose(scene: Scene): Promise<void> {
  const { system, source } = scene;
  await system.carry('off', source.name);
  await scene.silent(source.name);
  await scene.orderHost(source.name, 'fence', { reason: 'its plug was pulled' });
}

export async function bringBack(system: LabSystem, { name, host }: LabHost): Promise<void> {
  await system.carry('on', name).catch((error: unknown) => {
    if (!host.isOn) throw error; // its agent was killed while it started; it is started again
  });
}

interface Made {
  readonly name: string;
  readonly sha256: string;
}

/** The images that a guest's history says were made of it, in order. */
async function imagesMade({ api }: LabSystem, uuid: string): Promise<Made[]> {
  const { entries } = await api.get<{ entries: Turn[] }>(`/v1/instances/${uuid}/history`);
  return entries
    .flatMap(({ message }) => message.events)
    .filter(({ type, part }) => type === 'snapshot.done' && part === 'image')
    .map(({ data }) => data?.['image'] as unknown as Made);
}

const snapshotName = (uuid: string): string => `matrix-${uuid}`;
