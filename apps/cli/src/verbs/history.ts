import { followEvents, tellsAway } from '../api/events.ts';
import type { HistoryEntry } from '../api/types.ts';
import { historyTable, rowLine } from '../history/history-table.ts';
import { RowMaker, type Row } from '../history/rows.ts';
import { duration } from '../output/time.ts';
import { everInstanceArgument, type Verb, type VerbContext } from './verb.ts';

interface History {
  readonly instance: string;
  readonly name: string | null;
  readonly position: string;
  readonly entries: readonly HistoryEntry[];
}

const badKinds: ReadonlySet<Row['kind']> = new Set(['failed', 'unreadable']);

export const historyVerb: Verb = {
  name: 'history',
  group: 'History',
  summary: 'Tell everything that ever happened to an instance: who, what, why, how long.',
  details: 'Works after the instance was deleted too. With --json: every stored message, whole.',
  args: [everInstanceArgument],
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
    const pick = options['refused'] === true ? ({ kind }: Row): boolean => badKinds.has(kind) : () => true;
    const turns = history.entries
      .map((entry) => ({ entry, rows: maker.rowsOf(entry).filter(pick) }))
      .filter(({ rows }) => rows.length > 0 || options['refused'] !== true);
    const rows = turns.flatMap((turn) => turn.rows);
    const entries = turns.map(({ entry }) => entry);
    context.print({ ...history, entries }, () => linesOf(context, history, rows));
    if (options['watch'] === true) await goOn(context, history, maker, rows.at(-1), pick);
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
  pick: (row: Row) => boolean,
): Promise<void> {
  let before = last;
  for await (const event of followEvents(client, {
    instance,
    since: position,
    signal: io.signal,
    onAway: tellsAway(io, client),
  })) {
    if (event.kind !== 'entry') continue;
    const rows = maker.rowsOf(event.entry).filter(pick);
    if (isJson && rows.length > 0) io.out(`${JSON.stringify(event.entry)}\n`);
    for (const row of isJson ? [] : rows) {
      io.out(`${rowLine(row, before, paint, null)}\n`);
      before = row;
    }
  }
}
