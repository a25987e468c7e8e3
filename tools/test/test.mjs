/**
 * `npm test`: set-up, then every check there is, in the order in which a failure is cheapest to read. Stops at the first stage that
 * fails. `--quick` (npm run check) leaves out what needs real parts; `--full` (npm run test:full) adds the long matrices.
 */
import { mkdtempSync, readFileSync, existsSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setup } from '../setup/setup.mjs';
import { root, run } from '../run/pinned-node.mjs';

const quick = process.argv.includes('--quick');
const full = process.argv.includes('--full');
const reports = mkdtempSync(join(tmpdir(), 'chronovirt-test-'));

const vitest = (name, ...args) => ({
  name,
  command: [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${join(reports, `${name}.json`)}`,
    ...args,
  ],
  report: join(reports, `${name}.json`),
});

const stages = [
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'lint', command: ['oxlint', '--deny-warnings', '.'] },
  { name: 'boundaries', command: ['depcruise', '--config', 'tools/boundaries/rules.cjs', 'libs', 'apps', 'tools'] },
  { name: 'types', command: ['nx', 'run-many', '-t', 'typecheck', '--outputStyle=stream'] },
  vitest('quick'),
  // That the tests would notice is tested, too: a sample of the mechanisms is taken out each day, all of them in the full run.
  ...(quick
    ? []
    : [{ name: 'removals', command: ['node', 'tools/proof/removals.mjs', ...(full ? [] : ['--sample', '5'])] }]),
  ...(quick ? [] : [vitest('real parts', '--config', 'vitest.int.config.ts')]),
];

const counts = { passed: 0, failed: 0, skipped: 0 };
/** Adds up what vitest wrote; a stage without a report counts as one check. */
function count(stage, code) {
  if (stage.report && existsSync(stage.report)) {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(
      readFileSync(stage.report, 'utf8'),
    );
    counts.passed += numPassedTests;
    counts.failed += numFailedTests + (code !== 0 && numFailedTests === 0 ? 1 : 0);
    counts.skipped += numPendingTests + numTodoTests;
  } else counts[code === 0 ? 'passed' : 'failed'] += 1;
}

async function main() {
  if (process.env.CHRONOVIRT_SKIP_SETUP !== '1') await setup({ for: 'test' });
  for (const stage of stages) {
    const began = Date.now();
    process.stdout.write(`\n== ${stage.name}\n`);
    const [command, ...args] = stage.command;
    const code = await run(join(root, 'node_modules', '.bin', command), args, {
      env: full ? { CHRONOVIRT_FULL: '1' } : {},
    });
    count(stage, code);
    process.stdout.write(
      `== ${stage.name}: ${code === 0 ? 'ok' : `failed (exit ${code})`} in ${((Date.now() - began) / 1000).toFixed(1)} s\n`,
    );
    if (code !== 0) break;
  }
  rmSync(reports, { recursive: true, force: true });
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  return counts.failed === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error) => {
  process.stderr.write(`${error?.stack ?? error}\n`);
  return 1;
});
