/** `npm run test:matrix`: the cells that were asked for, one after the other; what each came to is written down at once. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { bestNatsServer, missingForTwoHosts, natsVersion } from '@chronovirt/testing/lab';
import { seed } from '../../apps/agent/src/proof/rotation.ts';
import { Bench } from './bench.ts';
import type { CellResult } from './cell.ts';
import { cellsOf, type Cell } from './cells.ts';
import type { Operation } from './operation.ts';
import { readOptions, usage } from './options.ts';
import { readOutcome, withRow, writeOutcome, type Outcome } from './outcome.ts';
import { page, render } from './page.ts';
import { earlier, pointFor, type Step } from './steps.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return (say(usage), 0);
  const before = readOutcome();
  const cells = cellsOf(options.only, options.fault).filter((cell) => !options.missing || isMissing(cell, before));
  if (cells.length === 0) throw new Error('no cell has such an operation and such a fault; --list names all');
  if (options.list) {
    for (const cell of cells) say(lineOf(cell, before));
    return 0;
  }
  const missing = missingForTwoHosts();
  if (missing.length > 0) throw new Error(`the matrix cannot run here: ${missing.join('; ')}`);
  const bench = new Bench((line) => process.env['CHRONOVIRT_VERBOSE'] && say(`    ${line.trim()}`));
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      isStopped = true;
      void bench.stop().then(() => process.exit(1));
    });
  const stopAt = performance.now() + options.minutes * 60_000;
  let [done, broken] = [0, 0];
  try {
    for (const cell of cells) {
      if (isStopped || performance.now() > stopAt) break;
      const problems = await run(bench, cell);
      done += 1;
      if (problems > 0) broken += 1;
    }
  } finally {
    await bench.stop();
  }
  say(
    `\n${done} of ${cells.length} cells were run; ${broken} broke the rule. The page: docs/reference/fault-matrix.md`,
  );
  return broken === 0 && !isStopped ? 0 : 1;
}

/** Runs a cell, and the clean run of its operation when its steps are not known; the number of problems. */
async function run(bench: Bench, { operation, fault }: Cell): Promise<number> {
  const began = performance.now();
  try {
    const steps = readOutcome().steps[operation.name] ?? (await cleanRun(bench, operation));
    const { row, story } = await struck(bench, { operation, fault }, steps);
    const verdict = row.problems.length > 0 ? '✗' : row.isStruck ? '✓' : '○';
    const took = ((performance.now() - began) / 1000).toFixed(0);
    say(`${verdict} ${operation.name} × ${fault.name} @ ${row.step}: ${row.end}, ${row.seconds} s (${took} s in all)`);
    for (const problem of row.problems) say(`    ${problem}`);
    if (row.problems.length > 0) say(story.replaceAll(/^/gm, '      '));
    keep((outcome) => withRow(outcome, { ...row, date: today(), seed }));
    return row.problems.length;
  } catch (error) {
    say(
      `✗ ${operation.name} × ${fault.name}: the cell could not be run: ${error instanceof Error ? error.stack : String(error)}`,
    );
    return 1;
  }
}

/** Runs a cell at the seed's point; where that comes too late, at the next one before it, and so on. What broke the rule is kept. */
async function struck(bench: Bench, { operation, fault }: Cell, steps: readonly Step[]): Promise<CellResult> {
  let point = pointFor(operation, fault.name, steps);
  for (;;) {
    const result = await bench.run(operation, { fault, point });
    const { isStruck, problems, step } = result.row;
    const before = earlier(point, steps);
    if (isStruck || problems.length > 0 || before === null) return result;
    say(`  ${operation.name} × ${fault.name} @ ${step}: too late; once more, earlier`);
    point = before;
  }
}

async function cleanRun(bench: Bench, operation: Operation): Promise<readonly Step[]> {
  const { row, steps, story } = await bench.run(operation, null);
  if (row.problems.length > 0)
    throw new Error(`even without a fault "${operation.name}" breaks the rule: ${row.problems.join('; ')}\n${story}`);
  say(`  ${operation.name} without a fault: ${row.end}, ${steps.length} steps`);
  keep((outcome) => ({ ...outcome, parts: versions(), steps: { ...outcome.steps, [operation.name]: steps } }));
  return steps;
}

/** At once: a run that is cut short has not been for nothing. */
function keep(change: (outcome: Outcome) => Outcome): void {
  const outcome = change(readOutcome());
  writeOutcome(outcome);
  writeFileSync(page, render(outcome));
}

const rowOf = ({ operation, fault }: Cell, { rows }: Outcome) =>
  rows.find((row) => row.operation === operation.name && row.fault === fault.name);

function isMissing(cell: Cell, outcome: Outcome): boolean {
  const row = rowOf(cell, outcome);
  return row === undefined || row.problems.length > 0;
}

function lineOf(cell: Cell, outcome: Outcome): string {
  const row = rowOf(cell, outcome);
  const came =
    row === undefined ? 'not run' : `${row.date}: ${row.problems.length > 0 ? 'broken' : 'holds'}, ${row.end}`;
  return `${cell.operation.name.padEnd(30)} ${cell.fault.name.padEnd(26)} ${came}`;
}

const today = (): string => new Date().toISOString().slice(0, 10);

function versions(): string[] {
  const version = (command: string): string =>
    /\d+\.\d+\.\d+/.exec(execFileSync(command, ['--version'], { encoding: 'utf8' }))?.[0] ?? 'unknown';
  return [
    `libvirt ${version('libvirtd')}`,
    `QEMU ${version('qemu-system-x86_64')} (TCG)`,
    `nats-server ${natsVersion(bestNatsServer().path)}`,
    `Node ${process.versions.node}`,
  ];
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
