import { randomUUID } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { rootDiskMisfit } from '@chronovirt/contract';
import { inOwnWords } from '../api/problems.ts';
import type { Accepted, FlavorView } from '../api/types.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { gibibytes } from '../output/bytes.ts';
import { orderOptions, waitFor } from '../follow/order.ts';
import { waitingOf } from '../follow/waiting.ts';
import { uploadImage, type Unsent, type UploadOptions } from '../images/upload-image.ts';
import { parseGibibytes, parseMebibytes } from '../parse/size.ts';
import { readInput, readPassword } from '../parse/input-file.ts';
import { readPublicKeys } from '../parse/public-key.ts';
import { textOption, textOptions, type OptionValues, type Verb, type VerbContext } from './verb.ts';

export const createVerb: Verb = {
  name: 'create',
  group: 'Instances',
  summary: 'Make an instance and start it.',
  details:
    'The image is a file (qcow2 or raw; uploaded unless the store has it), or the name or SHA-256 of one in the store. Size: a flavor by name, numbers, or a flavor changed by numbers. Sizes need a unit: MiB, GiB (1024s) or MB, GB (1000s).',
  args: [{ name: 'name', description: 'name of the instance, also its host name' }],
  options: [
    { flags: '--image <file or name>', description: 'what it boots from', complete: 'image' },
    { flags: '--flavor <name>', description: 'size by name (see chronovirt flavors)', complete: 'flavor' },
    { flags: '--memory <size>', description: 'memory: 512MiB, 1GiB' },
    { flags: '--vcpus <number>', description: 'number of vCPUs' },
    { flags: '--disk <size>', description: "size of the root disk: 10GiB; none: the image's own" },
    {
      flags: '--ssh-key <file>',
      description: 'public key for the guest (more than once: more keys)',
      isRepeatable: true,
      complete: 'file',
    },
    { flags: '--user-data <file>', description: 'for cloud-init; sealed, never in history or logs', complete: 'file' },
    {
      flags: '--admin-password-file <file>',
      description: "file with the administrator's password (of a cloud image: its default user's); sealed",
      complete: 'file',
    },
    {
      flags: '--file <path=file>',
      description: 'put a file into the guest: /etc/motd=./motd; sealed',
      isRepeatable: true,
    },
    {
      flags: '--network <name>',
      description: 'a NIC on this libvirt network (more than once: more NICs)',
      isRepeatable: true,
    },
    {
      flags: '--bridge <name>',
      description: 'a NIC on this bridge of the host (more than once: more NICs)',
      isRepeatable: true,
    },
    { flags: '--no-nic', description: 'no network at all' },
    { flags: '--metadata <key=value>', description: 'a note for the guest and for people', isRepeatable: true },
    { flags: '--host <name>', description: 'where to place it; none: the coordinator chooses', complete: 'host' },
    ...orderOptions,
  ],
  examples: [
    [
      'create web --image ./debian-12.qcow2 --memory 1GiB --vcpus 2 --disk 10GiB --ssh-key ~/.ssh/id_ed25519.pub --user-data init.yaml',
      'boot a cloud image from a file',
    ],
    [
      'create db --image debian-12.qcow2 --flavor medium --disk 100GiB',
      'an image of the store, a flavor with a larger disk',
    ],
    ['create edge --image debian-12.qcow2 --flavor small --bridge br0', 'on a bridge of the host'],
    ['create web --image ./debian-12.qcow2 --flavor small --dry-run', 'only check it'],
  ],
  run: create,
};

