import { instanceSpec, type InstanceSpec, type InstanceUuid } from '@chronovirt/contract';

/** UUID number `n`. */
export const uuidNumber = (n: number): InstanceUuid =>
  `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}` as InstanceUuid;

/** A small instance, number `n`. */
export function sampleSpec(n = 1, overrides: Partial<InstanceSpec> = {}): InstanceSpec {
  return instanceSpec.parse({
    uuid: uuidNumber(n),
    name: `guest-${n}`,
    flavor: { name: 'small', vcpus: 1, memoryMiB: 128, rootGiB: 1 },
    image: { sha256: 'a'.repeat(64), name: 'sample', format: 'qcow2', bytes: 1024, virtualBytes: 1024 ** 3 },
    ports: [{ id: uuidNumber(0x1000 + n), mac: '52:54:00:00:00:01', network: { kind: 'network', name: 'chronovirt' } }],
    sshKeys: [],
    metadata: {},
    key: null,
    secrets: {},
    ...overrides,
  });
}
