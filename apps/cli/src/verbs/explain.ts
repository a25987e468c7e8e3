import type { Explanation } from '../api/types.ts';
import { exitCodes } from '../exit-codes.ts';
import { explained } from '../follow/order.ts';
import { table } from '../output/table.ts';
import { inCamel, inKebab } from '../parse/words.ts';
import { instanceArgument, type Verb } from './verb.ts';

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
      const found = await client.json<Explanation & About>(path, { query: { command: inCamel(command) } });
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
