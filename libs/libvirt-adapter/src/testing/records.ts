/** Records as a driver gets them, for tests: whole and valid, each with what a test does not care about. */
import { randomUUID } from 'node:crypto';
import { domainNameOf } from '@chronovirt/contract';
import type { Instance, InstanceUuid, Vif } from '@chronovirt/contract';

export const someUuid = (): InstanceUuid => randomUUID() as InstanceUuid;

/** A small guest that boots from the image with that hash. */
export function instanceRecord(overrides: Partial<Instance> = {}): Instance {
  const uuid = overrides.uuid ?? ('0e2f4c1a-1111-4222-8333-444455556666' as InstanceUuid);
  return {
    uuid,
    name: domainNameOf(uuid),
    hostname: 'guest',
    host: 'test',
    node: null,
    flavor: { name: 'small', vcpus: 1, memoryMiB: 128, rootGiB: 0, ephemeralGiB: 0, swapMiB: 0, extraSpecs: {} },
    imageRef: null,
    keyData: null,
    userData: null,
    metadata: {},
    systemMetadata: {},
    vmState: 'building',
    taskState: 'spawning',
    powerState: 0,
    ...overrides,
  };
}

export function vifRecord(overrides: Partial<Vif> = {}): Vif {
  return {
    id: '5c3a3b2e-9f7e-4a7e-8a55-0123456789ab',
    address: '52:54:00:12:34:56',
    type: 'network',
    vnicType: 'normal',
    devname: null,
    active: true,
    preserveOnDelete: false,
    network: { id: 'net', bridge: null, label: 'chronovirt', meta: {}, subnets: [] },
    ...overrides,
  };
}
