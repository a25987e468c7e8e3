import { z } from 'zod';

/** Where a graphical console of a guest listens. */
export const vncConsole = z.strictObject({
  host: z.string().describe('Address that a console proxy connects to.'),
  port: z.int().min(1).max(65535).describe('TCP port.'),
  internalAccessPath: z.string().nullable().describe('Path behind a shared port; null = the port is the guest alone.'),
});
export type VncConsole = z.infer<typeof vncConsole>;

/** As for VNC, with the port for TLS. */
export const spiceConsole = vncConsole.extend({
  port: z.int().min(1).max(65535).nullable().describe('Plain port; null = TLS only.'),
  tlsPort: z.int().min(1).max(65535).nullable().describe('Port for TLS; null = none.'),
});
export type SpiceConsole = z.infer<typeof spiceConsole>;

/** Where a shared console proxy answers, and as whom to log in. */
export const consolePool = z.strictObject({
  address: z.string().describe('Where it answers.'),
  username: z.string().describe('As whom to log in.'),
  password: z.string().describe('Secret: never stored or logged.'),
});
export type ConsolePool = z.infer<typeof consolePool>;
