import { z } from 'zod';
import { instanceUuid } from '../data/identifiers.ts';
import { instanceInfo } from '../data/nova/counters.ts';
import { group } from './entry.ts';
import { instance } from './parameters.ts';

/** What a driver can do, by the contract's flags; false unless it says otherwise. Further flags may follow. */
export const capabilities = z.intersection(
  z.object({
    hasImagecache: z.boolean().describe('manageImageCache has something to do.'),
    supportsRecreate: z
      .boolean()
      .describe('An instance of a dead host can be built again here (today: supports_evacuate).'),
  }),
  z.record(z.string(), z.boolean()),
);
export type Capabilities = z.infer<typeof capabilities>;

/** What the hypervisor has. */
export const inventory = group('inventory', {
  getInfo: {
    name: 'get_info',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: instanceInfo,
    // @@get_info
  },
  listInstances: {
    name: 'list_instances',
    kind: 'query',
    params: z.strictObject({}),
    result: z.array(z.string()).describe('Internal names.'),
    // @@list_instances
  },
  listInstanceUuids: {
    name: 'list_instance_uuids',
    kind: 'query',
    params: z.strictObject({}),
    result: z.array(instanceUuid),
    // @@list_instance_uuids
  },
  getNumInstances: {
    name: 'get_num_instances',
    kind: 'query',
    params: z.strictObject({}),
    result: z.int().nonnegative(),
    // @@get_num_instances
  },
  instanceExists: {
    name: 'instance_exists',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: z.boolean(),
    // @@instance_exists
  },
  instanceOnDisk: {
    name: 'instance_on_disk',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: z.boolean(),
    // @@instance_on_disk
  },
  capabilities: {
    name: 'capabilities',
    form: 'attribute',
    kind: 'query',
    params: z.strictObject({}),
    result: capabilities,
    // @@capabilities
  },
});
