/** What a watchdog is told: a JSON file, by `--config FILE`. An unknown field is an error. */
import { hostName } from '@chronovirt/contract';
import { z } from 'zod';

const path = z.string().min(1).startsWith('/', 'expected an absolute path');

export const watchdogConfig = z.strictObject({
  /** The host whose guests it watches over. */
  host: hostName,
  /** Socket that the agent of this host connects to; in a directory that only root may write. */
  socket: path,
  /** Milliseconds without a confirmation of the host's term after which the guests are ended. */
  boundMs: z.int().min(1_000).max(3_600_000),
  /** Milliseconds between two looks at the clock. */
  checkMs: z.int().min(10).max(10_000).default(250),
  /** How guests are ended: every process of a control group, a command, or both. */
  kill: z
    .strictObject({
      /** Directory of the control group under which all guests of this host run, and nothing else. */
      cgroup: path.optional(),
      /** A program and its arguments; begun again for as long as nothing is confirmed. */
      command: z.array(z.string().min(1)).min(1).optional(),
    })
    .refine(({ cgroup, command }) => cgroup !== undefined || command !== undefined, {
      message: 'expected cgroup or command: without one nothing can be ended',
    }),
  /** File in which it remembers, over its own restarts, that it is armed; it should be gone after a boot. Left out: beside the socket. */
  stateFile: path.optional(),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .default({ level: 'info' }),
});
export type WatchdogConfig = z.infer<typeof watchdogConfig>;
