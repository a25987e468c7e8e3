/** Child processes for set-up: one that must succeed, and one that is asked. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A command that set-up needed ended badly. `command`, `status` and the end of its output tell how. */
export class CommandFailed extends Error {
  code = 'SETUP_COMMAND_FAILED';

  /** @param {string[]} command @param {string} how @param {string} output */
  constructor(command, how, output) {
    super(`${command.join(' ')}: ${how}${output ? `\n${lastLines(output, 12)}` : ''}`);
    this.command = command;
    this.output = output;
  }
}

/**
 * Runs a command to its end and answers with what it wrote to stdout.
 * @param {string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, input?: string, onLine?: (line: string) => void }} [options] `onLine` sees
 *   every line of stdout and stderr as it comes
 * @returns {Promise<string>}
 * @throws {CommandFailed}
 */
export function run(command, options = {}) {
  const [file, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(/** @type {string} */ (file), args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    let stdout = '';
    let all = '';
    const take = (/** @type {boolean} */ out) => {
      let rest = '';
      return (/** @type {string} */ text) => {
        if (out) stdout += text;
        all += text;
        if (!options.onLine) return;
        const lines = (rest + text).split(/\r?\n/);
        rest = lines.pop() ?? '';
        for (const line of lines) options.onLine(line);
      };
    };
    child.stdout?.setEncoding('utf8').on('data', take(true));
    child.stderr?.setEncoding('utf8').on('data', take(false));
    child.on('error', (cause) => reject(new CommandFailed(command, cause.message, '')));
    child.on('close', (status, signal) => {
      if (status === 0) resolve(stdout);
      else reject(new CommandFailed(command, signal ? `ended by ${signal}` : `exit code ${status}`, all));
    });
    // A command that ends without reading all of its input says itself how it ended.
    child.stdin?.on('error', () => {});
    if (options.input !== undefined) child.stdin?.end(options.input);
  });
}

/**
 * Asks a quick command; its exit code is part of the answer.
 * @param {string[]} command
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, timeoutMs?: number }} [options]
 * @returns {{ ok: boolean, stdout: string, stderr: string }}
 */
export function ask(command, options = {}) {
  const [file, ...args] = command;
  const done = spawnSync(/** @type {string} */ (file), args, {
    encoding: 'utf8',
    env: options.env ?? process.env,
    cwd: options.cwd,
    timeout: options.timeoutMs,
    maxBuffer: 64 << 20,
  });
  return { ok: done.status === 0, stdout: done.stdout ?? '', stderr: done.stderr ?? '' };
}

/**
 * The full path of a program on PATH, with the administrator's directories that a user's PATH may lack.
 * @param {string} name
 * @returns {string | undefined}
 */
export function which(name) {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  for (const directory of directories.filter(Boolean)) {
    const path = join(directory, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return undefined;
}

/** @param {string} text @param {number} count */
function lastLines(text, count) {
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
