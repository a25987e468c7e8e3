import { z } from 'zod';
import { connectionInfo, connector } from '../data/nova/connection-info.ts';
import { group } from './entry.ts';
import { context, instance, mountpoint, nothing } from './parameters.ts';

const connection = connectionInfo.describe('How the host reaches the volume.');
const encryption = z
  .strictObject({
    provider: z.string().describe('luks, …'),
    controlLocation: z.enum(['front-end', 'back-end']),
    cipher: z.string().nullable(),
    keySize: z.int().positive().nullable().describe('Bits.'),
    encryptionKeyId: z.string().describe('Where the key lies; never the key.'),
  })
  .nullable()
  .default(null)
  .describe('How the content is encrypted on this host; null = it is not.');

/** Volumes come and go while the guest lives. */
export const volume = group('volume', {
  attachVolume: {
    name: 'attach_volume',
    kind: 'command',
    params: z.strictObject({
      context,
      connectionInfo: connection,
      instance,
      mountpoint,
      diskBus: z.string().nullable().default(null).describe('virtio, scsi, …; null = default of the machine.'),
      deviceType: z
        .enum(['disk', 'cdrom', 'lun'])
        .nullable()
        .default(null)
        .describe('What the guest sees; null = disk.'),
      encryption,
    }),
    result: nothing,
    // @@attach_volume
  },
  detachVolume: {
    name: 'detach_volume',
    kind: 'command',
    params: z.strictObject({ context, connectionInfo: connection, instance, mountpoint, encryption }),
    result: nothing,
    // @@detach_volume
  },
  getVolumeConnector: {
    name: 'get_volume_connector',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: connector,
    // @@get_volume_connector
  },
});
