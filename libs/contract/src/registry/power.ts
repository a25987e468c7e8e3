import { z } from 'zod';
import { group } from './entry.ts';
import {
  blockDeviceInfo,
  callback,
  context,
  instance,
  networkInfo,
  nothing,
  retryInterval,
  timeout,
} from './parameters.ts';

/** A guest runs, rests and runs again. */
export const power = group('power', {
  powerOn: {
    name: 'power_on',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, blockDeviceInfo }),
    result: nothing,
    // @@power_on
  },
  powerOff: {
    name: 'power_off',
    kind: 'command',
    params: z.strictObject({ instance, timeout, retryInterval }),
    result: nothing,
    // @@power_off
  },
  reboot: {
    name: 'reboot',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      rebootType: z.enum(['SOFT', 'HARD']).describe('SOFT asks the guest first; HARD does not.'),
      blockDeviceInfo,
      badVolumesCallback: callback<(devices: readonly string[]) => void>(
        'Told the devices (mount points) of volumes that could not be connected again; null = nobody asks.',
      )
        .nullable()
        .default(null),
    }),
    result: nothing,
    // @@reboot
  },
  pause: {
    name: 'pause',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    // @@pause
  },
  unpause: {
    name: 'unpause',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    // @@unpause
  },
  suspend: {
    name: 'suspend',
    kind: 'command',
    params: z.strictObject({ context, instance }),
    result: nothing,
    // @@suspend
  },
  resume: {
    name: 'resume',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, blockDeviceInfo }),
    result: nothing,
    // @@resume
  },
  resumeStateOnHostBoot: {
    name: 'resume_state_on_host_boot',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, blockDeviceInfo }),
    result: nothing,
    // @@resume_state_on_host_boot
  },
  pollRebootingInstances: {
    name: 'poll_rebooting_instances',
    kind: 'command',
    params: z.strictObject({
      timeout: z.number().positive().describe('Seconds after which a reboot counts as stuck.'),
      instances: z.array(instance).describe('Instances that have been rebooting for longer than that.'),
    }),
    result: nothing,
    // @@poll_rebooting_instances
  },
});
