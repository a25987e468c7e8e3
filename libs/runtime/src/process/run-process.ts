/**
 * The frame of a server process: `--config FILE`, ready when it says so, ended in order by SIGTERM or SIGINT, or by its own reason. With
 * `--verify`, where it has histories to verify, it does that and ends. Exit codes: 0 ended as told, 1 could not start or go on, or what
 * was verified differs, 2 wrong use.
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

/** Verifies what this process would go on from; resolves with whether all of it agrees with this version. */
type Verify = (configFile: string, say: (line: string) => void) => Promise<boolean>;

/** Runs a server to its end, or its verification, and exits the process. */
export async function runProcess(
  name: string,
  start: (configFile: string) => Promise<Running>,
  verify?: Verify,
): Promise<never> {
  try {
    process.exit(await serve(name, start, verify));
  } catch (error) {
    const isOurs = error instanceof ChronovirtError;
    process.stderr.write(
      `${name}: ${isOurs ? `${error.code}: ${error.message}` : String((error as Error)?.stack ?? error)}\n`,
    );
    process.exit(isOurs && error.code === 'INVALID_INPUT' ? 2 : 1);
  }
}

/** The configuration that the command line names, or the exit code of one that starts nothing. */
function asksFor(name: string, canVerify: boolean): { config: string; verifies: boolean } | number {
  const usage = canVerify
    ? `usage: ${name} --config FILE [--verify]\n\n  --verify  only read every history, compare it with what this version makes of it, and say what differs\n`
    : `usage: ${name} --config FILE\n`;
  try {
    const options = { config: { type: 'string' }, help: { type: 'boolean' } } as const;
    const { values } = parseArgs({
      options: canVerify ? { ...options, verify: { type: 'boolean' } as const } : options,
    });
    const verifies = 'verify' in values && values.verify === true;
    if (values.help !== true && values.config !== undefined) return { config: values.config, verifies };
    process[values.help === true ? 'stdout' : 'stderr'].write(usage);
    return values.help === true ? 0 : 2;
  } catch (error) {
    process.stderr.write(`${name}: ${(error as Error).message}\n${usage}`);
    return 2;
  }
}

async function serve(
  name: string,
  start: (configFile: string) => Promise<Running>,
  verify: Verify | undefined,
): Promise<number> {
  const asked = asksFor(name, verify !== undefined);
  if (typeof asked === 'number') return asked;
  const signalled = new Promise<{ why: string; code: number }>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve({ why: signal, code: 0 }));
  });
  // A start may wait long for what is not there yet, a NATS server for one: such a wait alone keeps no process alive.
  const alive = setInterval(() => {}, 2 ** 30);
  if (asked.verifies && verify !== undefined) {
    const agrees = await Promise.race([verify(asked.config, (line) => process.stdout.write(`${line}\n`)), signalled]);
    return agrees === true ? 0 : 1;
  }
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
