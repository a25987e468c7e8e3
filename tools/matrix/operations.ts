/** The operations of the matrix. Each begins with a guest that runs on host-a, its source. */
import { until } from '@chronovirt/testing/lab';
import type { LabSystem } from '../lab/lab-system.ts';
import type { Storage } from '../lab/options.ts';

/** What an operation is carried out with. */
export interface Scene {
  readonly system: LabSystem;
  readonly uuid: string;
  /** Orders something of the guest, until somebody answers, and waits until it rests. @throws {Refused} */
  order(name: string, args?: object): Promise<void>;
  /** The same of a host; nothing is waited for. */
  orderHost(host: string, name: string, args?: object): Promise<void>;
  /** Waits until the coordinator takes the host for lost. */
  silent(host: string): Promise<void>;
  /** Waits until its history holds an event of this type. */
  stored(type: string): Promise<void>;
  /** Waits until the guest would take a command. */
  takes(command: string): Promise<void>;
}

/** A guard said no: what comes after it in the operation has nothing to begin with. */
export class Refused extends Error {
  readonly code = 'MATRIX_REFUSED';
}

export interface Operation {
  readonly name: string;
  readonly storage: Storage;
  /** The guest is asked to shut down, so it has to have booted. */
  readonly needsBoot: boolean;
  readonly hosts: 1 | 2;
  perform(scene: Scene): Promise<void>;
}

/** A chain of orders of the guest. */
function orders(...list: readonly (readonly [name: string, args?: object])[]): Operation['perform'] {
  return async (scene) => {
    for (const [name, args] of list) await scene.order(name, args);
  };
}

const B = 'host-b';

export const operations: readonly Operation[] = [
  {
    name: 'live shared',
    storage: 'shared',
    needsBoot: false,
    hosts: 2,
    perform: orders(['liveMigrate', { host: B }]),
  },
  {
    name: 'live block',
    storage: 'own',
    needsBoot: false,
    hosts: 2,
    perform: orders(['liveMigrate', { host: B, blockMigration: true }]),
  },
  {
    name: 'cold migrate + confirm',
    storage: 'own',
    needsBoot: true,
    hosts: 2,
    perform: orders(['coldMigrate', { host: B }], ['confirmResize']),
  },
  {
    name: 'resize on other host + revert',
    storage: 'own',
    needsBoot: true,
    hosts: 2,
    perform: orders(['resize', { flavor: 'micro', host: B }], ['revertResize']),
  },
  {
    name: 'resize in place + confirm',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(['resize', { flavor: 'micro' }], ['confirmResize']),
  },
  {
    name: 'resize in place + revert',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(['resize', { flavor: 'micro' }], ['revertResize']),
  },
  {
    name: 'rescue + unrescue',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(['rescue'], ['unrescue']),
  },
  {
    name: 'snapshot',
    storage: 'own',
    needsBoot: false,
    hosts: 1,
    perform: async (scene) => scene.order('snapshot', { name: snapshotName(scene.uuid) }),
  },
  {
    name: 'rebuild',
    storage: 'own',
    needsBoot: false,
    hosts: 1,
    perform: orders(['rebuild']),
  },
  {
    name: 'shelve + offload + unshelve',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(['shelve'], ['offload'], ['unshelve']),
  },
  {
    name: 'soft delete + restore',
    storage: 'own',
    needsBoot: true,
    hosts: 1,
    perform: orders(['softDelete'], ['restore']),
  },
  {
    name: 'evacuate + return',
    storage: 'shared',
    needsBoot: false,
    hosts: 2,
    async perform(scene) {
      const { a } = scene.system;
      await scene.system.carry('off', a.name);
      await scene.silent(a.name);
      await scene.orderHost(a.name, 'fence', { reason: 'its plug was pulled' });
      await scene.takes('evacuate');
      await scene.order('evacuate', { host: B });
      await scene.system.carry('on', a.name).catch((error: unknown) => {
        if (!a.host.isOn) throw error; // its agent was killed while it started; it is started again
      });
      await scene.stored('cleaned');
    },
  },
];

/** The name of the image that a cell makes, by which it is taken away again. */
export const snapshotName = (uuid: string): string => `matrix-${uuid}`;

/** Waits until a look says yes; the matrix's own limit. */
export const settles = <T>(what: string, timeoutMs: number, look: () => Promise<T> | T) =>
  until(look, { what, timeoutMs, everyMs: 200 });
