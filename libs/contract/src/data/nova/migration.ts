import { z } from 'zod';
import { flavor } from '../instance-spec.ts';
import { connectionInfo } from './connection-info.ts';
import { vif } from './network-info.ts';

/** The record of a move or resize. */
export const migration = z.strictObject({
  id: z.string().min(1).max(100).describe('Id of the move.'),
  migrationType: z.enum(['migration', 'resize', 'live-migration', 'evacuation']).describe('What kind of move it is.'),
  status: z.string().max(64).describe('preparing, migrating, post-migrating, finished, confirmed, reverted, error, …'),
  sourceCompute: z.string().describe('Host that the instance comes from.'),
  sourceNode: z.string().describe('Its node.'),
  destCompute: z.string().describe('Host that it goes to.'),
  destNode: z.string().describe('Its node.'),
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
  connectionInfo: connectionInfo.describe('How the destination reaches it.'),
  bus: z.string().describe('virtio, scsi, …'),
  dev: z.string().describe('Target in the guest, e.g. vdb.'),
  type: z.string().describe('disk, cdrom or lun.'),
  format: z.string().nullable().describe('raw, qcow2; null = as the protocol has it.'),
  bootIndex: z.int().nullable().describe('0 = boots first; null = not booted.'),
  encryptionSecretUuid: z.uuid().nullable().describe('Secret that holds its key; null = not encrypted.'),
});

/** How an interface looks on the destination of a live migration. */
export const migrateVif = z.strictObject({
  portId: z.uuid().describe('Id of the port.'),
  sourceVif: vif.describe('The interface as on the source.'),
  destType: z.string().describe('How it is wired on the destination.'),
  destDetails: z.record(z.string(), z.json()).describe('Details of the binding there.'),
  destProfile: z.record(z.string(), z.json()).describe('Profile of the binding there.'),
});

/** A certificate, and those that lead from it to an authority. Never a key. */
const tlsCertificate = z.string().max(32_768);

/** What the two hosts of a live migration tell each other; each step completes it. */
export const liveMigrateData = z.strictObject({
  filename: z.string().describe('Base name of the probe file that the destination made.'),
  imageType: z.string().describe('Kind of local disks on the destination.'),
  blockMigration: z.boolean().nullable().describe('True = local disks are copied; null = not decided yet.'),
  diskOverCommit: z
    .boolean()
    .nullable()
    .describe('Disks count with what they take, not with their full size; null = not said.'),
  diskAvailableMb: z.number().nullable().describe('Room on the destination, in MiB.'),
  isSharedInstancePath: z.boolean().optional().describe("Both hosts see the instance's directory."),
  isSharedBlockStorage: z.boolean().optional().describe('Both hosts reach its disks.'),
  isVolumeBacked: z.boolean().optional().describe('It has no local disk.'),
  instanceRelativePath: z.string().optional().describe("Instance's directory below the instances path."),
  graphicsListenAddrVnc: z.string().nullable().describe('Where VNC listens on the destination; null = nowhere.'),
  graphicsListenAddrSpice: z.string().nullable().describe('Where SPICE listens on the destination; null = nowhere.'),
  serialListenAddr: z
    .string()
    .nullable()
    .describe('Where the serial console listens on the destination; null = nowhere.'),
  serialListenPorts: z.array(z.int().min(1).max(65535)).optional().describe('Its ports there.'),
  targetConnectAddr: z
    .string()
    .nullable()
    .optional()
    .describe('Address for the transfer; null = that of the destination.'),
  sourceConnectAddr: z
    .string()
    .nullable()
    .optional()
    .describe('Address at which the destination asks the source for what no copy carries (the config drive).'),
  instancesPath: z.string().optional().describe('Where instances lie on the destination.'),
  dstTlsCertificate: tlsCertificate
    .optional()
    .describe("What the destination's hypervisor proves itself with, PEM; left out: it takes memory unencrypted."),
  srcTlsCertificate: tlsCertificate
    .optional()
    .describe(
      "What the source's hypervisor proves itself with, PEM; left out: it sends unencrypted, or shows nothing.",
    ),
  disks: diskInfoList.optional().describe("The source's local disks, for the destination to prepare."),
  diskRecord: z
    .json()
    .optional()
    .describe("The source's own record of disks and virtual hardware, for a destination with the same driver."),
  bdms: z.array(migrateVolume).optional().describe('Volumes as they look on the destination.'),
  vifs: z.array(migrateVif).optional().describe('Interfaces as they look on the destination.'),
  dstNumaInfo: z.json().optional().describe('CPUs and memory nodes that the destination gives.'),
  targetMdevs: z
    .record(z.string(), z.string())
    .optional()
    .describe('Mediated devices: of the source, then of the destination.'),
  vtpmSecretUuid: z.uuid().nullable().optional().describe('Secret of its virtual TPM; null = it has none.'),
  migration: migration.optional().describe('The record of the move.'),
  oldVolAttachmentIds: z.record(z.string(), z.string()).optional().describe("The source's attachments, by volume id."),
  waitForVifPlugged: z
    .boolean()
    .optional()
    .describe('The source waits until the destination has wired the interfaces.'),
});
export type LiveMigrateData = z.infer<typeof liveMigrateData>;
