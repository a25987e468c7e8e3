import type { FlavorView } from '../api/types.ts';
import { gibibytes, mebibytes } from '../output/bytes.ts';
import { table } from '../output/table.ts';
import type { Verb } from './verb.ts';

export const flavorsVerb: Verb = {
  name: 'flavors',
  group: 'Images, flavors, hosts',
  summary: 'List the sizes that can be asked for by name.',
  args: [],
  options: [],
  examples: [['flavors', 'the sizes']],
  async run({ client, io, paint, print }) {
    const found = await client.json<{ flavors: FlavorView[]; default: string }>('/v1/flavors');
    print(found.flavors, () => {
      const rows = found.flavors.map(({ name, vcpus, memoryMiB, rootGiB }) => [
        paint.bold(name),
        String(vcpus),
        mebibytes(memoryMiB),
        rootGiB === 0 ? "image's own" : gibibytes(rootGiB),
        name === found.default ? 'default' : '',
      ]);
      return table(
        [
          { title: 'NAME' },
          { title: 'VCPUS', align: 'right' },
          { title: 'MEMORY', align: 'right' },
          { title: 'DISK', align: 'right' },
          { title: '' },
        ],
        rows,
        io.columns,
        paint.dim,
      );
    });
  },
};
