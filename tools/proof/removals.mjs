/**
 * A check must be seen to fail. For each mechanism of the list: a copy of the sources without it, and the quick tests that should notice.
 * Prints a table; ends with 1 when a mechanism can be taken out unnoticed, when the tests do not pass with all of them in, or when an edit
 * no longer fits the code. Arguments: `--sample <n>` tries n of them, other ones each day; words try those whose names hold one of them.
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

/**
 * The mechanisms to try. A sample takes turns with the days, so that a week or so sees them all.
 * @param {string[]} args
 */
function choose(args) {
  const at = args.indexOf('--sample');
  if (at < 0) return mechanisms.filter(({ name }) => args.length === 0 || args.some((word) => name.includes(word)));
  const size = Number(args[at + 1]);
  if (!Number.isInteger(size) || size < 1)
    throw new Error('--sample: expected a whole number above 0, such as --sample 6');
  const day = Math.floor(Date.now() / 86_400_000);
  const first = (day * size) % mechanisms.length;
  return [...mechanisms, ...mechanisms].slice(first, first + Math.min(size, mechanisms.length));
}

async function main() {
  const wanted = choose(process.argv.slice(2));
  if (wanted.length === 0)
    throw new Error('no mechanism has a name with one of these words; see tools/proof/mechanisms.mjs');
  const whole = copyWorkspace();
  try {
    const tests = [...new Set(wanted.flatMap((mechanism) => mechanism.tests))];
    const { passed, failed, text } = await runTests(whole, tests);
    if (failed > 0 || passed === 0) throw new Error(`the tests do not pass with every mechanism in:\n${text}`);
    process.stdout.write(
      `${wanted.length} of ${mechanisms.length} mechanisms; with all of them in, ${passed} tests pass. Without:\n`,
    );
  } finally {
    rmSync(whole, { recursive: true, force: true });
  }
  const problems = await tryAll(wanted);
  for (const [{ name }, text] of problems) process.stderr.write(`\n${name}: no test noticed its removal\n${text}\n`);
  process.stdout.write(`${wanted.length - problems.size} of ${wanted.length} removals were noticed\n`);
  return problems.size === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main().catch((error) => {
    process.stderr.write(`${error?.message ?? error}\n`);
    return 1;
  });
}
