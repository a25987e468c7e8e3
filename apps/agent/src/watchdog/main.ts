/** The watchdog's process: `node main.ts --config FILE`. `node main.ts --disarm SOCKET` takes one off that runs. */
import { readConfigFile, runProcess } from '@chronovirt/runtime';
import { pino } from 'pino';
import { watchdogConfig } from './config.ts';
import { disarm } from './disarm.ts';
import { Keeper } from './keeper.ts';

const [, , option, socket] = process.argv;
if (option === '--disarm' && socket !== undefined) {
  try {
    await disarm(socket);
    process.stdout.write('the watchdog is off\n');
  } catch (error) {
    process.stderr.write(`watchdog: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
} else {
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
}
