import { z } from 'zod';
import { flavor } from '../data/instance-spec.ts';
import { diskInfoList, migration } from '../data/nova/migration.ts';
import { group } from './entry.ts';
import {
  blockDeviceInfo,
  context,
  imageMeta,
  instance,
  networkInfo,
  nothing,
  powerOn,
  retryInterval,
  timeout,
} from './parameters.ts';

const move = migration.describe('The record of the move: hosts, sizes, status.');

/** A guest gets another size, or another host while it is off. */
export const resize = group('resize', {
  migrateDiskAndPowerOff: {
    name: 'migrate_disk_and_power_off',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      dest: z
        .string()
        .min(1)
        .max(255)
        .describe("`address:port` of the destination's peer service; this host's own address = it stays here."),
      flavor: flavor.describe('The new size.'),
      networkInfo,
      blockDeviceInfo,
      timeout,
      retryInterval,
      migration: move
        .nullable()
        .default(null)
        .describe('The record of the move; null = a resize on this host. Another host is asked for by its id.'),
    }),
    result: diskInfoList.describe('The local disks, for the destination.'),
    summary: 'Stops a guest and brings its disks to another host.',
    states:
      'vmState active or stopped stays; taskState resize_prep → resize_migrating → resize_migrated; powerState RUNNING → SHUTDOWN.',
    before: ['Resources are claimed on the destination.', 'The hosts can copy to each other if they share no storage.'],
    promises: {
      moved: 'The disks are on the destination, or on storage that both use, and the guest is off before the end.',
      sourceKept: 'The source keeps a whole copy (or the shared original) until the resize is confirmed.',
      refusesShrink: 'A smaller root or ephemeral disk is refused before anything is touched.',
    },
    errors: [
      {
        code: 'RESIZE_ERROR',
        when: 'a disk would shrink, or the destination cannot take the files; the instance stays as it was',
      },
      { code: 'MIGRATION_PRE_CHECK_ERROR', when: 'the disks are of a kind that cannot be moved' },
      { code: 'INSTANCE_POWER_OFF_FAILURE', when: 'the guest cannot be stopped' },
      { code: 'COMMAND_FAILED', when: 'the copy failed; the files of the source are put back' },
    ],
    idempotency: 'ensure',
    repeat:
      'Goes on where an interrupted run ended; after success it finds everything in its place and changes nothing.',
    signature: {
      follows: 'today',
      why: 'timeout and retryInterval let the guest end in order, and the parameter is a flavor; migration is an addition of this project: the destination takes files only for the move that it waits for, so the source has to name it',
    },
    renamed: { instance_type: 'flavor' },
    upstream: {
      status: 'changed',
      since: 'Juno',
      note: 'timeout and retry_interval joined, instance_type became flavor',
    },
    libvirt: [
      'Sizes, then the directory on the destination (a lack of trust shows before the guest stops), power off, interfaces and volumes away, the directory set aside, then the copy.',
      'Swap is not copied but made anew. The overlay is copied, its base image is fetched on the destination.',
      'The directory that is set aside shows in a look as disk `kept`; a disk `kept` without a `root` is a copy that was interrupted, or has landed on another host.',
      'On failure the directory is put back; the remote files go with the undo of the move there; the guest stays off.',
    ],
    verify:
      'Source: shut off, the kept directory is whole, volume sessions are closed. Destination: qemu-img check passes and qemu-img compare finds no difference.',
  },
  finishMigration: {
    name: 'finish_migration',
    kind: 'command',
    params: z.strictObject({
      context,
      migration: move,
      instance,
      diskInfo: diskInfoList.describe('What migrateDiskAndPowerOff returned.'),
      networkInfo,
      imageMeta,
      resizeInstance: z.boolean().describe('True = root, swap or ephemeral disks have another size in the new flavor.'),
      blockDeviceInfo,
      powerOn,
    }),
    result: nothing,
    summary: 'Brings a moved guest up on its new host, with its new size.',
    states:
      'vmState → resized (written by the caller), taskState resize_migrated → resize_finish → null; powerState SHUTDOWN → RUNNING, or stays with powerOn false.',
    before: ['The instance is recorded on this host; ports are bound and volumes attached here.'],
    promises: {
      newSize: 'The guest has its new size and runs, unless powerOn is false.',
      disksGrown: 'With resizeInstance the disks have the sizes of the new flavor.',
    },
    errors: [
      { code: 'DISK_NOT_FOUND', when: 'a file that the source should have brought is not here' },
      { code: 'IMAGE_NOT_FOUND', when: 'the base image is neither in the store nor on the source' },
      { code: 'HYPERVISOR_ERROR', when: 'the domain does not start; the disks are then on both sides' },
    ],
    idempotency: 'ensure',
    repeat: 'Takes existing files and a defined domain as they are.',
    signature: {
      follows: 'today',
      why: 'powerOn keeps a stopped guest off; allocations belong to a placement service that is not here',
    },
    upstream: { status: 'changed', note: 'allocations and power_on joined' },
    libvirt: [
      'Missing backing files are fetched, swap is made, root is grown; raw becomes qcow2 where this host uses qcow2, so that no guest can name a backing file.',
      'Nothing is removed on failure: the files serve a retry or a revert.',
    ],
    verify: 'virsh dominfo and qemu-img info show the new sizes, the guest agrees, a file of before is whole.',
  },
  confirmMigration: {
    name: 'confirm_migration',
    kind: 'command',
    params: z.strictObject({ context, migration: move, instance, networkInfo }),
    result: nothing,
    summary: 'Makes a resize final and removes what the source kept.',
    states: 'vmState resized → active (stopped if it is off), taskState resize_confirming → null.',
    before: ['This is the source; the guest came up on the destination.'],
    promises: {
      sourceGone: 'Domain, disks, filters and interfaces of the instance are gone from the source.',
      guestUntouched: 'The guest on the destination does not notice.',
    },
    errors: [{ code: 'CALL_FAILED', when: 'anything; what is left on the source is removed later' }],
    idempotency: 'ensure',
    repeat: 'Succeeds: nothing is left to remove.',
    signature: { follows: 'today', why: 'the context says who confirms' },
    upstream: { status: 'changed', since: 'Ocata', note: 'context joined' },
    libvirt: [
      'The kept directory goes; on another host than the destination also domain and interfaces, and their errors are passed over.',
      'After a resize on the same host the domain stays.',
    ],
    verify: 'Source: no domain, no directory and no kept one, no taps; the guest still answers.',
  },
  finishRevertMigration: {
    name: 'finish_revert_migration',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, migration: move, blockDeviceInfo, powerOn }),
    result: nothing,
    summary: 'Brings the old guest back after a resize was turned back.',
    states: 'vmState resized → active or stopped, taskState resize_reverting → null; powerState → RUNNING if powerOn.',
    before: [
      'This is the source; the copy on the destination is gone.',
      'With the record of an evacuation: the source is proved to be down, and what it kept lies on storage that both see.',
    ],
    promises: {
      oldSize: 'The old guest is back on the source with its old size, and runs unless powerOn is false.',
      content: 'Its disks hold what they held before the resize.',
    },
    errors: [
      { code: 'HYPERVISOR_ERROR', when: 'the old domain does not start' },
      { code: 'INSTANCE_NOT_FOUND', when: 'neither domain nor files of the instance are on this hypervisor' },
    ],
    idempotency: 'ensure',
    repeat: 'Safe where the files were never set aside and where they are back already.',
    signature: { follows: 'today', why: 'powerOn keeps a stopped guest off, and the migration names the other host' },
    upstream: { status: 'changed', note: 'context, migration and power_on joined' },
    libvirt: [
      'The kept directory replaces what is there; without one it goes on without error.',
      'Definition, interfaces (plug events are awaited), start.',
    ],
    verify:
      'virsh dominfo and qemu-img info show the old sizes, nothing is kept aside, the destination has nothing, data of after the resize is gone.',
  },
});
