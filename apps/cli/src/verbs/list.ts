import { hostsAway } from '../api/hosts-away.ts';
import { followEvents, tellsAway } from '../api/events.ts';
import { inOwnWords } from '../api/problems.ts';
import { UsageError } from '../cli-error.ts';
import type { InstanceView } from '../api/types.ts';
import { isPausedBehind } from '../output/paused-behind.ts';
import { failureText } from '../output/failure-text.ts';
import { mebibytes } from '../output/bytes.ts';
import { table, type Column } from '../output/table.ts';
import { age } from '../output/time.ts';
import { redraw } from '../output/redraw.ts';
import { textOption, type OptionValues, type Verb, type VerbContext } from './verb.ts';

interface Page {
  readonly instances: readonly InstanceView[];
  readonly position: string;
  /** What is the matter with hosts. */
  readonly away: ReadonlyMap<string, string>;
}

const columns: readonly Column[] = [
  { title: 'NAME', shrinkTo: 12 },
  { title: 'STATE' },
  { title: 'HOST', shrinkTo: 8 },
  { title: 'VCPUS', align: 'right' },
  { title: 'MEMORY', align: 'right' },
  { title: 'IMAGE', shrinkTo: 8 },
  { title: 'AGE', align: 'right' },
  { title: 'UUID', shrinkTo: 8, isFirstToShrink: true },
  { title: 'NOTE', shrinkTo: 24, wraps: true },
];

export const listVerb: Verb = {
  name: 'list',
  group: 'Instances',
  summary: 'List instances.',
  args: [],
  options: [
    { flags: '--all', description: 'deleted ones too' },
    { flags: '--name <pattern>', description: 'only these names; * stands for anything' },
    { flags: '--state <state>', description: 'only in this state: running, stopped, building, failed, …' },
    { flags: '--host <name>', description: 'only on this host', complete: 'host' },
    { flags: '--limit <number>', description: 'at most this many' },
    { flags: '--watch', description: 'keep showing as things change' },
  ],
  examples: [
    ['list', 'everything that is not deleted'],
    ['list --state failed', 'what needs a person'],
    ["list --name 'web-*' --json", 'for a script'],
    ['list --watch', 'live'],
  ],
  async run(context, _args, options) {
    const isPart = ['name', 'state', 'host'].some((name) => options[name] !== undefined);
    if (options['watch'] !== true) return show(context, await read(context, options), isPart);
    for await (const page of pages(context, options)) {
      if (context.isJson) show(context, page, isPart);
      else redraw(context.io, linesOf(context, page, isPart));
    }
  },
};

async function read({ client, isJson }: VerbContext, options: OptionValues): Promise<Page> {
  const query = {
    all: options['all'] === true ? true : undefined,
    name: textOption(options, 'name'),
    state: textOption(options, 'state'),
    host: textOption(options, 'host'),
    limit: textOption(options, 'limit'),
  };
  if (query.limit !== undefined && !/^[1-9]\d*$/.test(query.limit))
    throw new UsageError(`--limit: expected a whole number from 1 on, got ${JSON.stringify(query.limit)}`);
  try {
    const [page, away] = await Promise.all([
      client.json<Omit<Page, 'away'>>('/v1/instances', { query }),
      isJson ? new Map<string, string>() : hostsAway(client),
    ]);
    return { ...page, away };
  } catch (error) {
    throw inOwnWords(error, { state: '--state', name: '--name', host: '--host', limit: '--limit' });
  }
}

/** The list, and again whenever something was stored. Changes that come together make one. */
async function* pages(context: VerbContext, options: OptionValues): AsyncGenerator<Page> {
  const first = await read(context, options);
  yield first;
  let isReading = false;
  for await (const event of followEvents(context.client, {
    since: first.position,
    signal: context.io.signal,
    onAway: tellsAway(context.io, context.client),
  })) {
    if (event.kind !== 'entry' || isReading) continue;
    isReading = true;
    yield await read(context, options);
    isReading = false;
  }
}

function show(context: VerbContext, page: Page, isPart: boolean): void {
  context.print(page.instances, () => linesOf(context, page, isPart));
}

/** `isPart`: something was asked for, so that nothing found does not mean that there is nothing. */
function linesOf({ io, paint }: VerbContext, { instances, away }: Page, isPart: boolean): string[] {
  if (instances.length === 0)
    return [
      isPart ? 'no such instances; chronovirt list --all shows all' : 'no instances; chronovirt create makes one',
    ];
  const rows = instances.map((one) => [
    paint.bold(one.name ?? '?'),
    paint.state(one.halted ? 'halted' : (one.state ?? '?')),
    one.host === '_cluster' ? '–' : (one.host ?? ''),
    String(one.flavor?.vcpus ?? ''),
    one.flavor === undefined ? '' : mebibytes(one.flavor.memoryMiB),
    one.image?.name ?? '',
    one.created === null ? '' : age(Math.max(0, io.now() - one.created)),
    paint.dim(one.uuid),
    [away.get(one.host ?? ''), noteOf(one)].filter(Boolean).join('; '),
  ]);
  return table(columns, rows, io.columns, paint.dim);
}

function noteOf(one: InstanceView): string {
  const { halted, failure, awaiting, lock, drift, imageWork } = one;
  if (halted) return halted.text;
  if (failure) return failureText(failure, one.name ?? one.uuid);
  if (awaiting) return `waits for ${awaiting}`;
  if (drift) return `seen ${drift.seen}: adopt-drift or repair-drift?`;
  if (isPausedBehind(one)) return 'its guest was seen paused';
  if (imageWork) return `its image: ${imageWork}`;
  return lock ? `locked by ${lock.name}` : '';
}
