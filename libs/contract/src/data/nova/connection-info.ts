import { z } from 'zod';

const common = {
  accessMode: z.enum(['rw', 'ro']).optional().describe('rw unless said otherwise.'),
  qosSpecs: z.record(z.string(), z.json()).optional().describe('Limits of throughput.'),
  encrypted: z.boolean().optional().describe('Content is encrypted on the host.'),
  discard: z.boolean().optional().describe('Guest may free blocks.'),
  logicalBlockSize: z.int().positive().optional().describe('Bytes.'),
  physicalBlockSize: z.int().positive().optional().describe('Bytes.'),
  volumeId: z.string().optional().describe('Volume id.'),
};

const envelope = {
  serial: z.string().max(255).describe('Volume id; the guest sees it as the serial of the disk.'),
  multiattach: z.boolean().optional().describe('True = other instances may use the volume at the same time.'),
};

/** A volume behind iSCSI: the host logs in to a target. */
export const iscsiConnection = z.strictObject({
  driverVolumeType: z.literal('iscsi').describe('Protocol; decides what data holds.'),
  ...envelope,
  data: z
    .strictObject({
      ...common,
      targetPortal: z.string().describe('address:port of the target.'),
      targetIqn: z.string().describe('Name of the target.'),
      targetLun: z.int().nonnegative().describe('Unit on the target.'),
      targetPortals: z.array(z.string()).optional().describe('All paths of a multipath volume.'),
      targetIqns: z.array(z.string()).optional().describe('Names of the target, per path.'),
      targetLuns: z.array(z.int().nonnegative()).optional().describe('Units on the target, per path.'),
      targetDiscovered: z.boolean().optional().describe('The host has found the target before.'),
      authMethod: z.string().optional().describe('CHAP, or absent.'),
      authUsername: z.string().optional().describe('Name for CHAP.'),
      authPassword: z.string().optional().describe('Secret: never stored, logged or put into XML.'),
      devicePath: z.string().optional().describe('Filled in by the host that is connected.'),
    })
    .describe('What the protocol needs.'),
});

/** A volume in Ceph: nothing to connect, QEMU does it. */
export const rbdConnection = z.strictObject({
  driverVolumeType: z.literal('rbd').describe('Protocol; decides what data holds.'),
  ...envelope,
  data: z
    .strictObject({
      ...common,
      name: z.string().describe('pool/image.'),
      hosts: z.array(z.string()).describe('Addresses of the monitors.'),
      ports: z.array(z.string()).describe('Ports of the monitors, in the order of hosts.'),
      authEnabled: z.boolean().describe('Whether a key is needed.'),
      authUsername: z.string().nullable().describe('As whom; null without a key.'),
      secretType: z.literal('ceph').optional().describe('Kind of secret.'),
      secretUuid: z.uuid().nullable().describe('Secret of the hypervisor that holds the key; null without auth.'),
    })
    .describe('What the protocol needs.'),
});

/** A volume that is a file on NFS. */
export const nfsConnection = z.strictObject({
  driverVolumeType: z.literal('nfs').describe('Protocol; decides what data holds.'),
  ...envelope,
  data: z
    .strictObject({
      ...common,
      export: z.string().describe('server:/path, mounted once per host.'),
      name: z.string().describe('File on the export.'),
      options: z.string().nullable().describe('Mount options.'),
      format: z.enum(['raw', 'qcow2']).describe('As recorded by the volume service; never probed.'),
    })
    .describe('What the protocol needs.'),
});

/** A volume that is a block device of this host. */
const blockDeviceConnection = <T extends 'local' | 'lvm'>(type: T) =>
  z.strictObject({
    driverVolumeType: z.literal(type).describe('Protocol; decides what data holds.'),
    ...envelope,
    data: z
      .strictObject({ ...common, devicePath: z.string().describe('Block device on this host.') })
      .describe('What the protocol needs.'),
  });

/** A block device by its path. */
export const localConnection = blockDeviceConnection('local');
/** A logical volume by its path. */
export const lvmConnection = blockDeviceConnection('lvm');

/** Volume types whose data is spelled out here; any other type is passed on as it is. */
export const knownConnectionInfo = z.discriminatedUnion('driverVolumeType', [
  iscsiConnection,
  rbdConnection,
  nfsConnection,
  localConnection,
  lvmConnection,
]);
const known = new Set<string>(['iscsi', 'rbd', 'nfs', 'local', 'lvm']);

/** A volume of a type that only its driver understands. */
export const otherConnectionInfo = z.strictObject({
  driverVolumeType: z
    .string()
    .refine((type) => !known.has(type), 'data does not fit this volume type')
    .describe('Protocol, none of those above.'),
  ...envelope,
  data: z.record(z.string(), z.json()).describe('Whatever that protocol needs.'),
});

/** How this host reaches a volume: the protocol, and what that protocol needs. */
export const connectionInfo = z.union([knownConnectionInfo, otherConnectionInfo]);
export type ConnectionInfo = z.infer<typeof connectionInfo>;

/** What a volume service must know of a host before it lets it connect. */
export const connector = z.strictObject({
  ip: z.string().describe('Address of the machine that will connect.'),
  initiator: z.string().nullable().describe('iSCSI initiator name; null = this host has none.'),
  host: z.string().describe('Host name of that machine.'),
  multipath: z.boolean().optional().describe('The host joins several paths to one device.'),
  wwpns: z.array(z.string()).optional().describe('Fibre Channel port names.'),
  wwnns: z.array(z.string()).optional().describe('Fibre Channel node names.'),
  nqn: z.string().optional().describe('NVMe name of the host.'),
  osType: z.string().optional().describe('Operating system of the host.'),
  platform: z.string().optional().describe('Architecture of the host.'),
  systemUuid: z.string().optional().describe('Identity of the machine.'),
});
export type Connector = z.infer<typeof connector>;
