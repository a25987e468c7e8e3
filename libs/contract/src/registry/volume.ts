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
    summary: 'Gives a guest a volume.',
    states: 'vmState and powerState stay, taskState stays null.',
    before: ['The domain exists.', 'The volume is reserved and exported to this host.'],
    promises: {
      attached: 'The guest has the disk at mountpoint, for good and, while it runs or is paused, at once.',
      closesOnFailure: 'After a failure the connection of the host is closed again.',
      refusesSecond: 'A volume that is attached already is refused, and its connection stays.',
    },
    errors: [
      { code: 'DEVICE_IS_BUSY', when: 'the device name is taken' },
      { code: 'HYPERVISOR_TYPE_INVALID', when: 'the volume needs a block size that the hypervisor cannot give' },
      { code: 'TOO_MANY_DISK_DEVICES', when: 'there are more disks than the host allows' },
      { code: 'VOLUME_DRIVER_NOT_FOUND', when: 'its protocol is not known here' },
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
    ],
    idempotency: 'ensure',
    repeat: 'Refused cleanly, known by its serial.',
    signature: { follows: 'today', why: 'bus, kind of device and encryption cannot be guessed' },
    upstream: { status: 'changed', note: 'context, disk_bus, device_type and encryption joined' },
    libvirt: [
      'Connect, then the disk with the volume id as serial, attached to the definition and, if active, to the guest.',
      'In the seed era a paused guest got the disk only at its next start.',
      'libvirt does not honour device names: the name follows from bus and free place.',
    ],
    verify:
      'domblklist with and without --inactive, serial = volume id, the guest writes and reads a pattern; a bad target leaves no session.',
  },
  detachVolume: {
    name: 'detach_volume',
    kind: 'command',
    params: z.strictObject({ context, connectionInfo: connection, instance, mountpoint, encryption }),
    result: nothing,
    summary: 'Takes a volume from a guest.',
    states: 'unchanged',
    before: ['The volume is attached; the guest may run, be paused, off or gone.'],
    promises: {
      detached:
        'The disk is out of the guest, live and in its definition, and the host has no connection to the volume.',
      finishesHost: 'If instance or disk are gone already, the host is still disconnected.',
      guestFirst: 'The host is disconnected only after the guest let go.',
    },
    errors: [
      { code: 'DEVICE_DETACH_FAILED', when: 'the guest did not let go; the connection of the host stays' },
      { code: 'DISK_NOT_FOUND', when: 'there is no such disk (seed era; today a warning)' },
      { code: 'HYPERVISOR_ERROR', when: 'any other refusal' },
    ],
    idempotency: 'ensure',
    repeat: 'Finishes what is left: definition, guest, host.',
    signature: {
      follows: 'today',
      why: 'the context is needed to close connections, encryption to close the right layer',
    },
    upstream: { status: 'changed', since: 'Rocky', note: 'context and encryption joined' },
    libvirt: [
      'The definition first, then the guest: a live detach is a request, so the event of the removed device is subscribed to before, with 20 s and up to 8 attempts.',
      'A guest in early boot does not answer. Closing the host connection then would show it I/O errors, or the data of the next volume.',
      'The host stays connected while another guest here uses the volume.',
    ],
    verify:
      'domblklist (both forms) and the guest without it, no session, no open handle of QEMU. Guest paused in its firmware: the timeout, and the session is still there.',
  },
  getVolumeConnector: {
    name: 'get_volume_connector',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: connector,
    summary: 'Says who this host is, for a volume service to let it in.',
    before: [],
    promises: {
      threeFacts: 'Holds the address of the machine that connects, its iSCSI initiator and its host name.',
    },
    errors: [{ code: 'CALL_FAILED', when: 'the initiator cannot be read; Nova then leaves it out' }],
    idempotency: 'query',
    repeat: 'Gives the same answer.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: [
      'Address of the storage network, /etc/iscsi/initiatorname.iscsi, names of Fibre Channel adapters where there are any.',
    ],
    verify:
      'The address answers on the storage network, initiator and host name equal those of the machine, a target with this access list lets it in.',
  },
});
