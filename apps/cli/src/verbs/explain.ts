import { commandNames } from '@chronovirt/contract';
import type { Explanation } from '../api/types.ts';
import { UsageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { dryRun, endOf, explained, orderOptions } from '../follow/order.ts';
import { contractOrders } from '../generated/orders.ts';
import type { Paint } from '../output/colour.ts';
import { table } from '../output/table.ts';
import { nearest } from '../parse/nearest.ts';
import { withVerbs } from '../parse/verb-names.ts';
import { inCamel, inKebab } from '../parse/words.ts';
import { contractVerb, contractVerbNames } from './contract-orders.ts';
import { orderVerb, orderVerbNames } from './orders.ts';
import { instanceArgument, type Option, type Verb } from './verb.ts';

/** What may be ordered of an instance that is there. */
const orders: readonly string[] = commandNames.filter((name) => name !== 'create');

/** The contract's name of a command, from the verb's or its own. */
function nameOf(command: string): string {
  const name = inCamel(command);
  if (orders.includes(name)) return name;
  const known = orders.map(inKebab);
  const meant = nearest(inKebab(command), known);
  throw new UsageError(
    `command: there is no command ${JSON.stringify(command)}`,
    meant === null ? `expected one of ${known.join(', ')}` : `did you mean: ${meant}`,
  );
}

interface About {
  readonly state: string;
  readonly host: string;
  readonly reachable: boolean;
}

/** The options of a command that an answer without them leaves open. */
interface Open {
  /** It cannot be given without these. */
  readonly needs: readonly string[];
  /** Another value of these may be answered otherwise. */
  readonly rests: readonly string[];
}

function openOf({ command, dependsOn = [] }: Explanation): Open {
  const options = contractOrders.find((order) => order.command === command)?.options ?? [];
  const flagOf = (name: string): string => {
    const isSecret = options.some((option) => option.name === name && option.kind === 'secret');
    return `--${inKebab(name)}${isSecret ? '-file' : ''}`;
  };
  return {
    needs: options.filter(({ isRequired }) => isRequired).map(({ name }) => flagOf(name)),
    rests: dependsOn.map(flagOf),
  };
}

/** Whether there is no answer yet: where it may be given without any of the options, that it would be taken so is one. */
const dependsOn = ({ allowed }: Explanation, { needs, rests }: Open): boolean =>
  rests.length > 0 && (!allowed || rests.some((flag) => needs.includes(flag)));

function mayOf(one: Explanation, open: Open, paint: Paint): string {
  if (one.away !== undefined) return paint.yellow('later');
  if (dependsOn(one, open)) return paint.yellow('depends');
  return one.allowed ? paint.green('yes') : 'no';
}

/** What an answer that was given without arguments does not say. */
function openLines(one: Explanation, instance: string): string[] {
  const { needs, rests } = openOf(one);
  if (needs.length === 0 && rests.length === 0) return [];
  const command = inKebab(one.command);
  const asked = [...new Set([...needs, ...rests])].map((flag) => `${flag} …`).join(' ');
  return [
    ...(needs.length === 0 ? [] : [`${command} needs ${needs.join(', ')}`]),
    ...(rests.length === 0 ? [] : [`with another ${rests.join(', ')} the answer may be another one`]),
    `ask about all of it: chronovirt explain ${instance} ${command} ${asked}`,
  ];
}

function openText({ needs, rests }: Open): string {
  const also = rests.filter((flag) => !needs.includes(flag));
  return [
    ...(needs.length === 0 ? [] : [`needs ${needs.join(', ')}`]),
    ...(also.length === 0 ? [] : [`rests on ${also.join(', ')}`]),
  ].join('; ');
}

/** The verb of a command among the words of the line, and the options that are its own. */
function orderIn(words: readonly string[]): { verb: Verb; options: readonly Option[] } | null {
  const name = words
    .filter((word) => !word.startsWith('-'))
    .slice(1)
    .map(inKebab)
    .find((word) => orderVerbNames.includes(word) || contractVerbNames.includes(word));
  if (name === undefined) return null;
  const verb = orderVerbNames.includes(name) ? orderVerb(name) : contractVerb(name);
  const usual = new Set(orderOptions.map(({ flags }) => flags));
  return { verb, options: verb.options.filter(({ flags }) => !usual.has(flags)) };
}

export const explainVerb: Verb = {
  name: 'explain',
  group: 'Instances',
  summary: 'Say whether a command would be taken, or why not and what to do first.',
  details:
    'Without a command: all of them. A command takes its own options, and is then answered as it would be with them. Ends with exit code 4 when the command would be refused, and with 7 when it would be taken by a host that cannot be told anything now.',
  args: [
    instanceArgument,
    { name: 'command', description: 'start, pause, live-migrate, …', isOptional: true, complete: 'command' },
  ],
  options: [],
  optionsAfter: (words) => orderIn(words)?.options ?? [],
  examples: [
    ['explain web resume', 'may it be resumed?'],
    ['explain web resize --flavor medium --host h2', 'with the options of the command'],
    ['explain web', 'what may be done with it now'],
  ],
  async run(context, [instance = '', command], values) {
    const { client, io, paint, print } = context;
    const path = `/v1/instances/${encodeURIComponent(instance)}/explain`;
    if (command !== undefined) {
      const name = nameOf(command);
      const order = orderIn([instance, command]);
      const isAsked = order?.options.some(({ flags }) => values[optionName(flags)] !== undefined) ?? false;
      if (isAsked && order?.verb.asks !== undefined) {
        const asked = order.verb.asks(io, values);
        return dryRun(context, instance, asked.name, asked.args);
      }
      const found = await client.json<Explanation & About>(path, { query: { command: name } });
      print(found, () => [...explained(found, instance), ...openLines(found, instance)]);
      return endOf(found);
    }
    const found = await client.json<About & { commands: Explanation[] }>(path);
    print(found, () => {
      const rows = found.commands
        .toSorted((a, b) => Number(b.allowed) - Number(a.allowed))
        .map((one) => {
          const open = openOf(one);
          const isOpen = one.allowed || open.rests.length > 0;
          const first = one.path?.map(inKebab).join(', ') ?? '';
          return [
            inKebab(one.command),
            mayOf(one, open, paint),
            withVerbs(one.fact ?? one.away ?? ''),
            first,
            isOpen ? openText(open) : '',
          ];
        });
      const columns = [
        { title: 'COMMAND' },
        { title: 'MAY' },
        { title: 'WHY NOT', shrinkTo: 20, wraps: true },
        { title: 'FIRST', shrinkTo: 8, wraps: true },
        { title: 'OPTIONS', shrinkTo: 12, wraps: true },
      ];
      return [
        `${paint.bold(instance)} is ${paint.state(found.state)}${found.reachable ? '' : `; host ${found.host} does not report just now`}`,
        ...table(columns, rows, io.columns, paint.dim),
      ];
    });
    return exitCodes.ok;
  },
};

const optionName = (flags: string): string => inCamel(/--([a-z][a-z-]*)/.exec(flags)?.[1] ?? '');
