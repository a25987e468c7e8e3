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
    // @@get_console_output
  },
  getVncConsole: {
    name: 'get_vnc_console',
    kind: 'query',
    params: z.strictObject({ context, instance }),
    result: vncConsole,
    // @@get_vnc_console
  },
  getSpiceConsole: {
    name: 'get_spice_console',
    kind: 'query',
    params: z.strictObject({ context, instance }),
    result: spiceConsole,
    // @@get_spice_console
  },
  getConsolePoolInfo: {
    name: 'get_console_pool_info',
    kind: 'query',
    params: z.strictObject({ consoleType: z.string().min(1).max(64).describe('Kind of console, e.g. vnc.') }),
    result: consolePool,
    // @@get_console_pool_info
  },
});
