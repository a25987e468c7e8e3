import { commandNames } from '@chronovirt/contract';
import type { Explanation } from '../api/types.ts';
import { UsageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { explained } from '../follow/order.ts';
import { table } from '../output/table.ts';
import { nearest } from '../parse/nearest.ts';
import { inCamel, inKebab } from '../parse/words.ts';
import { instanceArgument, type Verb } from './verb.ts';

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

export const explainVerb: Verb = {
  name: 'explain',
  group: 'Instances',
  summary: 'Say whether a command would be taken, or why not and what to do first.',
  details: 'Without a command: all of them. Ends with exit code 4 when the command would be refused.',
  args: [
    instanceArgument,
    { name: 'command', description: 'start, pause, live-migrate, …', isOptional: true, complete: 'command' },
  ],
  options: [],
  examples: [
    ['explain web resume', 'may it be resumed?'],
    ['explain web', 'what may be done with it now'],
  ],
  async run({ client, io, paint, print }, [instance = '', command]) {
    const path = `/v1/instances/${encodeURIComponent(instance)}/explain`;
    if (command !== undefined) {
      const name = nameOf(command);
      const found = await client.json<Explanation & About>(path, { query: { command: name } });
      print(found, () => explained(found, instance));
      return found.allowed ? exitCodes.ok : exitCodes.refused;
    }
    const found = await client.json<About & { commands: Explanation[] }>(path);
    print(found, () => {
      const rows = found.commands
        .toSorted((a, b) => Number(b.allowed) - Number(a.allowed))
        .map((one) => [
          inKebab(one.command),
          one.allowed ? paint.green('yes') : 'no',
          one.fact ?? '',
          one.path?.map(inKebab).join(', ') ?? '',
        ]);
      const columns = [
        { title: 'COMMAND' },
        { title: 'MAY' },
        { title: 'WHY NOT', shrinkTo: 20 },
        { title: 'FIRST', shrinkTo: 8 },
      ];
      return [
        `${paint.bold(instance)} is ${paint.state(found.state)}${found.reachable ? '' : `; host ${found.host} does not report just now`}`,
        ...table(columns, rows, io.columns, paint.dim),
      ];
    });
    return exitCodes.ok;
  },
};
