import { z } from 'zod';
import type { Instance } from '../data/nova/instance.ts';
import { computeNode } from '../data/nova/host-resources.ts';
import { diskInfoList, liveMigrateData } from '../data/nova/migration.ts';
import type { LiveMigrateData } from '../data/nova/migration.ts';
import type { RequestContext } from '../data/nova/request-context.ts';
import { group } from './entry.ts';
import { blockDeviceInfo, callback, context, instance, networkInfo, nothing } from './parameters.ts';

const destCheckData = liveMigrateData.describe('What checkCanLiveMigrateDestination returned.');
const migrateData = liveMigrateData
  .nullable()
  .default(null)
  .describe('What the hosts found out in the steps before; null = nothing.');
const diskInfo = diskInfoList.describe("The source's local disks.");

/** Called after success. */
export type PostMethod = (
  context: RequestContext,
  instance: Instance,
  dest: string,
  blockMigration: boolean,
  migrateData: LiveMigrateData | null,
) => Promise<void>;

/** Called when the move did not take place; `status` says whether it failed or was cancelled. */
export type RecoverMethod = (
  context: RequestContext,
  instance: Instance,
  dest: string,
  migrateData: LiveMigrateData | null,
  status: 'failed' | 'cancelled',
) => Promise<void>;

/** A running guest moves to another host. */
export const liveMigration = group('live-migration', {
  checkCanLiveMigrateDestination: {
    name: 'check_can_live_migrate_destination',
    kind: 'query',
    params: z.strictObject({
      context,
      instance,
      srcComputeInfo: computeNode.describe('The sending host.'),
      dstComputeInfo: computeNode.describe('The receiving host.'),
      blockMigration: z
        .boolean()
        .nullable()
        .default(false)
        .describe('True = local disks are to be copied; null = the hosts decide.'),
      diskOverCommit: z
        .boolean()
        .default(false)
        .describe('True = disks count with what they take, false = with their full size.'),
    }),
    result: liveMigrateData.describe('Facts of the destination, for the check on the source and all later steps.'),
    summary: 'Asks the destination whether it could take a running guest.',
    before: ['Runs on the destination; the instance is active or paused.'],
    promises: {
      checks: 'What only the destination can know is checked: its CPU, its disk, its addresses.',
      changesNothing: 'Nothing changes but for a probe file, which the clean-up removes.',
      overCommit: 'With diskOverCommit disks count with what they take, without it with their full size.',
    },
    errors: [
      {
        code: 'MIGRATION_PRE_CHECK_ERROR',
        when: "the host's CPU cannot run the guest, or it cannot prove itself to the source",
      },
      { code: 'CPU_INFO_INVALID', when: 'the CPU of the source cannot be read' },
      { code: 'UNABLE_TO_MIGRATE_TO_SELF', when: 'source and destination are one' },
      { code: 'COMPUTE_SERVICE_UNAVAILABLE', when: 'a host does not answer' },
      { code: 'HYPERVISOR_ERROR', when: 'the hypervisor answered with an error' },
    ],
    idempotency: 'query',
    repeat: 'Makes another probe file; each has to be cleaned up.',
    signature: { follows: 'today', why: 'two spellings became one' },
    renamed: { ctxt: 'context', instance_ref: 'instance' },
    upstream: { status: 'kept', since: 'Juno', note: 'parameters respelled; a typed result since Mitaka' },
    libvirt: [
      'The CPU of the guest is compared with that of the host.',
      'An empty file with a name of its own goes into the instances path: if the source sees it, storage is shared.',
      'The answer holds listen addresses, kind of disks and room on the disk.',
    ],
    verify: 'The named probe file is in the instances path until the clean-up; a host with a lesser CPU is refused.',
  },
  checkCanLiveMigrateDestinationCleanup: {
    name: 'check_can_live_migrate_destination_cleanup',
    kind: 'hostCommand',
    params: z.strictObject({ context, destCheckData }),
    result: nothing,
    summary: 'Removes what the check left on the destination.',
    before: ['Runs on the destination after the check on the source, whichever way that went.'],
    promises: { probeGone: 'Nothing that the check made is left.' },
    errors: [{ code: 'PROBE_FILE_MISSING', when: 'Nova raises where the file is gone; here that is success' }],
    idempotency: 'ensure',
    repeat: 'Succeeds: nothing is left.',
    signature: { follows: 'seed', why: 'the name of the contract stays; only its context is respelled' },
    renamed: { ctxt: 'context' },
    upstream: { status: 'renamed', since: 'Newton', note: 'now cleanup_live_migration_destination_check' },
    libvirt: ['Deletes the probe file that the check named.'],
    verify: 'No probe file on either host after a passed and after a failed check.',
  },
  checkCanLiveMigrateSource: {
    name: 'check_can_live_migrate_source',
    kind: 'query',
    params: z.strictObject({ context, instance, destCheckData, blockDeviceInfo }),
    result: liveMigrateData.describe('The same facts, completed by the source.'),
    summary: 'Asks the source whether a guest could move, knowing what the destination said.',
    before: ["Runs on the source with the destination's answer."],
    promises: {
      decides: 'From the answer of the destination it decides whether the move can succeed.',
      changesNothing: 'Nothing changes on either host.',
    },
    errors: [
      { code: 'INVALID_LOCAL_STORAGE', when: 'disks shall be copied although storage is shared' },
      { code: 'INVALID_SHARED_STORAGE', when: 'disks shall not be copied although nothing is shared' },
      {
        code: 'MIGRATION_PRE_CHECK_ERROR',
        when: 'the destination has too little room, a device cannot move, or the hosts do not believe each other',
      },
    ],
    idempotency: 'query',
    repeat: 'Gives the same answer.',
    signature: { follows: 'today', why: 'blockDeviceInfo tells local disks from volumes' },
    renamed: { ctxt: 'context', instance_ref: 'instance' },
    upstream: { status: 'changed', since: 'Kilo', note: 'block_device_info joined' },
    libvirt: [
      'The directory is touched first (an NFS client looks anew then), then the probe file is looked for.',
      'An open blockMigration becomes "storage is not shared"; then the sizes of local disks are held against the room.',
    ],
    verify:
      'Two hosts with shared storage: both facts true, and copying is refused. Separate disks: blockMigration true. A full disk on the destination: the error, and nothing changed.',
  },
  preLiveMigration: {
    name: 'pre_live_migration',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      blockDeviceInfo,
      networkInfo,
      diskInfo: diskInfo.nullable().describe("The source's local disks; null = none has to be made here."),
      migrateData,
    }),
    result: liveMigrateData.describe('The facts, completed with what the destination prepared.'),
    summary: 'Prepares the destination for a running guest.',
    states: 'Nothing on the source; taskState migrating.',
    before: ['Both checks passed; runs on the destination while the guest runs on the source.'],
    promises: {
      ready:
        'All that the guest needs is there before memory moves: directory, backing files, volumes, interfaces, console log.',
      interfacesFirst: 'Interfaces are plugged before filters are put up.',
      sourceUntouched: 'The guest on the source does not notice.',
    },
    errors: [
      { code: 'DESTINATION_DISK_EXISTS', when: 'a directory of the instance is there already' },
      { code: 'VOLUME_DRIVER_NOT_FOUND', when: 'a volume cannot be connected here' },
      { code: 'COMMAND_FAILED', when: 'interfaces could not be plugged after all attempts' },
      { code: 'TOO_MANY_DISK_DEVICES', when: 'this host allows fewer disks' },
    ],
    idempotency: 'ensure',
    repeat: 'Refused while the directory of another attempt is there; that one is rolled back first.',
    signature: {
      follows: 'today',
      why: 'diskInfo made pre_block_migration needless, and the result carries what was prepared',
    },
    renamed: { ctxt: 'context', instance_ref: 'instance' },
    upstream: { status: 'changed', since: 'Havana', note: 'disk_info joined; returns the migrate data' },
    libvirt: [
      'No shared path: an existing directory is refused, then one is made with images and backing files.',
      'Volumes are connected, then interfaces plugged, with 30 attempts a second apart.',
      "Nova's driver undoes nothing on failure; the caller rolls back.",
    ],
    verify:
      'Destination: disks of the right format, volume sessions, taps, no domain yet; the guest on the source answers all the time.',
  },
  preBlockMigration: {
    name: 'pre_block_migration',
    kind: 'command',
    params: z.strictObject({ context, instance, diskInfo }),
    result: nothing,
    summary: 'Makes empty disks on the destination for libvirt to copy into.',
    before: ['Runs on the destination after preLiveMigration, when local disks are copied.'],
    promises: {
      disksReady:
        'The destination has the directory, and a disk of the right size and format for each of the source, with its backing image.',
      neverTruncates: 'A disk that already receives data is not touched.',
    },
    errors: [
      { code: 'DESTINATION_DISK_EXISTS', when: 'the directory is there already' },
      { code: 'IMAGE_NOT_FOUND', when: 'a backing image cannot be had' },
    ],
    idempotency: 'ensure',
    repeat: 'Refused, or its own directory is recognised.',
    signature: {
      follows: 'seed',
      why: 'upstream removed it; its arguments are respelled like those of its neighbours',
    },
    renamed: { ctxt: 'context', instance_ref: 'instance' },
    upstream: {
      status: 'removed',
      since: 'Havana',
      note: 'folded into pre_live_migration, since both made the same directory and the second always failed',
    },
    libvirt: [
      'Without backing file an empty image of that size, else the base image into the cache and an overlay on it; kernel and ramdisk too.',
    ],
    verify:
      'qemu-img info of each disk: format, virtual size and backing file as on the source; QEMU may read and write them.',
  },
  liveMigration: {
    name: 'live_migration',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      dest: z.string().min(1).max(255).describe('Destination host.'),
      postMethod: callback<PostMethod>(
        'PostMethod',
        'Called after success with (context, instance, dest, blockMigration, migrateData).',
      ),
      recoverMethod: callback<RecoverMethod>(
        'RecoverMethod',
        'Called when the guest did not move, with (context, instance, dest, migrateData, status).',
      ),
      blockMigration: z.boolean().default(false).describe('True = local disks are copied along.'),
      migrateData,
    }),
    result: nothing,
    summary: 'Moves a running guest to another host.',
    states:
      'vmState active or paused stays, powerState stays, taskState migrating; the host changes in the step after.',
    before: ['The destination is prepared; the guest runs on the source.'],
    promises: {
      moves: 'The guest goes to the destination without being stopped.',
      oneCallback: 'postMethod is called after success, recoverMethod after anything else: exactly one of them, once.',
      copiesDisks: 'With blockMigration local disks go along.',
    },
    errors: [
      { code: 'HOST_NAME_INVALID', when: 'the destination has characters that are not fit for a URI' },
      { code: 'HYPERVISOR_ERROR', when: 'the migration was refused or broke' },
      { code: 'MIGRATION_ERROR', when: 'the serial console would lose its port' },
    ],
    idempotency: 'ensure',
    repeat: 'Joins the move that this operation has ordered, or finds it ended; there is one at a time.',
    signature: { follows: 'today', why: 'two spellings became one' },
    renamed: { ctxt: 'context', instance_ref: 'instance' },
    upstream: { status: 'kept', since: 'Juno', note: 'parameters respelled' },
    libvirt: [
      'virDomainMigrateToURI3, live and peer to peer, the source undefined and the destination persistent; the XML of the destination has its addresses, volumes and interfaces.',
      'Unless told otherwise the guest lands paused: postLiveMigrationAtDestination lets it go on. libvirt by itself would run it on both hosts when the network fails at the very end.',
      'With disks to copy and an empty list of disks libvirt would copy all that can be written, attached volumes over themselves too: the flag is left out then.',
      'The statistics of the job are trusted more than the return of the call.',
      'After an error the guest may be on either side: the facts of both hosts decide, never the exception.',
    ],
    verify:
      'Source: no domain and no definition. Destination: running and persistent, same boot id, ping lost for two seconds at most. Network cut in the middle: the source runs, the destination is clean, recoverMethod was called once.',
  },
  postLiveMigrationAtDestination: {
    name: 'post_live_migration_at_destination',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      blockMigration: z.boolean().default(false).describe('True = local disks were copied along.'),
      blockDeviceInfo,
    }),
    result: nothing,
    summary: 'Makes the destination the home of a guest that arrived.',
    states: 'host becomes the destination, taskState migrating → null, powerState as seen there.',
    before: ['The guest is on the destination as a whole: it runs, or landed paused.'],
    promises: {
      persistent: 'The guest is defined here for good.',
      network: 'Its network works here.',
      neverHarms: 'A failure never restarts or kills the guest.',
    },
    errors: [
      { code: 'CALL_FAILED', when: 'anything; the instance is recorded here all the same, since the guest is here' },
    ],
    idempotency: 'ensure',
    repeat: 'Harmless: what is so already stays so.',
    signature: { follows: 'today', why: 'two spellings became one' },
    renamed: { ctxt: 'context', instance_ref: 'instance' },
    upstream: { status: 'kept', since: 'Juno', note: 'parameters respelled' },
    libvirt: [
      'The definition is stored if the migration did not, and bears the mark of this operation, as the running domain does.',
      'A guest that landed paused goes on, unless the instance was paused; QEMU tells the switches then.',
    ],
    verify:
      'Destination: persistent, taps on the right bridge, a third host gets answers at once, shutdown and start work. Source: no definition.',
  },
});
