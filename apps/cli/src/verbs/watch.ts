import { followEvents, tellsAway } from '../api/events.ts';
import type { InstanceView } from '../api/types.ts';
import { rowLine } from '../history/history-table.ts';
import { RowMaker, type Row } from '../history/rows.ts';
import type { Verb } from './verb.ts';

export const watchVerb: Verb = {
  name: 'watch',
  group: 'History',
  summary: 'Show every turn of one or all instances as it is stored.',
  args: [{ name: 'instance', description: 'name or UUID; none: all', isOptional: true, complete: 'everInstance' }],
  options: [
    { flags: '--since <position>', description: 'begin after this position (h1:57,_cluster:12) instead of now' },
  ],
  examples: [
    ['watch', 'everything that happens'],
    ['watch web', 'one instance'],
    ['watch --json', 'stored messages, one per line'],
  ],
  async run({ client, io, paint, isJson }, [instance], options) {
    const names = await namesOf();
    const makers = new Map<string, RowMaker>();
    let before: Row | undefined;
    const since = typeof options['since'] === 'string' ? { since: options['since'] } : {};
    const only = instance === undefined ? {} : { instance };
    for await (const event of followEvents(client, {
      ...only,
      ...since,
      signal: io.signal,
      onAway: tellsAway(io, client),
    })) {
      if (event.kind !== 'entry') continue;
      if (isJson) {
        io.out(`${JSON.stringify(event.entry)}\n`);
        continue;
      }
      const uuid = event.entry.message?.instance ?? event.entry.instance ?? '';
      const maker = makers.get(uuid) ?? new RowMaker();
      makers.set(uuid, maker);
      if (!names.has(uuid)) names.set(uuid, await nameOf(uuid));
      for (const row of maker.rowsOf(event.entry)) {
        io.out(`${rowLine(row, before, paint, names.get(uuid) ?? uuid)}\n`);
        before = row;
      }
    }

    async function namesOf(): Promise<Map<string, string>> {
      const { instances } = await client.json<{ instances: InstanceView[] }>('/v1/instances', { query: { all: true } });
      return new Map(instances.map(({ uuid, name }) => [uuid, name ?? uuid]));
    }
    async function nameOf(uuid: string): Promise<string> {
      const found = await client.json<InstanceView>(`/v1/instances/${uuid}`);
      return found.name ?? uuid;
    }
  },
};
