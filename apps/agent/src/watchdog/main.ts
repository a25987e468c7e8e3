/** The watchdog's process: `node main.ts --config FILE`; `node disarm.ts SOCKET` takes it off. */
import { readConfigFile, runProcess } from '@chronovirt/runtime';
import { pino } from 'pino';
import { watchdogConfig } from './config.ts';
import { Keeper } from './keeper.ts';

await runProcess('watchdog', async (file) => {
  const config = readConfigFile(watchdogConfig, file);
  const log = pino({ level: config.log.level, base: { app: 'watchdog', host: config.host, pid: process.pid } });
  const keeper = new Keeper(config, log);
  await keeper.start();
  return {
    ready: Promise.resolve(),
    over: new Promise<string>(() => {}),
    stop: () => keeper.stop(),
    ending: (why) => log.info({ why }, 'watchdog ends; it stays armed for its next start'),
  };
});
