import { z } from 'zod';
import { group } from './entry.ts';
import { context, instance, nothing } from './parameters.ts';

/** What reaches inside a guest. */
export const guest = group('guest', {
  changeInstanceMetadata: {
    name: 'change_instance_metadata',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      diff: z
        .record(z.string().min(1).max(255), z.union([z.tuple([z.literal('+'), z.string()]), z.tuple([z.literal('-')])]))
        .describe('By key: ["+", value] sets it, ["-"] removes it.'),
    }),
    result: nothing,
    summary: "Brings a change of an instance's metadata to the hypervisor.",
    before: ['The metadata was changed in the record.'],
    promises: {
      published:
        'The change can be read where guest or operator look for it; a driver without such a place has no such method.',
    },
    errors: [{ code: 'NOT_IMPLEMENTED', when: 'there is no such place; the caller passes over it' }],
    idempotency: 'ensure',
    repeat: 'The same change twice gives the same metadata.',
    signature: { follows: 'seed', why: 'upstream removed it, so the seed is all there is' },
    upstream: { status: 'removed', since: 'Wallaby', note: 'only XenAPI had it' },
    libvirt: [
      "Nova's guests read metadata from a service.",
      'A form: virDomainSetMetadata, live and in the definition, under a namespace of its own.',
    ],
    verify: 'virsh metadata, live and --config, shows the new value and not the removed key.',
  },
  injectFile: {
    name: 'inject_file',
    kind: 'command',
    params: z.strictObject({
      instance,
      b64Path: z.base64().describe('Path in the guest, in base64.'),
      b64Contents: z.base64().describe('Content of the file, in base64.'),
    }),
    result: nothing,
    summary: 'Writes a file into a guest.',
    states: 'unchanged',
    before: ['The guest runs with an agent, or is off with a disk that can be opened.'],
    promises: { written: 'The file of the decoded path holds the decoded content, byte for byte.' },
    errors: [{ code: 'NOT_IMPLEMENTED', when: 'the driver cannot' }],
    idempotency: 'ensure',
    repeat: 'Overwrites with the same content.',
    signature: { follows: 'seed', why: 'upstream removed it, so the seed is all there is' },
    upstream: { status: 'removed', since: 'Victoria', note: 'nobody called it any more' },
    missingInNovaLibvirt: true,
    libvirt: [
      'Never had a form for running guests; files go in at spawn by the config drive.',
      'Possible: open, write and close through the agent. Opening a disk on the host is a risk.',
    ],
    verify: 'The file in the guest equals the content, with binary bytes and with a blank in its path.',
  },
  setAdminPassword: {
    name: 'set_admin_password',
    kind: 'command',
    params: z.strictObject({
      instance,
      newPass: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('The new password, a secret; null = one that nobody knows.'),
    }),
    result: nothing,
    summary: "Sets the administrator's password inside a guest.",
    states: 'taskState updating_password → null; vmState and powerState stay.',
    before: ['The guest runs, and its image declares an agent.'],
    promises: { set: 'The password of the administrator is newPass.' },
    errors: [
      { code: 'QEMU_GUEST_AGENT_NOT_ENABLED', when: 'the image declares no agent' },
      { code: 'SET_ADMIN_PASSWORD_NOT_SUPPORTED', when: 'the hypervisor cannot' },
      { code: 'NOT_IMPLEMENTED', when: 'the agent does not answer' },
      { code: 'HYPERVISOR_ERROR', when: 'the agent refused' },
      { code: 'INSTANCE_PASSWORD_SET_FAILED', when: 'the guest does not run, or anything else; said by the caller' },
    ],
    idempotency: 'ensure',
    repeat: 'Sets it again.',
    signature: {
      follows: 'today',
      why: 'the first parameter is the instance, whatever the seed calls it, and the context had no use',
    },
    renamed: { instance_id: 'instance' },
    dropped: { context: 'it had no use' },
    upstream: { status: 'changed', since: 'Juno', note: 'now (instance, new_pass)' },
    missingInNovaLibvirt: true,
    libvirt: [
      'virDomainSetUserPassword through the agent; in the seed era nothing.',
      'The user is os_admin_user of the image, else Administrator on Windows, else root.',
      'An agent that does not answer never puts the instance into error.',
    ],
    verify:
      'Log in on the console with the new password, the old one is refused; without an agent a clear error, and nothing changed.',
  },
});
