import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A program of the system as a process of its own, which dies with this one. */
export interface Program {
  readonly child: ChildProcess;
  /** What it said when it was ready; rejects with the end of its log when it ended before. */
  readonly ready: Promise<unknown>;
}

/** Starts `main` with a configuration; that and the log are `<name>.json` and `<name>.log` in the directory. */
export function startProgram(directory: string, name: string, main: string, config: object | undefined): Program {
  const file = join(directory, `${name}.json`);
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  const logFile = join(directory, `${name}.log`);
  const log = openSync(logFile, 'a');
  const command = ['--pdeathsig', 'KILL', process.execPath, main, '--config', file];
  const child = spawn('setpriv', command, { stdio: ['ignore', log, log, 'ipc'] });
  closeSync(log);
  const ready = new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', (code) =>
      reject(new Error(`${name} ended with ${code}:\n${readFileSync(logFile, 'utf8').slice(-2_000)}`)),
    );
  });
  return { child, ready };
}
