import { consoleCases } from './console.ts';
import type { ContractCase } from '../contract-case.ts';
import { eventCases } from './events.ts';
import { hostCases } from './host.ts';
import { hostOrderCases } from './host-orders.ts';
import { imageCacheCases } from './image-cache.ts';
import { inventoryCases } from './inventory.ts';
import { lifecycleCases } from './lifecycle.ts';
import { liveMigrationCases } from './live-migration.ts';
import { powerCases } from './power.ts';
import { rebootCases } from './reboot.ts';
import { rescueCases } from './rescue.ts';
import { resizeAwayCases } from './resize-away.ts';
import { resizeFinishCases } from './resize-finish.ts';
import { resizeSettleCases } from './resize-settle.ts';
import { snapshotCases } from './snapshot.ts';

/** Every case of the suite. Events come first: one of them needs a driver that nobody listens to yet. */
export const allCases: readonly ContractCase[] = [
  ...eventCases,
  ...lifecycleCases,
  ...powerCases,
  ...rebootCases,
  ...rescueCases,
  ...resizeAwayCases,
  ...resizeFinishCases,
  ...resizeSettleCases,
  ...snapshotCases,
  ...imageCacheCases,
  ...inventoryCases,
  ...consoleCases,
  ...liveMigrationCases,
  ...hostCases,
  ...hostOrderCases,
];

/** Promises that no case proves yet, and why. A test sees to it that there are no others among the methods with cases. */
export const unproven: Readonly<Record<string, string>> = {
  'destroy.volumesKeepData': 'volumes come with the methods that attach them',
  'reboot.badVolumes': 'volumes come with the methods that attach them',
  'preLiveMigration.interfacesFirst': 'filters come with security groups; until then there is nothing to be put up',
  'blockStats.optional': 'says that a driver may lack the method',
};
