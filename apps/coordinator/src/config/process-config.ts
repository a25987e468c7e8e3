/** What the coordinator's process is told: a JSON file, by `--config FILE`. An unknown field is an error. */
import { serverAddresses, serverTls } from '@chronovirt/nats-adapter';
import { z } from 'zod';
import { fleetConfig } from '../hosts/fleet-config.ts';
import { coordinatorConfig } from './coordinator-config.ts';

const path = z.string().min(1).startsWith('/', 'expected an absolute path');

export const processConfig = z.strictObject({
  /** Which cluster this is; one coordinator of it runs on a machine at a time. */
  cluster: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .default('default'),
  nats: z.strictObject({ servers: serverAddresses, nkeySeedFile: path.optional(), tls: serverTls.optional() }),
  /** Key file (32 bytes, 0600) under which the instances' data keys are wrapped. */
  secretsKeyFile: path,
  /** File with the API's bearer token, 0600. */
  tokenFile: path,
  /**
   * Directory where is kept, from start to start, what was found about histories that an older version has decided. Nothing is lost with it;
   * left out, those are folded anew by each start.
   */
  stateDirectory: path.optional(),
  api: coordinatorConfig,
  /** Milliseconds without a report after which a host counts as not alive. */
  hostAliveMs: z.int().min(500).default(5_000),
  /** Hosts: when they count as lost, how they are fenced. */
  fleet: fleetConfig.default(fleetConfig.parse({})),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .default({ level: 'info' }),
});
export type ProcessConfig = z.infer<typeof processConfig>;
