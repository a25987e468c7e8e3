/** Child processes that cannot outlive the agent, nor the effect that needs them. */
import { spawn } from 'node:child_process';
import { DriverError } from '@chronovirt/contract';
import type { EffectContext } from '@chronovirt/contract';

/** As much of what a child says as is worth keeping. */
const LONGEST_WORD = 4096;

/** By which right, and for how long, a child runs. */
type Right = Pick<EffectContext, 'permit' | 'remainingMs'>;

/**
 * Runs a program to its end and returns the end of what it printed; throws `COMMAND_FAILED` when it fails, with what it wrote to its
 * standard error. `setpriv` has the kernel kill it the moment this process dies, so nobody is left who writes to a file that a later
 * run believes to be its own. It is killed when the permit is revoked or the time is up, and has ended when this returns.
 */
export async function runChild(command: string, args: readonly string[], context: Right): Promise<string> {
  context.permit.check();
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', command, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that what the program starts can be ended with it.
    detached: true,
  });
  let printed = '';
  let said = '';
  child.stdout
    .setEncoding('utf8')
    .on('data', (text: string) => void (printed = `${printed}${text}`.slice(-LONGEST_WORD)));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said = `${said}${text}`.slice(-LONGEST_WORD)));
  child.once('error', reject);
  child.once('close', (code) => resolve(code));
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has ended already.
    }
  };
  const timer = setTimeout(kill, Math.max(0, context.remainingMs()));
  context.permit.signal.addEventListener('abort', kill, { once: true });
  try {
    const code = await ended;
    context.permit.check();
    if (code !== 0)
      throw new DriverError('COMMAND_FAILED', `${command} ended with ${code ?? 'a signal'}: ${said.trim()}`);
    return printed.trim();
  } finally {
    clearTimeout(timer);
    context.permit.signal.removeEventListener('abort', kill);
  }
}
