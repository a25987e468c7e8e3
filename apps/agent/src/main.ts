/** The agent's process: `node main.ts --config FILE`. SIGTERM and SIGINT end it in order; guests run on. */
import { parseArgs } from 'node:util';
import { ChronovirtError } from '@chronovirt/contract';
import { pino } from 'pino';
import { startAgent } from './agent.ts';
import { readConfig } from './config.ts';

const usage = 'usage: agent --config FILE\n';

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help || values.config === undefined) {
    process.stderr.write(usage);
    return values.help ? 0 : 2;
  }
  const config = readConfig(values.config);
  const log = pino({ level: config.log.level, base: { app: 'agent', host: config.host, pid: process.pid } });
  const asked = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
  const agent = await startAgent(config, log);
  await Promise.race([agent.recovered, agent.over, asked]);
  process.send?.({ ready: true });
  const ending = await Promise.race([
    asked.then((signal) => ({ why: signal, code: 0 })),
    agent.over.then((why) => ({ why, code: 1 })),
  ]);
  log.info(ending, 'agent ends');
  await agent.stop();
  return ending.code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `agent: ${error instanceof ChronovirtError ? `${error.code}: ${error.message}` : String((error as Error)?.stack ?? error)}\n`,
    );
    process.exit(error instanceof ChronovirtError && error.code === 'INVALID_INPUT' ? 2 : 1);
  },
);
