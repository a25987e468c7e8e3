import type { HostShown, HostView } from '../api/types.ts';
import { plainText, type Paint } from '../output/colour.ts';
import { UsageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { waitingOptions } from '../follow/waiting.ts';
import { drainCounts, drainLines } from '../output/drain-text.ts';
import { hostEventText, hostStateText, proofText } from '../history/host-words.ts';
import { gibibytes, mebibytes } from '../output/bytes.ts';
import { facts, table, tableBlocks, wrap } from '../output/table.ts';
import { age, dateTime } from '../output/time.ts';
import { withVerbs } from '../parse/verb-names.ts';
import { inKebab, inWords } from '../parse/words.ts';
import { budgetOf, budgetOption, hostArgument, orderHost } from './host-orders.ts';
import type { Verb } from './verb.ts';

const group = 'Images, flavors, hosts';

export const hostsVerb: Verb = {
  name: 'hosts',
  group,
  summary: 'List the hosts, what they have, and whether their agents are alive.',
  args: [],
  options: [],
  examples: [['hosts', 'the machines']],
  async run({ client, io, paint, print }) {
    const { hosts } = await client.json<{ hosts: HostView[] }>('/v1/hosts');
    print(hosts, () => {
      if (hosts.length === 0) return ['no host has reported yet; start an agent'];
      const rows = hosts.map((host) => [
        paint.bold(host.host),
        stateOf(host, paint),
        host.driver ?? '',
        host.acceleration?.kind ?? '',
        `${host.placed.vcpus}/${host.vcpus ?? '?'}`,
        `${mebibytes(host.placed.memoryMiB)} of ${host.memoryMiB === undefined ? '?' : mebibytes(host.memoryMiB)}`,
        host.freeDiskGiB === undefined ? '' : `${gibibytes(host.freeDiskGiB)} free`,
        String(host.placed.instances),
        host.hypervisor ?? '',
        noteOf(host),
      ]);
      const columns = [
        { title: 'HOST' },
        { title: 'STATE', shrinkTo: 9, wraps: true },
        { title: 'DRIVER' },
        { title: 'ACCEL' },
        { title: 'VCPUS', align: 'right' as const },
        { title: 'MEMORY', align: 'right' as const, shrinkTo: 8, wraps: true },
        { title: 'DISK', align: 'right' as const, shrinkTo: 8, wraps: true },
        { title: 'INSTANCES', align: 'right' as const },
        { title: 'HYPERVISOR', shrinkTo: 12, wraps: true },
        { title: 'NOTE' },
      ];
      const whole = table(columns, rows, null, paint.dim);
      const width = io.columns;
      if (width === null || whole.every((line) => plainText(line).length <= width)) return whole;
      // In a narrow terminal there is no room for a column of sentences.
      const [title = [], ...blocks] = tableBlocks(columns.slice(0, -1), rows, width, paint.dim);
      const notes = hosts.map((host) => wrap(noteOf(host), width - noteIndent.length).map((line) => noteIndent + line));
      return [...title, ...blocks.flatMap((block, at) => [...block, ...(notes[at] ?? []).filter(isSaid)])];
    });
  },
};

const noteIndent = '        ';
const isSaid = (line: string): boolean => line.trim() !== '';

const noteOf = ({ alarm, closed, waitingFor }: HostView): string => alarm?.message ?? closed ?? waitingFor ?? '';

function stateOf({ alive, silentMs, state, enabled, maintenance, alarm }: HostView, paint: Paint): string {
  if (alarm !== null) return paint.red(state ?? 'alarm');
  if (state !== null && state !== 'reachable') return paint.red(state);
  if (!alive) return paint.red(silentMs === null ? 'silent' : `silent for ${age(silentMs)}`);
  if (maintenance !== null && maintenance !== 'none') return paint.yellow(maintenanceWord(maintenance));
  return enabled === true ? paint.green('up') : paint.yellow('disabled');
}

/** Where a maintenance is, in the word that a column has room for: `draining.drain` → `draining`. */
const maintenanceWord = (value: string): string =>
  ({ inMaintenance: 'maintenance', drained: 'not empty' })[value] ?? inWords(value.split('.')[0] ?? value);

export const hostShowVerb: Verb = {
  name: 'hosts show',
  group,
  summary: 'Show a host: what it reports, what is recorded of it, what proves that it runs no guest, what may be done.',
  args: [hostArgument],
  options: [],
  examples: [['hosts show h1', 'its whole picture']],
  async run({ client, io, paint, print }, [host = '']) {
    const shown = await client.json<HostShown>(`/v1/hosts/${encodeURIComponent(host)}`);
    print(shown, () => [
      paint.bold(shown.host),
      ...facts(factsOf(shown), paint.dim, io.columns),
      '',
      ...table(
        [{ title: 'ORDER' }, { title: 'MAY' }, { title: 'WHY NOT', shrinkTo: 20, wraps: true }],
        shown.orders.map(({ name, allowed, fact }) => [inKebab(name), allowed ? paint.green('yes') : 'no', fact ?? '']),
        io.columns,
        paint.dim,
      ),
    ]);
  },
};

function factsOf({
  report,
  record,
  proof,
  alive,
  silentMs,
  placed,
  closed,
  drain,
}: HostShown): [string, string | null][] {
  const silence = silentMs === null ? 'nothing was heard of it' : `silent for ${age(silentMs)}`;
  const { alarm = null, maintenance = null } = record?.parts ?? {};
  const failure = record?.failure ?? null;
  return [
    ['state', record === null ? null : `${record.value}: ${record.means}`],
    ['agent', alive ? 'reports' : silence],
    ['alarm', alarm === null ? null : `${alarm.code}: ${alarm.message} (${dateTime(alarm.at)})`],
    ['proof', proof === null ? 'nothing proves that it runs no guest' : `${proofText(proof)} (${dateTime(proof.at)})`],
    ['awaiting', record?.awaiting ?? null],
    ['failure', failure === null ? null : `${failure.method}: ${failure.message}`],
    ['new instances', closed === null ? 'may come' : `none come: ${closed}`],
    [
      'maintenance',
      maintenance === null || maintenance.value === 'none' ? null : hostStateText('maintenance', maintenance.value),
    ],
    ['drain', drain === null ? null : drainCounts(drain)],
    ...(drain === null ? [] : drainLines(drain)).map((line): [string, string] => ['', line]),
    ['term', record === null ? null : `${record.term}${record.serves ? '' : ', over'}`],
    ['watchdog', report?.watchdog === undefined ? 'none' : `after ${report.watchdog.boundMs / 1000} s`],
    ['boot', report?.bootId ?? null],
    ['address', report?.address ?? null],
    ['storage', report === null ? null : (report.sharedStorage ?? 'its own disks')],
    ['instances', `${placed.instances}`],
    ['hypervisor', report?.hypervisor ?? null],
    ['waits for', report?.waitingFor ?? null],
  ];
}

interface DrainStepView {
  readonly name: string;
  readonly state: string;
  readonly how: string | null;
  readonly why: string | null;
  /** Left out by an API of before. */
  readonly lockedBy?: string | null;
}

export const hostDrainVerb: Verb = {
  name: 'hosts drain',
  group,
  summary: 'Move the instances of a host away and take it out of use; or say what that would do.',
  details:
    'Ends with the host empty, or with what could not be moved and why (exit code 8). The same as hosts maintenance on.',
  args: [hostArgument],
  options: [
    { flags: '--preview', description: 'order nothing: say how each instance would leave, and which cannot and why' },
    budgetOption,
    ...waitingOptions,
  ],
  examples: [
    ['hosts drain h1 --preview', 'who could leave, and who not'],
    ['hosts drain h1 --budget 2', 'two moves at a time'],
  ],
  async run(context, [host = ''], options) {
    const { client, io, paint, print } = context;
    if (options['preview'] !== true) {
      const args = { on: true, ...budgetOf(options) };
      return orderHost(context, host, 'maintenance', args, 'maintenance', options);
    }
    const idle = ['budget', 'timeout'].filter((name) => options[name] !== undefined);
    if (options['wait'] === false) idle.push('no-wait');
    if (idle.length > 0)
      throw new UsageError(`--preview and --${idle[0]} do not go together: a preview orders nothing`);
    const found = await client.json<{ steps: DrainStepView[]; stay: number }>(
      `/v1/hosts/${encodeURIComponent(host)}/drain`,
    );
    print(found, () => {
      if (found.steps.length === 0) return [`${paint.bold(host)} holds no instances`];
      const rows = found.steps.map(({ name, state, how, why }) => [
        paint.bold(name),
        paint.state(state),
        how === null ? paint.red('stays') : inKebab(how),
        withVerbs(why ?? ''),
      ]);
      const columns = [
        { title: 'INSTANCE' },
        { title: 'STATE' },
        { title: 'HOW' },
        { title: 'WHY NOT', shrinkTo: 20, wraps: true },
      ];
      return [...table(columns, rows, io.columns, paint.dim), ...lockedLines(found.steps)];
    });
    return found.stay === 0 ? exitCodes.ok : exitCodes.refused;
  },
};

/** Those that a lock does not keep where they are. */
function lockedLines(steps: readonly DrainStepView[]): string[] {
  const locked = steps.filter(({ how, lockedBy }) => how !== null && typeof lockedBy === 'string');
  if (locked.length === 0) return [];
  const named = locked.map(({ name, lockedBy }) => `${name} (by ${lockedBy})`).join(', ');
  return [`locked, and moved all the same: ${named}; a lock keeps users out, and a drain is an operator's order`];
}

interface HostEventView {
  readonly type: string;
  readonly part?: string;
  readonly to: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

const whoOf = ({ kind, name }: { readonly kind: string; readonly name: string }): string =>
  kind === 'user' || kind === 'operator' ? name : kind;

/** Why it came about: the fact behind a refusal, a person's reason, how they know, what a failure said. */
function whyOf({ data = {} }: HostEventView): string {
  const said = ['fact', 'reason', 'statement', 'message'].map((name) => data[name]);
  return said.find((one): one is string => typeof one === 'string' && one !== '') ?? '';
}

interface HostEntryView {
  readonly seq: number;
  readonly message?: {
    readonly at: number;
    readonly by: { readonly kind: string; readonly name: string };
    readonly events: readonly HostEventView[];
  };
}

export const hostHistoryVerb: Verb = {
  name: 'hosts history',
  group,
  summary: 'Print the history of a host: what was heard of it, ordered, proved.',
  args: [hostArgument],
  options: [],
  examples: [['hosts history h1', 'who fenced it, when and why']],
  async run({ client, io, paint, print }, [host = '']) {
    const found = await client.json<{ entries: HostEntryView[]; verdict: { ok: boolean } }>(
      `/v1/hosts/${encodeURIComponent(host)}/history`,
    );
    print(found, () => {
      const rows = found.entries.map(({ seq, message }) => [
        `_cluster:${seq}`,
        message === undefined ? '' : dateTime(message.at),
        message === undefined ? '' : whoOf(message.by),
        message === undefined
          ? 'cannot be read'
          : message.events.map(({ type, data }) => hostEventText(type, data)).join(', '),
        message?.events.map(({ part, to }) => (part === undefined ? to : `${part} ${to}`)).join(', ') ?? '',
        message?.events.map(whyOf).filter(Boolean).join('; ') ?? '',
      ]);
      const columns = [
        { title: 'MESSAGE' },
        { title: 'TIME' },
        { title: 'WHO', shrinkTo: 11, wraps: true },
        { title: 'WHAT', shrinkTo: 16, wraps: true },
        { title: 'STATE AFTER', shrinkTo: 16, wraps: true },
        { title: 'WHY', shrinkTo: 14, wraps: true },
      ];
      const verdict = found.verdict.ok ? [] : [paint.red('the history does not fold to what was recorded')];
      return [...table(columns, rows, io.columns, paint.dim), ...verdict];
    });
  },
};
