/**
 * A check must be seen to fail. For each mechanism of the list: a copy of the sources without it, and the quick tests that should notice.
 * Prints a table; ends with 1 when a mechanism can be taken out unnoticed, when the tests do not pass with all of them in, or when an edit
 * no longer fits the code. Arguments: words that name the mechanisms to try; none = all.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mechanisms } from './mechanisms.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** @typedef {import('./mechanisms.mjs').Mechanism} Mechanism */
/** @typedef {{ passed: number, failed: number, first: string, text: string }} Verdict */

/** A copy of the libraries with a `node_modules` of links, in which our own names lead to the copy. */
export function copyWorkspace() {
  const copy = mkdtempSync(join(tmpdir(), 'chronovirt-removals-'));
  const skip = `${sep}node_modules`;
  cpSync(join(root, 'libs'), join(copy, 'libs'), { recursive: true, filter: (path) => !path.endsWith(skip) });
  for (const empty of ['apps', 'tools', join('node_modules', '@chronovirt')])
    mkdirSync(join(copy, empty), { recursive: true });
  for (const file of ['package.json', 'tsconfig.base.json', 'vitest.config.ts'])
    cpSync(join(root, file), join(copy, file));
  const modules = join(root, 'node_modules');
  for (const name of readdirSync(modules)) {
    if (name !== '@chronovirt' && (name === '.bin' || !name.startsWith('.')))
      symlinkSync(join(modules, name), join(copy, 'node_modules', name));
  }
  for (const name of readdirSync(join(copy, 'libs')))
    symlinkSync(join(copy, 'libs', name), join(copy, 'node_modules', '@chronovirt', name));
  return copy;
}

/**
 * Applies the edits in the copy; returns the way back. Throws when a text is not there exactly once.
 * @param {string} copy
 * @param {Mechanism} mechanism
 */
export function takeOut(copy, { name, edits }) {
  /** @type {Map<string, string>} */
  const before = new Map();
  const restore = () => before.forEach((text, path) => writeFileSync(path, text));
  for (const { file, find, put } of edits) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(find).length !== 2) {
      restore();
      throw new Error(
        `${name}: ${file} does not hold exactly once: ${find.trim()}\nThe code has changed: let tools/proof/mechanisms.mjs follow.`,
      );
    }
    if (!before.has(path)) before.set(path, text);
    writeFileSync(
      path,
      text.replace(find, () => put),
    );
  }
  return restore;
}

/**
 * @param {string} copy
 * @param {string[]} tests
 * @returns {Promise<Verdict>}
 */
function runTests(copy, tests) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const args = ['run', '--reporter=json', `--outputFile=${report}`, '--bail=1', ...tests];
  return new Promise((resolve, reject) => {
    const child = spawn(
      join(root, 'node_modules', '.bin', 'node'),
      [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args],
      { cwd: copy, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    child.on('error', reject);
    child.on('exit', () => {
      /** @type {any} */
      let written = null;
      try {
        written = JSON.parse(readFileSync(report, 'utf8'));
      } catch {
        return resolve({ passed: 0, failed: 0, first: '', text });
      }
      const failed = written.testResults
        .flatMap((/** @type {any} */ file) => file.assertionResults)
        .filter((/** @type {any} */ test) => test.status === 'failed');
      resolve({
        passed: written.numPassedTests,
        failed: failed.length,
        first: failed[0]?.fullName ?? '',
        text: `${text}\n${failed[0]?.failureMessages?.[0] ?? ''}`,
      });
    });
  });
}

/** @param {Mechanism[]} wanted */
async function tryAll(wanted) {
  /** @type {Map<Mechanism, string>} */
  const problems = new Map();
  const queue = [...wanted];
  const total = Math.max(...wanted.map(({ name }) => name.length));
  const work = async () => {
    const copy = copyWorkspace();
    try {
      for (let mechanism = queue.shift(); mechanism !== undefined; mechanism = queue.shift()) {
        const restore = takeOut(copy, mechanism);
        const began = Date.now();
        const { failed, first, text } = await runTests(copy, mechanism.tests);
        restore();
        const isRed = failed > 0;
        if (!isRed) problems.set(mechanism, text.trim().split('\n').slice(-15).join('\n'));
        process.stdout.write(
          `${isRed ? 'red ' : 'GREEN'} ${mechanism.name.padEnd(total)} ${((Date.now() - began) / 1000).toFixed(1).padStart(5)} s  ${isRed ? first : 'nothing failed without it'}\n`,
        );
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism(), wanted.length) }, work));
  return problems;
}

async function main() {
  const words = process.argv.slice(2);
  const wanted = mechanisms.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
  if (wanted.length === 0) throw new Error(`no mechanism is named like ${words.join(', ')}`);
  const whole = copyWorkspace();
  try {
    const tests = [...new Set(wanted.flatMap((mechanism) => mechanism.tests))];
    const { passed, failed, text } = await runTests(whole, tests);
    if (failed > 0 || passed === 0) throw new Error(`the tests do not pass with every mechanism in:\n${text}`);
    process.stdout.write(`${wanted.length} mechanisms; with all of them in, ${passed} tests pass. Without:\n`);
  } finally {
    rmSync(whole, { recursive: true, force: true });
  }
  const problems = await tryAll(wanted);
  for (const [{ name }, text] of problems) process.stderr.write(`\n${name}: no test noticed its removal\n${text}\n`);
  process.stdout.write(`${wanted.length - problems.size} of ${wanted.length} removals were noticed\n`);
  return problems.size === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error) => {
  process.stderr.write(`${error?.message ?? error}\n`);
  return 1;
});
