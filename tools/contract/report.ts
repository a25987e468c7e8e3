/** Prints how every name of the contract stands, as a table or as JSON. */
import { execFileSync } from 'node:child_process';
import { readReport, contractStatus } from '@chronovirt/testing/contract';
import type { NameStatus } from '@chronovirt/testing/contract';
import { drivers } from './drivers.ts';
import { functionTests } from './function-tests.ts';

const usage = `usage: npm run -s contract -- [--json]

What the drivers implement of the contract, name by name, and which test proves it. A name counts as implemented when all cases under
it passed against the driver in the last test run, and each case caught the broken drivers that it was shown.

  --json   the same for programs, with files and titles of the tests
  --help   this text`;

const head = (): string | null => {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return null;
  }
};

const isImplemented = (line: NameStatus, driver: string) =>
  line.form === 'function'
    ? line.tests.length > 0 && line.tests.every(({ passed }) => passed)
    : line.drivers[driver]?.implemented === true;

function word(line: NameStatus, driver: string): string {
  if (line.form === 'function') return isImplemented(line, driver) ? `yes (${line.tests.length} tests)` : 'no';
  const standing = line.drivers[driver];
  if (standing === undefined || !standing.present) return '-';
  return standing.implemented ? `yes (${standing.tests.length} cases)` : `there, but ${standing.why}`;
}

function asTable(lines: readonly NameStatus[], names: readonly string[]): string {
  const rows = [
    ['name', 'kind', ...names],
    ...lines.map((line) => [
      line.name,
      line.form === 'method' ? line.kind : line.form,
      ...names.map((driver) => word(line, driver)),
    ]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [text[0], widths.map((width) => '-'.repeat(width)).join('  '), ...text.slice(1)].join('\n');
}

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => !['--json', '--help'].includes(arg));
  if (unknown !== undefined) {
    console.error(`contract: ${unknown} is not known here\n\n${usage}`);
    return 2;
  }
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const report = readReport();
  const lines = contractStatus(drivers, report, await functionTests());
  const names = Object.keys(drivers);
  const commit = head();
  const runs = names.map((driver) => {
    const run = report.drivers[driver];
    const implemented = lines.filter((line) => isImplemented(line, driver)).length;
    return {
      driver,
      implemented,
      date: run?.date ?? null,
      commit: run?.commit ?? null,
      current: run !== undefined && run.commit === commit,
    };
  });
  if (args.includes('--json')) {
    console.log(
      JSON.stringify(
        {
          commit,
          runs,
          names: lines.map((line) => ({
            ...line,
            implemented: Object.fromEntries(names.map((driver) => [driver, isImplemented(line, driver)])),
          })),
        },
        null,
        2,
      ),
    );
    return 0;
  }
  console.log(asTable(lines, names));
  for (const { driver, implemented, date, current } of runs) {
    const when =
      date === null
        ? 'never tested: npm test'
        : `last tested ${date}${current ? '' : ', at another state of the code'}`;
    console.log(`\n${driver}: ${implemented} of ${lines.length} names; ${when}`);
  }
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
