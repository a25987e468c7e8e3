/** The coordinator's process: `node main.ts --config FILE`. With `--verify` it only reads the spine, beside whatever coordinator runs. */
import { CLUSTER } from '@chronovirt/contract';
import { verifyStored } from '@chronovirt/nats-adapter';
import { readConfigFile, runProcess } from '@chronovirt/runtime';
import { pino } from 'pino';
import { processConfig } from './config/process-config.ts';
import { startCoordinator } from './coordinator.ts';

await runProcess(
  'coordinator',
  async (file) => {
    const config = readConfigFile(processConfig, file);
    const log = pino({ level: config.log.level, base: { app: 'coordinator', pid: process.pid } });
    const { address, over, stop } = await startCoordinator(config, log);
    log.info({ address }, 'coordinator serves');
    return {
      ready: Promise.resolve(),
      about: { address },
      over,
      stop,
      ending: (why) => log.info({ why }, 'coordinator ends'),
    };
  },
  (file, say) => verifyStored(readConfigFile(processConfig, file).nats, CLUSTER, 'coordinator', say),
);
