import { followEvents } from '../api/events.ts';
import type { HistoryEntry } from '../api/types.ts';
import { historyTable, rowLine } from '../history/history-table.ts';
import { RowMaker, type Row } from '../history/rows.ts';
import { duration } from '../output/time.ts';
import { instanceArgument, type Verb, type VerbContext } from './verb.ts';

interface History {
  readonly instance: string;
  readonly name: string | null;
  readonly position: string;
  readonly entries: readonly HistoryEntry[];
}

export const historyVerb: Verb = {
  name: 'history',
  group: 'History',
  summary: 'Tell everything that ever happened to an instance: who, what, why, how long.',
  details: 'Works after the instance was deleted too. With --json: every stored message, whole.',
  args: [instanceArgument],
  options: [
    { flags: '--watch', description: 'go on with what happens next' },
    { flags: '--refused', description: 'only what was refused or failed' },
  ],
  examples: [
    ['history web', 'its whole life as a table'],
    ['history web --watch', 'and what comes'],
    ['history web --json', 'the stored messages'],
  ],
  async run(context, [instance = ''], options) {
    const history = await context.client.json<History>(`/v1/instances/${encodeURIComponent(instance)}/history`);
    const maker = new RowMaker();
    const rows = history.entries.flatMap((entry) => maker.rowsOf(entry));
    const shown =
      options['refused'] === true ? rows.filter(({ kind }) => kind === 'failed' || kind === 'unreadable') : rows;
    context.print(history, () => linesOf(context, history, shown));
    if (options['watch'] === true) await goOn(context, history, maker, rows.at(-1));
  },
};

function linesOf({ io, paint }: VerbContext, { name, instance }: History, rows: readonly Row[]): string[] {
  const [first, last] = [rows.find(({ at }) => at !== null), rows.findLast(({ at }) => at !== null)];
  if (first?.at === undefined || first.at === null || last?.at === undefined || last.at === null)
    return ['nothing of that kind is in its history'];
  const summary = `${paint.bold(name ?? instance)}  ${paint.dim(instance)}`;
  const turns = new Set(rows.map(({ host, seq }) => `${host}:${seq}`)).size;
  return [
    summary,
    '',
    ...historyTable(rows, io.columns, paint),
    '',
    paint.dim(`${turns} turns over ${duration(last.at - first.at)}`),
  ];
}

async function goOn(
  { client, io, paint, isJson }: VerbContext,
  { instance, position }: History,
  maker: RowMaker,
  last: Row | undefined,
): Promise<void> {
  let before = last;
  for await (const event of followEvents(client, { instance, since: position, signal: io.signal })) {
    if (event.kind !== 'entry') continue;
    if (isJson) io.out(`${JSON.stringify(event.entry)}\n`);
    for (const row of isJson ? [] : maker.rowsOf(event.entry)) {
      io.out(`${rowLine(row, before, paint, null)}\n`);
      before = row;
    }
  }
}
