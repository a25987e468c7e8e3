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
    summary: 'Says how an instance is.',
    before: [],
    promises: {
      fiveFields:
        'state is a power state code, maxMem and mem are KiB, numCpu counts vCPUs, cpuTime is nanoseconds used.',
      truth: 'state is what the hypervisor shows now, whatever the record says.',
      unknown: 'An instance that the hypervisor does not know is INSTANCE_NOT_FOUND, not a state.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'HYPERVISOR_ERROR', when: 'any other refusal' },
    ],
    idempotency: 'query',
    repeat: 'Reads again.',
    signature: { follows: 'seed', why: 'its five fields are promised; today only the state is left' },
    upstream: { status: 'changed', since: 'Queens', note: 'use_cache joined; state and internal id are left' },
    libvirt: [
      'virDomainGetInfo; running and blocked are RUNNING, shutdown and shut off are SHUTDOWN, guest sleep is SUSPENDED.',
      'A suspended domain shows as off: the state alone does not tell it from a stopped one.',
    ],
    verify: 'Each field equals virsh dominfo and domstats; an unknown name is not found.',
  },
  listInstances: {
    name: 'list_instances',
    kind: 'query',
    params: z.strictObject({}),
    result: z.array(z.string()).describe('Internal names.'),
    summary: 'Names all instances that the hypervisor knows.',
    before: [],
    promises: { all: 'The names of all of them, running or not.' },
    errors: [{ code: 'HYPERVISOR_UNAVAILABLE', when: 'the connection cannot be opened, or broke' }],
    idempotency: 'query',
    repeat: 'Reads again.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: [
      'One call lists active and inactive domains; the seed era put two lists together and lost those that vanished meanwhile.',
    ],
    verify: 'Equals virsh list --all --name.',
  },
  listInstanceUuids: {
    name: 'list_instance_uuids',
    kind: 'query',
    params: z.strictObject({}),
    result: z.array(instanceUuid),
    summary: 'Gives the UUIDs of all instances that the hypervisor knows.',
    before: [],
    promises: { all: 'The UUIDs of all of them, running or not.' },
    errors: [{ code: 'HYPERVISOR_UNAVAILABLE', when: 'the connection cannot be opened, or broke' }],
    idempotency: 'query',
    repeat: 'Reads again.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: ['From the same list as the names; looking each name up again would fail when one vanishes meanwhile.'],
    verify: 'Equals virsh list --all --uuid.',
  },
  getNumInstances: {
    name: 'get_num_instances',
    kind: 'query',
    params: z.strictObject({}),
    result: z.int().nonnegative(),
    summary: 'Counts the instances that the hypervisor knows.',
    before: [],
    promises: { agrees: 'As many as listInstances names, running or not.' },
    errors: [{ code: 'HYPERVISOR_UNAVAILABLE', when: 'the connection cannot be opened, or broke' }],
    idempotency: 'query',
    repeat: 'Reads again.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: ['The seed era counted only active domains, so that number and list disagreed.'],
    verify: 'Equals the number of lines of virsh list --all --name.',
  },
  instanceExists: {
    name: 'instance_exists',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: z.boolean(),
    summary: 'Says whether the hypervisor knows an instance.',
    before: [],
    promises: {
      answers: 'true if the instance is on the host, running or not; false otherwise.',
      honest: 'No answer of the hypervisor is thrown; it is never false.',
    },
    errors: [
      {
        code: 'HYPERVISOR_UNAVAILABLE',
        when: 'the connection cannot be opened, or broke; Nova says false then, which hides it',
      },
    ],
    idempotency: 'query',
    repeat: 'Reads again.',
    signature: { follows: 'today', why: 'the record finds the domain by UUID' },
    renamed: { instance_id: 'instance' },
    upstream: { status: 'changed', since: 'Juno', note: 'now (instance)' },
    libvirt: ['A lookup by UUID; a defined domain that is off exists.'],
    verify:
      'true for a running and for a stopped guest, false after destroy and for a made-up one; with libvirtd stopped an error.',
  },
  instanceOnDisk: {
    name: 'instance_on_disk',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: z.boolean(),
    summary: "Says whether an instance's files can be reached from here.",
    before: ['Runs on the host that is to take the instance over.'],
    promises: {
      answers: 'true if its root disk can be used from this host, false otherwise.',
      notEmptyDirectory: 'An empty directory that was left over is not its files.',
    },
    errors: [
      { code: 'INVALID_SHARED_STORAGE', when: 'the caller finds that the answer differs from what was claimed' },
    ],
    idempotency: 'query',
    repeat: 'Reads again.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: [
      'Nova looks only whether the directory can be written, so that an empty one counts, and an evacuation boots from nothing.',
    ],
    verify:
      'true with the directory on shared storage, false once it is unmounted; true implies that qemu-img info reads the root disk.',
  },
  capabilities: {
    name: 'capabilities',
    form: 'attribute',
    kind: 'query',
    params: z.strictObject({}),
    result: capabilities,
    summary: 'Says which optional features the driver has.',
    before: ['Read before an optional feature is used.'],
    promises: {
      recreate: 'supportsRecreate: an instance of a dead host can be built again here.',
      imageCache: 'hasImagecache: manageImageCache has something to do.',
      falseByDefault: 'What a driver does not claim is false.',
    },
    errors: [],
    idempotency: 'query',
    repeat: 'Constant after initHost.',
    signature: { follows: 'seed', why: 'the two names of the contract stay; a driver may have more' },
    upstream: {
      status: 'kept',
      since: 'Rocky',
      note: 'supports_recreate became supports_evacuate; about 40 flags today',
    },
    libvirt: ["Nova's libvirt driver claimed both in the seed era.", 'Some flags follow from a look at the host.'],
    verify: 'Each true flag has a test of its feature; each false one makes the caller refuse before anything happens.',
  },
});
