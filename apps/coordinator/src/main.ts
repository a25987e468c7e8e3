/** The coordinator's process: `node main.ts --config FILE`. SIGTERM and SIGINT end it in order. */
import { parseArgs } from 'node:util';
import { ChronovirtError } from '@chronovirt/contract';
import { pino } from 'pino';
import { readConfig } from './config/process-config.ts';
import { startCoordinator } from './coordinator.ts';

const usage = 'usage: coordinator --config FILE\n';

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean' } } });
  if (values.help || values.config === undefined) {
    process.stderr.write(usage);
    return values.help ? 0 : 2;
  }
  const config = readConfig(values.config);
  const log = pino({ level: config.log.level, base: { app: 'coordinator', pid: process.pid } });
  const asked = new Promise<string>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(signal));
  });
  const coordinator = await startCoordinator(config, log);
  log.info({ address: coordinator.address }, 'coordinator serves');
  process.send?.({ ready: true, address: coordinator.address });
  const ending = await Promise.race([
    asked.then((why) => ({ why, code: 0 })),
    coordinator.over.then((why) => ({ why, code: 1 })),
  ]);
  log.info(ending, 'coordinator ends');
  await coordinator.stop();
  return ending.code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(
      `coordinator: ${error instanceof ChronovirtError ? `${error.code}: ${error.message}` : String((error as Error)?.stack ?? error)}\n`,
    );
    process.exit(error instanceof ChronovirtError && error.code === 'INVALID_INPUT' ? 2 : 1);
  },
);
