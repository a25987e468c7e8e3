import type { Turn } from './api.ts';

/** A history as a table: when, who, what, why, the state after, and how long it had been in the one before. */
export function historyTable(turns: readonly Turn[]): string {
  const rows = turns.map(({ seq, host, message }, index) => {
    const before = turns[index - 1]?.message.at;
    return [
      `${host}/${seq}`,
      new Date(message.at).toISOString().slice(11, 23),
      `${message.by.kind} ${message.by.name}`,
      message.events.map(({ type }) => type).join(', '),
      message.cause ?? (message.command === null ? '' : `command ${message.command.slice(0, 8)}`),
      message.state.value,
      before === undefined ? '' : `${message.at - before} ms`,
    ];
  });
  const table = [['message', 'time', 'who', 'what', 'why', 'state after', 'took'], ...rows];
  const widths = table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  return table
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
