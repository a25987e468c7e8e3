import { z } from 'zod';
import { consolePool, spiceConsole, vncConsole } from '../data/nova/console.ts';
import { group } from './entry.ts';
import { context, instance } from './parameters.ts';

/** What the guest says and shows. */
export const consoles = group('console', {
  getConsoleOutput: {
    name: 'get_console_output',
    kind: 'query',
    params: z.strictObject({ context, instance }),
    result: z
      .string()
      .describe('The last 102,400 bytes of the serial console, oldest first; bytes that are no UTF-8 are replaced.'),
    summary: 'Reads what a guest wrote to its serial console.',
    before: ['The domain exists.'],
    promises: { text: "Returns the console's text: the last 102,400 bytes, oldest first, the latest line last." },
    errors: [
      { code: 'CONSOLE_NOT_AVAILABLE', when: 'the domain has no console that can be read' },
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
    ],
    idempotency: 'query',
    repeat: 'Reads again; nothing is consumed.',
    signature: { follows: 'today', why: 'the context says who reads' },
    upstream: { status: 'changed', since: 'Icehouse', note: 'context joined' },
    libvirt: [
      'A console to a file, then TCP with a log, then a pty is looked for; rotated logs are read across.',
      'A log that is not there yet is an empty text. The file belongs to root or QEMU.',
    ],
    verify: "It holds the kernel's banner and a line that the guest wrote to its serial port.",
  },
  getVncConsole: {
    name: 'get_vnc_console',
    kind: 'query',
    params: z.strictObject({ context, instance }),
    result: vncConsole,
    summary: "Says where a guest's VNC server listens.",
    before: ['The guest runs and has a VNC display.'],
    promises: { address: 'Host and port are those where the VNC server of this guest listens now.' },
    errors: [
      { code: 'CONSOLE_TYPE_UNAVAILABLE', when: 'the guest has no such display' },
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'INSTANCE_NOT_READY', when: 'the instance is still being built' },
    ],
    idempotency: 'query',
    repeat: 'Gives the same answer until the guest starts again or moves.',
    signature: { follows: 'today', why: 'the context says who asks' },
    upstream: { status: 'changed', since: 'Icehouse', note: 'context joined; returns an object' },
    libvirt: [
      'The port is in the live XML; -1 or none means that nothing listens.',
      "A user's token is made above, not here.",
    ],
    verify: 'virsh vncdisplay agrees, and the port answers with RFB 003.',
  },
  getSpiceConsole: {
    name: 'get_spice_console',
    kind: 'query',
    params: z.strictObject({ context, instance }),
    result: spiceConsole,
    summary: "Says where a guest's SPICE server listens.",
    before: ['The guest runs and has a SPICE display.'],
    promises: { address: 'Host, port and TLS port are those where the SPICE server of this guest listens now.' },
    errors: [
      { code: 'CONSOLE_TYPE_UNAVAILABLE', when: 'the guest has no such display' },
      { code: 'INSTANCE_NOT_FOUND', when: 'no domain of the instance is on this hypervisor' },
      { code: 'INSTANCE_NOT_READY', when: 'the instance is still being built' },
    ],
    idempotency: 'query',
    repeat: 'Gives the same answer until the guest starts again or moves.',
    signature: { follows: 'today', why: 'the context says who asks' },
    upstream: { status: 'changed', since: 'Icehouse', note: 'context joined; returns an object' },
    libvirt: [
      'Both ports are in the live XML; -1 or none means that nothing listens.',
      "A user's token is made above, not here.",
    ],
    verify: 'virsh domdisplay --type spice agrees, and a link message gets the answer REDQ.',
  },
  getConsolePoolInfo: {
    name: 'get_console_pool_info',
    kind: 'query',
    params: z.strictObject({ consoleType: z.string().min(1).max(64).describe('Kind of console, e.g. vnc.') }),
    result: consolePool,
    summary: 'Says where a shared console proxy answers.',
    before: [],
    promises: { connection: 'Address, user name and password of the proxy for that kind of console.' },
    errors: [{ code: 'NOT_IMPLEMENTED', when: 'the driver has no such proxy' }],
    idempotency: 'query',
    repeat: 'Constant.',
    signature: { follows: 'seed', why: 'upstream removed it, so the seed is all there is' },
    upstream: { status: 'removed', since: 'Wallaby', note: 'pools of consoles belonged to XenAPI' },
    libvirt: ["Nova's libvirt driver answered made-up constants."],
    verify: "Opening the address gives the proxy's banner.",
  },
});
