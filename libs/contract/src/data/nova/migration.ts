import { z } from 'zod';
import { flavor } from '../instance-spec.ts';
import { connectionInfo } from './connection-info.ts';
import { vif } from './network-info.ts';

/** The record of a move or resize. */
export const migration = z.strictObject({
  id: z.string().min(1).max(100),
  migrationType: z.enum(['migration', 'resize', 'live-migration', 'evacuation']),
  status: z.string().max(64).describe('preparing, migrating, post-migrating, finished, confirmed, reverted, error, …'),
  sourceCompute: z.string().describe('Host that the instance comes from.'),
  sourceNode: z.string(),
  destCompute: z.string().describe('Host that it goes to.'),
  destNode: z.string(),
  destHost: z.string().describe('Address of the destination.'),
  oldFlavor: flavor.nullable().describe('Size before; null when it stays.'),
  newFlavor: flavor.nullable().describe('Size after; null when it stays.'),
});
export type Migration = z.infer<typeof migration>;

/** Facts of one local disk, sent from one host to another. */
export const diskInfo = z.strictObject({
  type: z.enum(['qcow2', 'raw']).describe('Format as recorded, never probed.'),
  path: z.string().describe('File on the host that reports it.'),
  virtDiskSize: z.int().nonnegative().describe('Bytes that the guest sees.'),
  backingFile: z.string().describe('Base name of the backing file; empty = none.'),
  diskSize: z.int().nonnegative().describe('Bytes that it takes on the host.'),
  overCommittedDiskSize: z.int().nonnegative().describe('Bytes that it may still grow by.'),
});
export type DiskInfo = z.infer<typeof diskInfo>;

/** All local disks of an instance (Nova sends this list as a JSON string). */
export const diskInfoList = z.array(diskInfo).max(64);
export type DiskInfoList = z.infer<typeof diskInfoList>;

/** How a volume looks on the destination of a live migration. */
export const migrateVolume = z.strictObject({
  serial: z.string().describe('Volume id.'),
  connectionInfo,
  bus: z.string(),
  dev: z.string().describe('Target in the guest, e.g. vdb.'),
  type: z.string(),
  format: z.string().nullable(),
  bootIndex: z.int().nullable(),
  encryptionSecretUuid: z.uuid().nullable(),
});

/** How an interface looks on the destination of a live migration. */
export const migrateVif = z.strictObject({
  portId: z.uuid(),
  sourceVif: vif,
  destType: z.string(),
  destDetails: z.record(z.string(), z.json()),
  destProfile: z.record(z.string(), z.json()),
});

/** What the two hosts of a live migration tell each other; each step completes it. */
export const liveMigrateData = z.strictObject({
  filename: z.string().describe('Base name of the probe file that the destination made.'),
  imageType: z.string().describe('Kind of local disks on the destination.'),
  blockMigration: z.boolean().nullable().describe('True = local disks are copied; null = not decided yet.'),
  diskOverCommit: z.boolean().nullable(),
  diskAvailableMb: z.number().nullable().describe('Room on the destination, in MiB.'),
  isSharedInstancePath: z.boolean().optional(),
  isSharedBlockStorage: z.boolean().optional(),
  isVolumeBacked: z.boolean().optional(),
  instanceRelativePath: z.string().optional().describe("Instance's directory below the instances path."),
  graphicsListenAddrVnc: z.string().nullable(),
  graphicsListenAddrSpice: z.string().nullable(),
  serialListenAddr: z.string().nullable(),
  serialListenPorts: z.array(z.int().min(1).max(65535)).optional(),
  targetConnectAddr: z
    .string()
    .nullable()
    .optional()
    .describe('Address for the transfer; null = that of the destination.'),
  bdms: z.array(migrateVolume).optional(),
  vifs: z.array(migrateVif).optional(),
  dstNumaInfo: z.json().optional(),
  targetMdevs: z.record(z.string(), z.string()).optional(),
  vtpmSecretUuid: z.uuid().nullable().optional(),
  migration: migration.optional(),
  oldVolAttachmentIds: z.record(z.string(), z.string()).optional(),
  waitForVifPlugged: z.boolean().optional(),
});
export type LiveMigrateData = z.infer<typeof liveMigrateData>;
