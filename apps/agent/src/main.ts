/** The agent's process: `node main.ts --config FILE`. Guests run on when it ends. With `--verify` it only reads, beside whatever agent runs. */
import { verifyStored } from '@chronovirt/nats-adapter';
import { readConfigFile, runProcess } from '@chronovirt/runtime';
import { pino } from 'pino';
import { startAgent } from './agent.ts';
import { agentConfig } from './config.ts';

await runProcess(
  'agent',
  async (file) => {
    const config = readConfigFile(agentConfig, file);
    const log = pino({ level: config.log.level, base: { app: 'agent', host: config.host, pid: process.pid } });
    const { recovered, over, stop } = await startAgent(config, log);
    return { ready: recovered, over, stop, ending: (why) => log.info({ why }, 'agent ends') };
  },
  (file, say) => {
    const { host, nats } = readConfigFile(agentConfig, file);
    return verifyStored(nats, host, `agent-${host}`, say);
  },
);
