/** The outcome as a page of the documentation: `docs/reference/fault-matrix.md`. */
import { join } from 'node:path';
import { checkout } from '../setup/places.mjs';
import { applies } from './cells.ts';
import { CUT_MS, faults } from './faults.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';
import type { DatedRow, Outcome } from './outcome.ts';

export const page = join(checkout, 'docs/reference/fault-matrix.md');

/** The page's text. */
export function render({ rows, parts }: Outcome): string {
  const dates = rows.map(({ date }) => date).toSorted();
  const days = dates[0] === dates.at(-1) ? String(dates[0]) : `${dates[0]} to ${dates.at(-1)}`;
  const wrong = rows.filter(({ problems }) => problems.length > 0);
  const struck = rows.filter(({ isStruck }) => isStruck);
  const possible = operations.reduce((sum, each) => sum + faults.filter((fault) => applies(each, fault)).length, 0);
  const samples = rows.reduce((sum, row) => sum + row.samples, 0);
  const oneSided = rows.reduce((sum, row) => sum + row.oneSided, 0);
  return `# The fault matrix on two real hosts

Written by \`npm run test:matrix\` (${rows.length === 0 ? 'never run' : days}); do not edit. ${parts.length === 0 ? '' : `Parts: ${parts.join(', ')}.`}

Each cell is one operation on a real guest of its own, between two libvirt hosts with an agent each, a coordinator and a NATS server
([tools/matrix](../../tools/matrix)). At a step of the operation, chosen by a seed among the turns that a run without faults stored, one part
is killed with \`kill -9\`, and is started again after 2 s (a QEMU is not); or the cable between the hosts is pulled for ${CUT_MS / 1000} s. Where the
part is not there at that step (its host is off, the guest has not come yet), it is killed as soon as it is; where it is over by then,
the cell is run once more, at an earlier step. Nobody helps. Within 120 s

- nothing is under way any more, and what is recorded is what both libvirts show, twice in a row;
- the guest runs, unless it was its own QEMU that was killed;
- its history folds; the next command (pause and unpause, or what leads out of where it is) is taken and done;
- after a delete no domain, file, kept directory or interface of it is left on either host.

All the while both libvirts are asked every 200 ms whether the guest runs there: it may never be both.

\`npm test\` does every pair once in another way: all operations are under way at once, each on a guest of its own, and one part dies
([storms.chaos.test.ts](../../tools/matrix/storms.chaos.test.ts), [shared-storms.chaos.test.ts](../../tools/matrix/shared-storms.chaos.test.ts)); and a
few cells of this table, others each day. Where an operation stands when it is struck there is left to chance. What takes a whole host,
or needs agents with other settings, cannot be under way beside others: of that \`npm test\` does a cell when its day comes.

**${rows.length} of ${possible} cells were run, all on real parts; ${struck.length} were struck; ${wrong.length} broke the rule.** Both libvirts were asked ${samples} times; ${oneSided} times one of them was the
one that was down, or its host was, and only the other's answer counts.

| fault | ${operations.map(({ name }) => name).join(' | ')} |
|---|${operations.map(() => '---|').join('')}
${faults.map((fault) => `| ${fault.name} | ${operations.map((operation) => mark(operation, fault.name, rows)).join(' | ')} |`).join('\n')}

✓ the rule holds; ✗ it was broken; ○ the operation was over before the moment came, or before there was anything to strike, the rule holds; · not run; – there is nothing
to kill: one host alone takes part, or has no power.

${operations.map((operation) => section(operation, rows)).join('\n')}`;
}

function mark(operation: Operation, faultName: string, rows: readonly DatedRow[]): string {
  const fault = faults.find(({ name }) => name === faultName);
  if (fault === undefined || !applies(operation, fault)) return '–';
  const row = rows.find((each) => each.operation === operation.name && each.fault === faultName);
  if (row === undefined) return '·';
  if (row.problems.length > 0) return '✗';
  return row.isStruck ? '✓' : '○';
}

function section({ name }: Operation, rows: readonly DatedRow[]): string {
  const own = faults.flatMap((fault) => rows.filter((row) => row.operation === name && row.fault === fault.name));
  if (own.length === 0) return `## ${name}\n\nNo cell was run.\n`;
  const lines = own.map(
    ({ fault, step, end, seconds, problems, isStruck, date, seed }) =>
      `| ${fault} | ${isStruck ? step : `${step} (not struck)`} | ${end} | ${seconds} | ${problems.length === 0 ? 'holds' : `**broken**: ${cellText(problems.join('; '))}`} | ${date}, ${seed} |`,
  );
  return `## ${name}\n\n| fault | struck at | ended | seconds until rest | the rule | run, seed |\n|---|---|---|---|---|---|\n${lines.join('\n')}\n`;
}

const cellText = (text: string): string => text.replaceAll('|', '/').replaceAll('\n', ' ').slice(0, 500);