async function create(context: VerbContext, [name = '']: readonly string[], options: OptionValues): Promise<ExitCode> {
  const waiting = waitingOf(options, context.isJson);
  const body = {
    name,
    ...sizeOf(options),
    ...networksOf(options),
    ...secretsOf(context, options),
    sshKeys: textOptions(options, 'sshKey').flatMap((file) => readPublicKeys(resolve(context.io.cwd, file))),
    metadata: metadataOf(options),
    ...(textOption(options, 'host') === undefined ? {} : { host: textOption(options, 'host') }),
  };
  const isDryRun = options['dryRun'] === true;
  const told = (error: unknown): never => {
    throw inOwnWords(error, optionOf);
  };
  const image = await imageOf(context, textOption(options, 'image'), {
    onlyCheck: isDryRun,
    // A create that is refused leaves nothing in the store.
    beforeSending: async (unsent) => {
      await checked(context, { ...body, image: unsent.sha256 }).catch(told);
      await checkRootDisk(context, unsent, body.flavor);
    },
  });
  if (isDryRun) return preview(context, { ...body, image }).catch(told);
  const accepted = await context.client
    .json<Accepted>('/v1/instances', { method: 'POST', key: randomUUID(), body: { ...body, image } })
    .catch(told);
  return waitFor(context, { ...accepted, name }, waiting);
}

/** The options by the API's fields. */
const optionOf = {
  image: '--image',
  flavor: '--flavor',
  'flavor.vcpus': '--vcpus',
  'flavor.memoryMiB': '--memory',
  'flavor.rootGiB': '--disk',
  sshKeys: '--ssh-key',
  userData: '--user-data',
  adminPassword: '--admin-password-file',
  injectedFiles: '--file',
  metadata: '--metadata',
  networks: '--network or --bridge',
  'networks.*.network': '--network',
  'networks.*.bridge': '--bridge',
  host: '--host',
};

/** The image's SHA-256 or name; a file is uploaded if the store does not have it. */
async function imageOf(
  context: VerbContext,
  given: string | undefined,
  options: Pick<UploadOptions, 'onlyCheck' | 'beforeSending'>,
): Promise<string> {
  if (given === undefined)
    throw new UsageError(
      '--image: expected a file, or the name of an image in the store',
      'chronovirt image list shows those',
    );
  const file = resolve(context.io.cwd, given);
  const isFile = existsSync(file) && statSync(file).isFile();
  if (!isFile && (given.includes('/') || given.startsWith('.')))
    throw new UsageError(`--image: ${existsSync(file) ? `${given} is no file` : `there is no file ${given}`}`);
  if (!isFile) return given;
  const { image } = await uploadImage(context, file, { name: basename(file), ...options });
  return image.sha256;
}

interface Preview {
  readonly spec: {
    readonly flavor: { readonly vcpus: number; readonly memoryMiB: number; readonly rootGiB: number };
    readonly image: { readonly name: string };
  };
}

function askPreview({ client }: VerbContext, body: Record<string, unknown>): Promise<Preview> {
  return client.json<Preview>('/v1/instances', { method: 'POST', query: { dryRun: true }, body });
}

/** Throws what would be refused of a create whose image the store does not have yet: that is asked last, and is no fault. */
async function checked(context: VerbContext, body: Record<string, unknown>): Promise<void> {
  await askPreview(context, body).catch((error: unknown) => {
    if (!(error instanceof CliError) || error.problem?.['field'] !== 'image') throw error;
  });
}

/** What the API cannot tell before it has the image: whether that fits on the disk that was asked for. */
async function checkRootDisk(
  context: VerbContext,
  { name, virtualBytes }: Unsent,
  flavor: FlavorChoice | undefined,
): Promise<void> {
  if (virtualBytes === null) return;
  const why = rootDiskMisfit({ name, virtualBytes }, await rootGiBOf(context, flavor));
  if (why !== null) throw new UsageError(`--disk: ${why}`);
}

/** GiB of the root disk that a choice stands for; 0 = as large as the image. */
async function rootGiBOf({ client }: VerbContext, flavor: FlavorChoice | undefined): Promise<number> {
  const { base, rootGiB }: Exclude<FlavorChoice, string> =
    typeof flavor === 'object' ? flavor : flavor === undefined ? {} : { base: flavor };
  if (rootGiB !== undefined) return rootGiB;
  if (base === undefined && flavor !== undefined) return 0;
  const { flavors, default: usual } = await client.json<{ flavors: FlavorView[]; default: string }>('/v1/flavors');
  return flavors.find(({ name }) => name === (base ?? usual))?.rootGiB ?? 0;
}

