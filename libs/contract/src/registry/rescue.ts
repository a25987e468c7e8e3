import { z } from 'zod';
import { group } from './entry.ts';
import { blockDeviceInfo, context, imageMeta, instance, networkInfo, nothing } from './parameters.ts';

/** A guest that no longer boots is mended from another system. */
export const rescue = group('rescue', {
  rescue: {
    name: 'rescue',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      imageMeta: imageMeta.describe('The image to rescue with.'),
      rescuePassword: z.string().nullable().describe('Password of root in the rescue system; null = none is set.'),
      blockDeviceInfo,
    }),
    result: nothing,
    summary: 'Boots a guest from a rescue system with its own disk beside it.',
    states: 'vmState active, stopped or error → rescued, taskState rescuing → null; powerState → RUNNING.',
    before: [
      'The guest is off (the caller shut it down).',
      'A rescue image is known: the one given, or the one that the instance was made from.',
    ],
    promises: {
      rescueSystem: 'The guest runs from the rescue image.',
      originalBeside: 'Its own disk is attached as a further one, untouched.',
      password: 'rescuePassword is the password of root in the rescue system.',
    },
    errors: [
      {
        code: 'INSTANCE_NOT_RESCUABLE',
        when: 'anything failed; also a guest without local root disk, where the rescue is of the old kind',
      },
      { code: 'IMAGE_NOT_FOUND', when: 'the rescue image is not there' },
    ],
    idempotency: 'ensure',
    repeat: 'Refused while the definition of before is kept: to overwrite it would lose the way back.',
    signature: {
      follows: 'today',
      why: 'without blockDeviceInfo an instance with a volume as root cannot be rescued; shares are not part of this project',
    },
    upstream: { status: 'changed', note: 'block_device_info and share_info joined' },
    libvirt: [
      'The present definition is kept beside the disks, rescue disks are made under names of their own, then the guest is defined and started from them.',
      'The password lies on a config drive of the rescue system, as that of a spawn does; user data that sets another one goes before it in cloud-init.',
      'Old kind: the rescue disk comes first and other volumes are missing. Stable kind: all devices keep their places, the rescue disk comes last and boots.',
    ],
    verify:
      'virsh domblklist shows the rescue disk as the one that boots and the own disk; the guest sees both; the hash of the own disk stays.',
  },
  unrescue: {
    name: 'unrescue',
    kind: 'command',
    params: z.strictObject({ context, instance }),
    result: nothing,
    summary: 'Boots a rescued guest from its own disk again.',
    states: 'vmState rescued → active, taskState unrescuing → null; powerState → RUNNING.',
    before: ['The definition of before the rescue is kept.'],
    promises: {
      ownDisk: 'The guest boots from its own disk, its devices as before.',
      noLeftovers: 'Nothing of the rescue is left.',
    },
    errors: [
      { code: 'INSTANCE_NOT_RESCUED', when: 'the kept definition is missing' },
      { code: 'HYPERVISOR_ERROR', when: 'the definition of before no longer starts' },
    ],
    idempotency: 'ensure',
    repeat: 'On a guest that is not rescued: a clear answer or success, no crash.',
    signature: {
      follows: 'today',
      why: 'the kept definition holds the interfaces, so networkInfo had no use; the context is needed for secrets',
    },
    dropped: { network_info: 'the kept definition holds the interfaces' },
    upstream: { status: 'changed', since: 'Victoria', note: 'now (context, instance)' },
    libvirt: [
      'Kill, define the kept definition, start, and only then remove it and the rescue disks: a failed unrescue can be repeated.',
      'What changed during the rescue is lost with it; a hard reboot repairs that.',
    ],
    verify: 'virsh domblklist as before the rescue, no rescue files, the guest boots its own root.',
  },
});
