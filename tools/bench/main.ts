/** Runs the scenes whose rows are wanted, one after another, and prints what was measured. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tempDir } from '@chronovirt/testing/lab';
import { load, thisMachine } from './machine.ts';
import { judged, type Row } from './row.ts';
import { scenes } from './rows/index.ts';
import { table } from './table.ts';

const usage = `npm run bench -- [options]    measures Chronovirt against floors of the same run

  --only PART   rows whose name holds PART, in any case
  --json        {machine, rows: [{name, value, unit, floor, ratio, goal, met, …}]} on standard output
  --list        names of the rows
  --help        this text

Several minutes, some 5 GiB in the temporary directory meanwhile. Rows with a real hypervisor need root.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return print(usage);
  const names = scenes.flatMap((scene) => scene.names);
  if (values.list) return print(`${names.join('\n')}\n`);
  const isWanted = (name: string): boolean => name.toLowerCase().includes((values.only ?? '').toLowerCase());
  const chosen = scenes.filter((scene) => scene.names.some(isWanted));
  if (chosen.length === 0) {
    process.stderr.write(`--only: no row's name holds ${JSON.stringify(values.only)}; --list names them\n`);
    return 2;
  }
  const machine = thisMachine();
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const [n, scene] of chosen.entries()) {
    await using directory = tempDir('bench');
    process.once('exit', directory.remove);
    const own = join(directory.path, 's');
    mkdirSync(own);
    try {
      const measured = await scene.measure(own, (line) =>
        process.stderr.write(`[${n + 1}/${chosen.length}] ${line}\n`),
      );
      rows.push(...measured.filter(({ name }) => isWanted(name)).map(judged));
    } catch (error) {
      failures.push(
        `${scene.names.join('; ')}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
  }
  machine.loadAfter = load();
  print(values.json ? `${JSON.stringify({ machine, rows }, null, 2)}\n` : table(machine, rows));
  for (const failure of failures) process.stderr.write(`not measured: ${failure}\n`);
  return failures.length === 0 ? 0 : 1;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

// What was started dies with this process; its directories are removed on the way out.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
