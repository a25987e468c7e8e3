import { table } from '../output/table.ts';
import { dateTime } from '../output/time.ts';
import { parseMoment } from '../parse/moment.ts';
import { everInstanceArgument, type Verb } from './verb.ts';

interface End {
  readonly host: string;
  readonly seq: number;
  readonly at: number;
}
interface Diff {
  readonly name: string | null;
  readonly a: End;
  readonly b: End;
  readonly changes: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
}

const moment = 'a sequence (57, h1:57), a time (10:02) or how long ago (5min)';

/** What no person compares states for: which orders were answered, by which process, in which message the spec stands. */
const bookkeeping = /^actor\.(?:answered|incarnation|at|spec|due|op)\b/;

export const diffVerb: Verb = {
  name: 'diff',
  group: 'History',
  summary: "Compare an instance's states at two moments.",
  args: [everInstanceArgument, { name: 'a', description: moment }, { name: 'b', description: moment }],
  options: [],
  examples: [
    ['diff web h1:3 h1:9', 'what changed between two messages'],
    ['diff web 10:02 10:15', 'what changed in a quarter of an hour'],
  ],
  async run({ client, io, paint, print }, [instance = '', a = '', b = '']) {
    const now = io.now();
    const query = { a: parseMoment(a, 'a', now), b: parseMoment(b, 'b', now) };
    const found = await client.json<Diff>(`/v1/instances/${encodeURIComponent(instance)}/diff`, { query });
    print(found, () => {
      const heading = `${paint.bold(found.name ?? instance)}: ${endText(found.a)} → ${endText(found.b)}`;
      const told = found.changes.filter(({ path }) => !bookkeeping.test(path));
      const more = found.changes.length - told.length;
      const rest = more === 0 ? [] : [paint.dim(`and ${more} of the agent's own bookkeeping; --json tells them too`)];
      if (told.length === 0) return [heading, 'no difference', ...rest];
      const rows = told.map(({ path, before, after }) => [
        path,
        paint.red(valueText(before)),
        paint.green(valueText(after)),
      ]);
      return [
        heading,
        ...table(
          [
            { title: 'FIELD', shrinkTo: 16 },
            { title: 'BEFORE', shrinkTo: 12 },
            { title: 'AFTER', shrinkTo: 12 },
          ],
          rows,
          io.columns,
          paint.dim,
        ),
        ...rest,
      ];
    });
  },
};

function endText({ host, seq, at }: End): string {
  return `${host}:${seq} (${dateTime(at)})`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
