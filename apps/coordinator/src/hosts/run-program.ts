/** Runs a program of the configuration as a child with a deadline. */
import { spawn } from 'node:child_process';
import { DriverError } from '@chronovirt/contract';
import type { HostProgram } from './fleet-config.ts';

/** What is kept of its output, in characters. */
const KEPT = 300;

/**
 * Resolves with the end of what it printed when it exits with 0. Throws `COMMAND_FAILED` for every other end, a deadline and a program that
 * is not there included. It is killed with its children when it takes too long, or when the signal fires.
 */
export function runProgram(
  { command: [program = '', ...args], timeoutMs }: HostProgram,
  host: string,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    // A group of its own, so that what it starts ends with it.
    const child = spawn(
      program,
      args.map((arg) => arg.replaceAll('{host}', host)),
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    );
    let said = '';
    const hear = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-KEPT));
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    let why: string | null = null;
    const kill = (because: string): void => {
      why ??= because;
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const timer = setTimeout(() => kill(`it took longer than ${timeoutMs} ms`), timeoutMs);
    const onAbort = (): void => kill('it was called off');
    signal.addEventListener('abort', onAbort, { once: true });
    const over = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    child.once('error', (error) => {
      over();
      reject(new DriverError('COMMAND_FAILED', `${program} cannot be run: ${error.message}`, { cause: error }));
    });
    child.once('close', (code, killed) => {
      over();
      if (signal.aborted) return reject(signal.reason);
      if (why === null && code === 0) return resolve(said.trim());
      const end = why ?? (code === null ? `it was ended by ${killed}` : `it ended with ${code}`);
      reject(new DriverError('COMMAND_FAILED', `${program}: ${end}${said === '' ? '' : `: ${said.trim()}`}`));
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
