import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { PermitRevokedError } from '@chronovirt/contract';
import { until } from '@chronovirt/testing/lab';
import { effectContext } from '../testing/effect-context.ts';
import { someUuid } from '../testing/records.ts';
import { runChild } from './child-process.ts';

/** Process ids whose command line holds a text. */
const processesWith = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && commandLine(name).includes(`\0${text}\0`))
    .map(Number);

/** A process may go while we look. */
function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
}

/** A sleep that no other test has, in this run or another one. */
let count = 0;
const someSleep = (): string => `${1_000 + process.pid}.${(count += 1)}`;
const started: number[] = [];
afterEach(() => {
  for (const pid of started.splice(0)) process.kill(pid, 'SIGKILL');
});

describe('a child process', () => {
  it('fails with what it said', async () => {
    await expect(runChild('sh', ['-c', 'echo no space >&2; exit 3'], effectContext(someUuid()))).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'sh ended with 3: no space',
    });
  });

  it('is killed when the permit is revoked, and has ended when the call returns', async () => {
    const context = effectContext(someUuid());
    const sleep = someSleep();
    const running = runChild('sleep', [sleep], context);
    await until(() => processesWith(sleep).length > 0, { what: 'the child runs' });
    context.revoke();
    await expect(running).rejects.toBeInstanceOf(PermitRevokedError);
    expect(processesWith(sleep)).toEqual([]);
  });

  it('is killed when the time is up', async () => {
    const sleep = someSleep();
    await expect(runChild('sleep', [sleep], effectContext(someUuid(), { timeMs: 200 }))).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    });
    expect(processesWith(sleep)).toEqual([]);
  });

  it('fails when somebody kills it', async () => {
    const sleep = someSleep();
    const running = runChild('sleep', [sleep], effectContext(someUuid()));
    const [pid] = await until(() => (processesWith(sleep).length > 0 ? processesWith(sleep) : null), {
      what: 'the child runs',
    });
    process.kill(pid!, 'SIGKILL');
    await expect(running).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: expect.stringContaining('a signal'),
    });
  });

  it('dies with the process that started it, also when that is killed', async () => {
    const sleep = someSleep();
    const module = new URL('child-process.ts', import.meta.url).href;
    const context = new URL('../testing/effect-context.ts', import.meta.url).href;
    const script = `import { runChild } from '${module}'; import { effectContext } from '${context}'; await runChild('sleep', ['${sleep}'], effectContext('x'));`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
    started.push(parent.pid!);
    await until(() => processesWith(sleep).length > 0, { what: 'the grandchild runs' });
    parent.kill('SIGKILL');
    started.pop();
    await until(() => processesWith(sleep).length === 0, { what: 'the grandchild is gone' });
  });
});
