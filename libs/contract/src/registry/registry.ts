import type { z } from 'zod';
import { aggregates } from './aggregate.ts';
import { blockDeviceHelpers } from './block-device-helpers.ts';
import { consoles } from './console.ts';
import type { Entry } from './entry.ts';
import { events } from './events.ts';
import { guest } from './guest.ts';
import { hosts } from './host.ts';
import { inventory } from './inventory.ts';
import { lifecycle } from './lifecycle.ts';
import { liveMigration } from './live-migration.ts';
import { loader } from './loader.ts';
import { network } from './network.ts';
import { power } from './power.ts';
import { rescue } from './rescue.ts';
import { resize } from './resize.ts';
import { security } from './security.ts';
import { snapshotImage } from './snapshot-image.ts';
import { stats } from './stats.ts';
import { volume } from './volume.ts';

/** The driver contract: all 88 names, each under its camelCase form. Everything else about the contract is derived from this. */
export const registry = {
  ...lifecycle,
  ...power,
  ...rescue,
  ...resize,
  ...liveMigration,
  ...volume,
  ...network,
  ...security,
  ...consoles,
  ...snapshotImage,
  ...guest,
  ...stats,
  ...hosts,
  ...aggregates,
  ...inventory,
  ...events,
  ...loader,
  ...blockDeviceHelpers,
} as const;

type Registry = typeof registry;

/** A name of the contract, in camelCase. */
export type EntryName = keyof Registry;

/** A method of the driver, in camelCase: 79 of them. */
export type MethodName = { [K in EntryName]: Registry[K]['form'] extends 'method' ? K : never }[EntryName];

/** The methods of one kind. */
export type MethodOfKind<T extends Entry['kind']> = {
  [K in MethodName]: Registry[K]['kind'] extends T ? K : never;
}[MethodName];

/** The arguments of a method, complete: what has a default is there. */
export type ArgsOf<M extends EntryName> = z.output<Registry[M]['params']>;

/** The arguments as a caller may write them: what has a default may be left out. */
export type ArgsInputOf<M extends EntryName> = z.input<Registry[M]['params']>;

/** What a method answers. */
export type ResultOf<M extends EntryName> = z.output<Registry[M]['result']>;

/** All names of the contract. */
export const entryNames = Object.keys(registry) as EntryName[];

/** The entry of a name, with its facts in their plain types. */
export const entryOf = (name: EntryName): Entry => registry[name];

/** All methods of the driver. */
export const methodNames = entryNames.filter((name): name is MethodName => registry[name].form === 'method');

/** Whether a string names a method of the driver. */
export const isMethodName = (name: string): name is MethodName =>
  Object.hasOwn(registry, name) && registry[name as EntryName].form === 'method';
