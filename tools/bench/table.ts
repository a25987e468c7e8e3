/** The result for a person. */
import type { Machine } from './machine.ts';
import type { Row } from './row.ts';

/** A line per row, then what the floors are and what else was seen. */
export function table(machine: Machine, rows: readonly Row[]): string {
  const { date, cpu, cpus, memoryGiB, system, kernel, node, natsServer, loadBefore, loadAfter } = machine;
  const head = ['', 'value', 'floor', 'ratio', 'goal', 'met'];
  const lines = rows.map((row, n) => [
    `${String(n + 1).padStart(2)} ${row.name}`,
    `${row.value} ${row.unit}`,
    row.floor === null ? '–' : `${row.floor} ${row.unit}`,
    row.ratio === null ? '–' : `${row.ratio}×`,
    row.goal ?? '–',
    row.met === null ? '' : row.met ? 'yes' : 'NO',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => (line[column] ?? '').length)));
  const written = [head, ...lines].map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
  const notes = rows.map(
    ({ floorIs, note }, n) => `${String(n + 1).padStart(2)} floor: ${floorIs}${note === null ? '' : `. ${note}`}`,
  );
  return [
    `${date}: ${cpu}, ${cpus} CPUs, ${memoryGiB} GiB, ${system}, Linux ${kernel}, Node ${node}, nats-server ${natsServer}`,
    `load of the machine before ${loadBefore}, after ${loadAfter} (its own included)`,
    '',
    ...written,
    '',
    ...notes,
    '',
  ].join('\n');
}
