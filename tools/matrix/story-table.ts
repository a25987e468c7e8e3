/** A history for whoever has to find out why a cell is red: names of events as they are stored, and what went wrong in each. */
import type { Turn } from '../start/api.ts';

/** When, who, what, why, the state after, and how long it had been in the one before; an error stands below. */
export function storyTable(turns: readonly Turn[]): string {
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
  const lines = table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return lines.flatMap((line, index) => [line, ...errorsOf(turns[index - 1])]).join('\n');
}

/** What went wrong in a turn, in its own words. */
export function errorsOf(turn: Turn | undefined): string[] {
  return (turn?.message.events ?? []).flatMap(({ data }) => {
    const error = data?.['error'] as { code: string; message: string } | undefined;
    return error === undefined ? [] : [`    ${error.code}: ${error.message}`];
  });
}
