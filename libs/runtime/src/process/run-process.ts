/**
 * The frame of a server process: `--config FILE`, ready when it says so, ended in order by SIGTERM or SIGINT, or by its own reason.
 * Exit codes: 0 ended as told, 1 could not start or go on, 2 wrong use.
 */
import { flushCompileCache } from 'node:module';
import { parseArgs } from 'node:util';
import { ChronovirtError } from '@chronovirt/contract';

/** A server that runs. */
export interface Running {
  /** Resolves when it serves all; until then a signal ends it, too. */
  readonly ready: Promise<unknown>;
  /** Told to a parent process with `ready` (an address, …). */
  readonly about?: object;
  /** Resolves with the reason when this process may not go on. */
  readonly over: Promise<string>;
  stop(): Promise<void>;
  /** Called with why it ends. */
  ending?(why: string): void;
}

/** Runs a server to its end and exits the process. */
export async function runProcess(name: string, start: (configFile: string) => Promise<Running>): Promise<never> {
  try {
    process.exit(await serve(name, start));
  } catch (error) {
    const isOurs = error instanceof ChronovirtError;
    process.stderr.write(
      `${name}: ${isOurs ? `${error.code}: ${error.message}` : String((error as Error)?.stack ?? error)}\n`,
    );
    process.exit(isOurs && error.code === 'INVALID_INPUT' ? 2 : 1);
  }
}

/** The configuration that the command line names, or the exit code of one that starts nothing. */
function asksFor(name: string): { config: string } | number {
  const usage = `usage: ${name} --config FILE\n`;
  try {
    const { values } = parseArgs({ options: { config: { type: 'string' }, help: { type: 'boolean' } } });
    if (values.help !== true && values.config !== undefined) return { config: values.config };
    process[values.help === true ? 'stdout' : 'stderr'].write(usage);
    return values.help === true ? 0 : 2;
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n${usage}`);
    return 2;
  }
}

async function serve(name: string, start: (configFile: string) => Promise<Running>): Promise<number> {
  const asked = asksFor(name);
  if (typeof asked === 'number') return asked;
  const signalled = new Promise<{ why: string; code: number }>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve({ why: signal, code: 0 }));
  });
  // A start may wait long for what is not there yet, a NATS server for one: such a wait alone keeps no process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  const running = await Promise.race([start(asked.config), signalled]);
  if (!('stop' in running)) return running.code;
  const over = running.over.then((why) => ({ why, code: 1 }));
  const isReady = await Promise.race([
    running.ready.then(() => true),
    over.then(() => false),
    signalled.then(() => false),
  ]);
  if (isReady) process.send?.({ ready: true, ...running.about });
  // Now, since a kill leaves no time for it; does nothing where no compiled code is kept.
  flushCompileCache();
  const { why, code } = await Promise.race([signalled, over]);
  running.ending?.(why);
  await running.stop();
  clearInterval(alive);
  return code;
}
