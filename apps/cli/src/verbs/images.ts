import { basename, resolve } from 'node:path';
import type { ImageView } from '../api/types.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { uploadImage } from '../images/upload-image.ts';
import { exitCodes } from '../exit-codes.ts';
import { byteText } from '../output/bytes.ts';
import { facts, table } from '../output/table.ts';
import { age, dateTime } from '../output/time.ts';
import { textOption, textOptions, type Argument, type OptionValues, type Verb } from './verb.ts';

const imageArgument: Argument = { name: 'image', description: 'name, SHA-256 or its beginning', complete: 'image' };
const group = 'Images, flavors, hosts';

export const imageVerbs: Readonly<Record<string, Verb>> = {
  'image upload': {
    name: 'image upload',
    group,
    summary: 'Bring an image into the store: qcow2 or raw.',
    details:
      'Its format is read from its content. Refused, with the reason and what to do: backing files, external data files, encryption, unknown features, other formats, what is compressed, pages of the web; and what neither is qcow2 nor looks like a raw disk, unless --format raw says that it is one.',
    args: [{ name: 'file', description: 'the image', complete: 'file' }],
    options: [
      { flags: '--name <name>', description: "name for people; the file's when not given" },
      {
        flags: '--format <format>',
        description: 'what you say it is: qcow2 or raw; what is plainly something else is refused all the same',
      },
      {
        flags: '--property <name=value>',
        description:
          'what it says of its guests: hw_qemu_guest_agent=yes, an agent runs in them; os_require_quiesce=yes, no snapshot unless it freezes their file systems; os_shutdown_timeout=300, seconds that they get to shut down',
        isRepeatable: true,
      },
    ],
    examples: [
      ['image upload ./debian-12.qcow2', 'take it in'],
      ['image upload ./disk.img --name base --format raw', 'under another name'],
      [
        'image upload ./db.qcow2 --property hw_qemu_guest_agent=yes --property os_require_quiesce=yes',
        'snapshots of its guests have frozen file systems, or there are none',
      ],
    ],
    async run(context, [file = ''], options) {
      const name = textOption(options, 'name');
      if (name === '') throw new UsageError('--name: expected a name, got ""');
      const path = resolve(context.io.cwd, file);
      const { image, isNew } = await uploadImage(context, path, {
        name: name ?? basename(path),
        format: textOption(options, 'format'),
        properties: propertiesOf(options),
      });
      const kept = name !== undefined && name !== image.name ? [`it keeps the name ${image.name}`] : [];
      context.print({ ...image, isNew }, () => [
        `${context.paint.bold(image.name)} ${isNew ? 'is in the store' : 'was in the store already'}: ${image.format}, ${byteText(image.bytes)}, SHA-256 ${image.sha256}`,
        ...kept,
      ]);
    },
  },
  'image list': {
    name: 'image list',
    group,
    summary: 'List the images in the store.',
    args: [],
    options: [],
    examples: [['image list', 'what can be booted']],
    async run({ client, io, paint, print }) {
      const { images } = await client.json<{ images: ImageView[] }>('/v1/images');
      print(images, () => {
        if (images.length === 0) return ['the store is empty; chronovirt image upload fills it'];
        const rows = images.map(({ name, format, bytes, virtualBytes, uploaded, by, sha256 }) => [
          paint.bold(name),
          format,
          byteText(bytes),
          byteText(virtualBytes),
          age(Math.max(0, io.now() - uploaded)),
          by,
          paint.dim(sha256),
        ]);
        const columns = [
          { title: 'NAME', shrinkTo: 12 },
          { title: 'FORMAT' },
          { title: 'SIZE', align: 'right' as const },
          { title: 'DISK', align: 'right' as const },
          { title: 'AGE', align: 'right' as const },
          { title: 'BY' },
          { title: 'SHA-256', shrinkTo: 16 },
        ];
        return table(columns, rows, io.columns, paint.dim);
      });
    },
  },
  'image show': {
    name: 'image show',
    group,
    summary: 'Show an image.',
    args: [imageArgument],
    options: [],
    examples: [['image show debian-12.qcow2', 'its facts']],
    async run({ client, paint, print }, [image = '']) {
      const found = await client.json<ImageView>(`/v1/images/${encodeURIComponent(image)}`);
      print(found, () => [
        paint.bold(found.name),
        ...facts(
          [
            ['sha256', found.sha256],
            ['format', found.format],
            ['size', byteText(found.bytes)],
            ['disk', byteText(found.virtualBytes)],
            ['uploaded', `${dateTime(found.uploaded)} by ${found.by}`],
            ...(found.madeFor === undefined
              ? []
              : [['made for', `${found.madeFor.join(', ')}; it goes when no instance needs it`] as [string, string]]),
            ...Object.entries(found.properties ?? {}).map(([name, value]): [string, string] => [name, value]),
          ],
          paint.dim,
        ),
      ]);
    },
  },
  'image delete': {
    name: 'image delete',
    group,
    summary: 'Remove an image from the store.',
    args: [imageArgument],
    options: [{ flags: '--force', description: 'also while instances are made from it; they could not be rebuilt' }],
    examples: [['image delete debian-12.qcow2', 'if nothing is made from it']],
    async run({ client, print }, [image = ''], options) {
      const found = await client
        .json<ImageView>(`/v1/images/${encodeURIComponent(image)}`, {
          method: 'DELETE',
          query: { force: options['force'] === true ? true : undefined },
        })
        .catch((error: unknown) => {
          if (!(error instanceof CliError) || error.exitCode !== exitCodes.refused) throw error;
          const hint = `chronovirt image delete ${image} --force removes it all the same; they could not be rebuilt`;
          throw new CliError(error.exitCode, error.message, { hint, problem: error.problem, cause: error });
        });
      print(found, () => [`${found.name} is removed`]);
    },
  },
};

/** Which ones there are the store knows, and says; the names are Nova's. */
function propertiesOf(options: OptionValues): Record<string, string> {
  const pairs = textOptions(options, 'property').map((text) => {
    const [, name, value] = /^((?:hw|os)_[a-z0-9_]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || value === undefined)
      throw new UsageError(
        `--property: expected name=value, such as os_require_quiesce=yes, got ${JSON.stringify(text)}`,
      );
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}