async function preview(context: VerbContext, body: Record<string, unknown>): Promise<ExitCode> {
  const { spec } = await askPreview(context, body);
  const { vcpus, memoryMiB, rootGiB } = spec.flavor;
  context.print(spec, () => [
    `would be ordered: ${String(body['name'])}, ${vcpus} vCPU${vcpus === 1 ? '' : 's'}, ${memoryMiB} MiB of memory, a root disk ${rootGiB === 0 ? 'as large as the image' : `of ${gibibytes(rootGiB)}`}, from ${spec.image.name}`,
  ]);
  return exitCodes.ok;
}

/** As the API takes it: by name, or by numbers, of which a flavor by name gives those that are left out. */
type FlavorChoice =
  | string
  | { readonly base?: string; readonly vcpus?: number; readonly memoryMiB?: number; readonly rootGiB?: number };

function sizeOf(options: OptionValues): { flavor?: FlavorChoice } {
  const flavor = textOption(options, 'flavor');
  const [memory, vcpus, disk] = [
    textOption(options, 'memory'),
    textOption(options, 'vcpus'),
    textOption(options, 'disk'),
  ];
  if (vcpus !== undefined && !/^[1-9]\d{0,3}$/.test(vcpus))
    throw new UsageError(`--vcpus: expected a whole number from 1 on, got ${JSON.stringify(vcpus)}`);
  const numbers = {
    ...(memory === undefined ? {} : { memoryMiB: parseMebibytes(memory, '--memory') }),
    ...(vcpus === undefined ? {} : { vcpus: Number(vcpus) }),
    ...(disk === undefined ? {} : { rootGiB: parseGibibytes(disk, '--disk') }),
  };
  if (Object.keys(numbers).length === 0) return flavor === undefined ? {} : { flavor };
  if (flavor !== undefined) return { flavor: { base: flavor, ...numbers } };
  if (memory === undefined)
    throw new UsageError('--memory: expected a size (512MiB, 1GiB), or a flavor by name (--flavor small)');
  return { flavor: { vcpus: 1, ...numbers } };
}

function metadataOf(options: OptionValues): Record<string, string> {
  const pairs = textOptions(options, 'metadata').map((text) => pair(text, '--metadata', 'key=value'));
  const twice = pairs.find(([key], index) => pairs.findIndex(([other]) => other === key) !== index);
  if (twice !== undefined) throw new UsageError(`--metadata: ${twice[0]} is given more than once`);
  return Object.fromEntries(pairs);
}

function networksOf(options: OptionValues): Record<string, unknown> {
  const nics = [
    ...textOptions(options, 'network').map((network) => ({ network })),
    ...textOptions(options, 'bridge').map((bridge) => ({ bridge })),
  ];
  if (options['nic'] !== false) return nics.length === 0 ? {} : { networks: nics };
  if (nics.length > 0) throw new UsageError('--no-nic and --network or --bridge do not go together');
  return { networks: [] };
}

function secretsOf({ io }: VerbContext, options: OptionValues): Record<string, unknown> {
  const [userData, password] = [textOption(options, 'userData'), textOption(options, 'adminPasswordFile')];
  const files = textOptions(options, 'file').map((text) => pair(text, '--file', '/path/in/guest=file'));
  return {
    ...(userData === undefined
      ? {}
      : { userData: readInput(resolve(io.cwd, userData), '--user-data').toString('base64') }),
    ...(password === undefined
      ? {}
      : {
          adminPassword: readPassword(resolve(io.cwd, password), '--admin-password-file'),
        }),
    injectedFiles: files.map(([path, file]) => ({
      path,
      content: readInput(resolve(io.cwd, file), '--file').toString('base64'),
    })),
  };
}

function pair(text: string, option: string, form: string): [string, string] {
  const at = text.indexOf('=');
  if (at <= 0) throw new UsageError(`${option}: expected ${form}, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
