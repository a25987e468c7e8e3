/**
 * What the driver adds to the bare calls of libvirt, side by side on one private libvirt: `node libs/libvirt-adapter/bench/overhead.ts
 * [--json]`. Each row: the median of the driver's method, the median of the calls that nobody can do without, the difference, and how
 * many calls the method makes.
 */
import { copyRows } from './copies.ts';
import { powerRows } from './power.ts';
import { questionRows } from './questions.ts';
import { remakeRows } from './remake.ts';
import { startBench, type Row } from './side-by-side.ts';

const bench = await startBench();
try {
  const rows: Row[] = [];
  for (const some of [powerRows, remakeRows, copyRows, questionRows]) rows.push(...(await some(bench)));
  if (process.argv.includes('--json'))
    console.log(JSON.stringify({ rows: rows.map((one) => ({ ...one, met: one.deltaMs < one.goalMs })) }));
  else print(rows);
} finally {
  await bench.stop();
}

function print(rows: readonly Row[]): void {
  console.log('method                                driver ms   bare ms   Δ ms   goal   calls');
  for (const { name, driverMs, bareMs, deltaMs, goalMs, calls } of rows) {
    const numbers = [
      driverMs.toFixed(2).padStart(9),
      bareMs.toFixed(2).padStart(9),
      deltaMs.toFixed(2).padStart(6),
      `< ${goalMs}`.padStart(6),
      String(calls).padStart(7),
    ];
    console.log(name.padEnd(37), numbers.join(' '));
  }
}
