/** The agent's process: `node main.ts --config FILE`. Guests run on when it ends. */
import { readConfigFile, runProcess } from '@chronovirt/runtime';
import { pino } from 'pino';
import { startAgent } from './agent.ts';
import { agentConfig } from './config.ts';

await runProcess('agent', async (file) => {
  const config = readConfigFile(agentConfig, file);
  const log = pino({ level: config.log.level, base: { app: 'agent', host: config.host, pid: process.pid } });
  const { recovered, over, stop } = await startAgent(config, log);
  return { ready: recovered, over, stop, ending: (why) => log.info({ why }, 'agent ends') };
});
