import { z } from 'zod';
import { group } from './entry.ts';
import { blockDeviceInfo, context, imageMeta, instance, networkInfo, nothing } from './parameters.ts';

/** An instance begins and ends. */
export const lifecycle = group('lifecycle', {
  spawn: {
    name: 'spawn',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      imageMeta,
      injectedFiles: z
        .array(z.tuple([z.string().min(1).max(4096), z.base64()]))
        .describe('Files to place into the guest before its first boot: path, and content in base64.'),
      adminPassword: z
        .string()
        .nullable()
        .describe('Password of the administrator in the new guest; null = none is set.'),
      networkInfo: networkInfo.default([]),
      blockDeviceInfo,
    }),
    result: nothing,
    summary: 'Makes a guest and starts it.',
    states:
      'vmState building → active, taskState spawning → null (both written by the caller); powerState NOSTATE → RUNNING.',
    before: [
      'No domain of that UUID or name is on the host.',
      'Ports are allocated, volumes are reserved and their connection info is known, resources are claimed.',
    ],
    promises: {
      running: 'When the call returns the guest runs (power state RUNNING); it was not merely told to start.',
      builtFromRecord:
        'Memory, vCPUs, sizes of root, ephemeral and swap disks, metadata and key are those of the instance record.',
      givenInputs:
        'The image decides what boots; injected files and administrator password reach the guest; interfaces and volumes are there from the first boot.',
      cleansUp:
        'After a failure the host is as it was before: no domain, no disk, no plugged interface, no filter, no volume session, no secret that this call made.',
      raises: 'A failure is thrown; a guest that started half-way is never left behind.',
      refusesSecond:
        'A spawn of another operation while a domain is there is refused, and the guest that runs does not notice.',
      sameOperation: 'Run again under the same mark, a guest that bears it is found and kept: it is started once.',
      retryWorks: 'A spawn after a failed one works, since nothing was left.',
    },
    errors: [
      { code: 'IMAGE_NOT_FOUND', when: 'the image cannot be had' },
      {
        code: 'IMAGE_UNACCEPTABLE',
        when: 'it fails inspection, is larger than the root disk, or is not of the format that was declared',
      },
      { code: 'INSTANCE_EXISTS', when: 'a domain of that instance is there already' },
      { code: 'COMPUTE_SERVICE_UNAVAILABLE', when: 'the instance is new and the host is closed for new ones' },
      {
        code: 'VIRTUAL_INTERFACE_CREATE_FAILED',
        when: 'the network did not report the ports as wired in time, or reported a failure',
      },
      {
        code: 'DISK_INFO_INVALID',
        when: 'an ephemeral disk asks for an unknown file system, or the recorded disk formats disagree',
      },
      { code: 'TOO_MANY_DISK_DEVICES', when: 'there are more disks than the host allows' },
      { code: 'VOLUME_DRIVER_NOT_FOUND', when: 'a volume has a protocol that this host does not speak' },
      { code: 'HYPERVISOR_ERROR', when: 'the domain was refused when it was defined or started' },
      { code: 'HYPERVISOR_UNAVAILABLE', when: 'the connection cannot be opened, or broke' },
    ],
    idempotency: 'ensure',
    repeat:
      'Under the same mark: as once. Under another mark an existing domain is refused and left alone. After a failure a retry works; a directory that was there before is used, and a later failure does not delete it.',
    signature: {
      follows: 'seed',
      why: "today's allocations and acceleration requests belong to a placement service that is not here; a guest that shall stay off is started and stopped by two recorded steps",
    },
    upstream: { status: 'changed', note: 'allocations since Queens, power_on since Train, accel_info since Ussuri' },
    libvirt: [
      'Order: directory, cached base image, overlay grown to the flavor, further disks, config drive; then interfaces; then define; then start.',
      "Each file's format is recorded when it is made and never probed again.",
      'Nova starts the guest paused while it waits for plug events (300 s), then resumes it.',
      "Nova's driver cleans up only from the XML step on, the rest is left to a destroy by the manager; here the driver does it all.",
      'Nova polls for RUNNING without a limit; here every wait ends before the deadline.',
    ],
    verify:
      'virsh domstate says running, dominfo shows the memory and vCPUs of the flavor, qemu-img info the backing chain, domblklist and domiflist are complete, the console shows a login. With a broken image or bridge name: virsh list --all, the directory, ip link and the sessions are as before.',
  },
  destroy: {
    name: 'destroy',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      blockDeviceInfo,
      destroyDisks: z.boolean().default(true).describe("False = the instance's disks and directory stay."),
      destroySecrets: z
        .boolean()
        .default(true)
        .describe('False = secrets of encrypted disks and of a virtual TPM stay with the hypervisor.'),
    }),
    result: nothing,
    summary: 'Ends a guest and takes it off the host.',
    states: 'any vmState → deleted (written by the caller), taskState deleting → null; any powerState → NOSTATE.',
    before: ['The caller has the instance to itself; delete may overrule other work.'],
    promises: {
      gone: 'The guest is off and the hypervisor no longer knows it; its interfaces are unplugged, its filters gone, the given volumes disconnected from the host.',
      absentSucceeds:
        'Where the hypervisor has no such instance (a spawn failed early, say) the call succeeds and logs a warning.',
      disksRemoved: 'With destroyDisks true the local disks and the directory are removed.',
      disksKept: 'With destroyDisks false they stay: another host uses them, or a resize is turned back.',
      volumesKeepData: 'Volumes are disconnected; their content is never deleted.',
    },
    errors: [
      {
        code: 'INSTANCE_POWER_OFF_FAILURE',
        when: 'the guest could not be killed in time; nothing more may be torn down, since the process may still write',
      },
      { code: 'INSTANCE_TERMINATION_FAILURE', when: 'filters could not be removed although the guest is off' },
      {
        code: 'HYPERVISOR_ERROR',
        when: 'destroy or undefine was refused; errors of volumes are only logged when disks are destroyed',
      },
    ],
    idempotency: 'ensure',
    repeat: 'Succeeds and does nothing: a missing domain, missing files and closed sessions are all fine.',
    signature: {
      follows: 'today',
      why: 'the context says who deletes, and destroySecrets keeps the key of a disk that is kept',
    },
    upstream: {
      status: 'changed',
      since: 'Icehouse',
      note: 'context and destroy_secrets joined; the teardown alone is also public as cleanup()',
    },
    libvirt: [
      'virDomainDestroy; NO_DOMAIN is fine, OPERATION_INVALID is fine if the guest is off, OPERATION_TIMEOUT becomes the power-off failure.',
      'A domain id that changed in between means that somebody started the guest again: it is killed again.',
      'Then interfaces, volumes (forced), disks, directory (renamed first, so that a crash leaves no half of it); secrets only once the files are gone.',
      'Undefine comes last, with MANAGED_SAVE, and with NVRAM and TPM removed or kept as the disks are.',
    ],
    verify:
      'virsh list --all and dumpxml no longer know it, no QEMU process has its UUID, directory, taps, filters and sessions are gone; again: success and a warning. With destroyDisks false qemu-img check passes on the disks.',
  },
  softDelete: {
    name: 'soft_delete',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    summary: 'Puts an instance aside so that it can come back.',
    states: 'vmState active, stopped, … → soft-delete, taskState soft-deleting → null; powerState → SHUTDOWN.',
    before: ['Deleted instances are kept for a while; otherwise the caller deletes for real.'],
    promises: {
      off: 'The guest no longer takes CPU or memory.',
      keepsAll: 'Definition, disks, ports and volumes stay, so that restore brings it back.',
      reclaimed: 'After the time of grace the caller deletes it through destroy.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'NOT_IMPLEMENTED', when: 'the driver has no own form; the caller then powers the guest off' },
    ],
    idempotency: 'ensure',
    repeat: 'Succeeds and changes nothing.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    missingInNovaLibvirt: true,
    libvirt: [
      'Nova has no libvirt form and falls back to powering off without grace.',
      'An own form powers off, keeps definition and files, and sees that nothing starts the guest by itself (no autostart).',
    ],
    verify:
      'virsh domstate says shut off, dominfo says persistent and no autostart, files and sessions are unchanged; restore brings the same content back.',
  },
  restore: {
    name: 'restore',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    summary: 'Brings back an instance that was put aside.',
    states: 'vmState soft-delete → active, taskState restoring → null; powerState SHUTDOWN → RUNNING.',
    before: ['The instance was put aside and has not been deleted for real.'],
    promises: {
      running: 'The instance is back and runs.',
      content: 'Its disks hold what they held when it was put aside.',
    },
    errors: [
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'NOT_IMPLEMENTED', when: 'the driver has no own form; the caller then powers the guest on' },
    ],
    idempotency: 'ensure',
    repeat: 'On a guest that runs, also one that was never put aside: success, nothing happens.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    missingInNovaLibvirt: true,
    libvirt: ['Nova has no libvirt form and falls back to power_on, which makes the domain anew.'],
    verify: 'virsh domstate says running after soft_delete and restore; a file written in the guest before is there.',
  },
});
