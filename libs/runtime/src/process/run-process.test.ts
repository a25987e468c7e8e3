import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const frame = fileURLToPath(new URL('run-process.ts', import.meta.url));
const script = `import { runProcess } from ${JSON.stringify(frame)}; await runProcess('agent', () => { throw new Error('started'); });`;

/** A server process with these arguments, to its end. */
const ended = (...args: string[]) =>
  new Promise<{ code: number; err: string }>((resolve) => {
    const command = ['--conditions', 'development', '--input-type=module', '--eval', script, '--', ...args];
    execFile(process.execPath, command, (error, _out, err) => resolve({ code: Number(error?.code ?? 0), err }));
  });

test.each([[[]], [['--bogus']], [['--config']], [['here.json']]])('wrong use is told in words: %j', async (args) => {
  const { code, err } = await ended(...args);
  expect(code).toBe(2);
  expect(err).toMatch(/^usage: agent --config FILE$/m);
  expect(err).not.toMatch(/^ {4}at /m);
});
