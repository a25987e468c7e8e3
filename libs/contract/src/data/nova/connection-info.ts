import { z } from 'zod';

const common = {
  accessMode: z.enum(['rw', 'ro']).optional().describe('rw unless said otherwise.'),
  qosSpecs: z.record(z.string(), z.json()).optional().describe('Limits of throughput.'),
  encrypted: z.boolean().optional().describe('Content is encrypted on the host.'),
  discard: z.boolean().optional().describe('Guest may free blocks.'),
  logicalBlockSize: z.int().positive().optional().describe('Bytes.'),
  physicalBlockSize: z.int().positive().optional().describe('Bytes.'),
  volumeId: z.string().optional(),
};

const envelope = {
  serial: z.string().max(255).describe('Volume id; the guest sees it as the serial of the disk.'),
  multiattach: z.boolean().optional().describe('True = other instances may use the volume at the same time.'),
};

const iscsi = z.strictObject({
  driverVolumeType: z.literal('iscsi'),
  ...envelope,
  data: z.strictObject({
    ...common,
    targetPortal: z.string().describe('address:port of the target.'),
    targetIqn: z.string(),
    targetLun: z.int().nonnegative(),
    targetPortals: z.array(z.string()).optional().describe('All paths of a multipath volume.'),
    targetIqns: z.array(z.string()).optional(),
    targetLuns: z.array(z.int().nonnegative()).optional(),
    targetDiscovered: z.boolean().optional(),
    authMethod: z.string().optional().describe('CHAP, or absent.'),
    authUsername: z.string().optional(),
    authPassword: z.string().optional().describe('Secret: never stored, logged or put into XML.'),
    devicePath: z.string().optional().describe('Filled in by the host that is connected.'),
  }),
});

const rbd = z.strictObject({
  driverVolumeType: z.literal('rbd'),
  ...envelope,
  data: z.strictObject({
    ...common,
    name: z.string().describe('pool/image.'),
    hosts: z.array(z.string()),
    ports: z.array(z.string()),
    authEnabled: z.boolean(),
    authUsername: z.string().nullable(),
    secretType: z.literal('ceph').optional(),
    secretUuid: z.uuid().nullable().describe('Secret of the hypervisor that holds the key; null without auth.'),
  }),
});

const nfs = z.strictObject({
  driverVolumeType: z.literal('nfs'),
  ...envelope,
  data: z.strictObject({
    ...common,
    export: z.string().describe('server:/path, mounted once per host.'),
    name: z.string().describe('File on the export.'),
    options: z.string().nullable().describe('Mount options.'),
    format: z.enum(['raw', 'qcow2']).describe('As recorded by the volume service; never probed.'),
  }),
});

const blockDevice = <T extends 'local' | 'lvm'>(type: T) =>
  z.strictObject({
    driverVolumeType: z.literal(type),
    ...envelope,
    data: z.strictObject({ ...common, devicePath: z.string().describe('Block device on this host.') }),
  });

/** Volume types whose data is spelled out here; any other type is passed on as it is. */
export const knownConnectionInfo = z.discriminatedUnion('driverVolumeType', [
  iscsi,
  rbd,
  nfs,
  blockDevice('local'),
  blockDevice('lvm'),
]);
const known = new Set<string>(['iscsi', 'rbd', 'nfs', 'local', 'lvm']);

/** A volume of a type that only its driver understands. */
export const otherConnectionInfo = z.strictObject({
  driverVolumeType: z.string().refine((type) => !known.has(type), 'data does not fit this volume type'),
  ...envelope,
  data: z.record(z.string(), z.json()),
});

/** How this host reaches a volume: the protocol, and what that protocol needs. */
export const connectionInfo = z.union([knownConnectionInfo, otherConnectionInfo]);
export type ConnectionInfo = z.infer<typeof connectionInfo>;

/** What a volume service must know of a host before it lets it connect. */
export const connector = z.strictObject({
  ip: z.string().describe('Address of the machine that will connect.'),
  initiator: z.string().nullable().describe('iSCSI initiator name; null = this host has none.'),
  host: z.string().describe('Host name of that machine.'),
  multipath: z.boolean().optional(),
  wwpns: z.array(z.string()).optional().describe('Fibre Channel port names.'),
  wwnns: z.array(z.string()).optional().describe('Fibre Channel node names.'),
  nqn: z.string().optional().describe('NVMe name of the host.'),
  osType: z.string().optional(),
  platform: z.string().optional(),
  systemUuid: z.string().optional(),
});
export type Connector = z.infer<typeof connector>;
