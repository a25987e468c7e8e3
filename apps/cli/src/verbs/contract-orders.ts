/** Verbs for the commands of the contract that have no words of their own: names, options and meaning come from the contract and the chart. */
import { resolve } from 'node:path';
import { contractOrders, type ContractOption, type ContractOrder } from '../generated/orders.ts';
import { order, orderOptions } from '../follow/order.ts';
import { UsageError } from '../cli-error.ts';
import { inCamel, inKebab, inWords } from '../parse/words.ts';
import type { Io } from '../io.ts';
import { readPassword } from '../parse/input-file.ts';
import { instanceArgument, textOption, type Option, type OptionValues, type Verb } from './verb.ts';

export const contractVerbNames = contractOrders.map(({ command }) => inKebab(command));

/** The verb of a command, by the verb's name. */
export function contractVerb(name: string): Verb {
  const found = contractOrders.find(({ command }) => command === inCamel(name));
  if (found === undefined) throw new Error(`no command is called ${name}`);
  const summary = summaries[found.command] ?? found.summary;
  return {
    name,
    group: 'Instances',
    summary,
    ...(details[found.command] !== undefined && { details: details[found.command] }),
    args: [instanceArgument],
    options: [...found.options.flatMap(optionsOf), ...orderOptions],
    examples: [
      ...(moreExamples[found.command] ?? []),
      [
        `${name} web${found.options.map(exampleOf).join('')}`,
        `${summary.slice(0, 1).toLowerCase()}${summary.slice(1).replace(/\.$/, '')}`,
      ],
    ],
    asks: (io, values) => ({ name: found.command, args: argumentsOf(io, found, values) }),
    run: (context, [instance = ''], values) =>
      order(context, instance, found.command, argumentsOf(context.io, found, values), values),
  };
}

/** An option that an example cannot do without. */
function exampleOf({ name, kind, isRequired }: ContractOption): string {
  return isRequired ? ` --${inKebab(name)} ${exampleValues[name] ?? exampleValues[kind] ?? '…'}` : '';
}

const exampleValues: Readonly<Record<string, string>> = { flavor: 'medium', name: 'nightly', rotation: '3' };

/** In the words of who orders it: the chart tells what each of its operations does, and a command may have several. */
const summaries: Readonly<Record<string, string>> = {
  hardReboot: 'Cut a guest off and start it from a fresh definition; the repair tool.',
  rescue: 'Stop a guest and start a rescue system with its own disk beside it.',
  unrescue: 'End a rescue: the guest starts from its own disk again.',
  rebuild: 'Make a guest anew in its place; its disks are lost, ephemeral ones too.',
  resize: 'Give a guest another size, here or on another host; confirm or revert follows.',
  coldMigrate: 'Stop a guest and bring it to another host; confirm or revert follows.',
  confirmResize: 'Make a resize or a cold migration final.',
  revertResize: 'Turn a resize or a cold migration back.',
  liveMigrate: 'Bring a running guest to another host.',
  abortMigration: 'Call off a move that has not landed; the guest stays where it is.',
  forceComplete: 'Bring a live migration to its end, at the price of a pause.',
  evacuate: 'Make a guest again elsewhere, once it is proved that its host cannot run it.',
  shelve: 'Stop a guest and make an image of its disk.',
  offload: 'Take a shelved guest off its host.',
  unshelve: 'Start a shelved guest again; one that was offloaded on any host.',
  snapshot: 'Make an image of the root disk; the guest goes on as it is.',
  backup: 'Make an image, and remove the oldest backups beyond the number that is kept.',
  softDelete: 'Put a guest into the trash; restore or delete follows.',
  restore: 'Bring a guest back from the trash.',
  adoptDrift: 'Answer what was seen of a guest: it is right, and is taken over.',
  repairDrift: 'Answer what was seen of a guest: the record is right, and it is brought back.',
};

/** What the contract does not say of a command. */
const details: Readonly<Record<string, string>> = {
  rescue:
    "From the instance's own image, or another one. Given no password, one is made for the rescue system and shown once. The instance's own password stays as it is, on its own disk, which the rescue system finds by its serial, root: a kernel may call it vda all the same.",
  snapshot: 'Ends with the name and the SHA-256 of the image; create --image takes either.',
  backup: 'Ends with the name and the SHA-256 of the image; create --image takes either.',
  rebuild:
    'From the image that it has, or another one. A password that is given is the instance’s from now on; given none, it keeps the one that it has. Files, user data and keys are those of create.',
};

const moreExamples: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  liveMigrate: [['live-migrate web --no-block-migration', 'only if no disk has to be copied']],
  rescue: [['rescue web --admin-password-file /dev/stdin < password', 'with a password of your own']],
};

/** A flag that can be denied has two: neither of them leaves it to the hosts. */
function optionsOf(option: ContractOption): Option[] {
  const denial = denials[option.name];
  if (denial === undefined) return [optionOf(option)];
  return [optionOf(option), { flags: `--no-${inKebab(option.name)}`, description: denial }];
}

function optionOf({ name, kind, description }: ContractOption): Option {
  if (kind === 'secret')
    return {
      flags: `--${inKebab(name)}-file <file>`,
      description: "file with the administrator's password (of a cloud image: its default user's); sealed",
      complete: 'file',
    };
  const flag = `--${inKebab(name)}`;
  const complete = kind === 'host' || kind === 'image' || kind === 'flavor' ? { complete: kind } : {};
  return {
    flags: kind === 'flag' ? flag : `${flag} <${kind}>`,
    description: textOf(name, kind, description),
    ...complete,
  };
}

/** What options mean where the contract does not say it, by name or else by kind. */
const usualTexts: Readonly<Record<string, string>> = {
  blockMigration: 'insist on copying the disks along; given neither: as the storage of the two hosts needs it',
  fromImage: 'make it anew from its image, where its disk is lost with the host; what was on the disk is gone',
  name: 'name of the image that is made',
  rotation: 'how many backups of that name are kept',
  host: 'host to go to; none: the coordinator chooses',
  image: 'image by name or SHA-256',
  flavor: 'flavor by name',
};

/** Flags whose `false` says something else than leaving them out, by name. */
const denials: Readonly<Record<string, string>> = {
  blockMigration: 'insist on storage that both hosts share: no disk is copied, and where one would have to be it stays',
};

const textOf = (name: string, kind: string, description: string): string =>
  description === '' ? (usualTexts[name] ?? usualTexts[kind] ?? inWords(name)) : description;

function argumentsOf(io: Io, { options }: ContractOrder, values: OptionValues): Record<string, unknown> {
  const args: Record<string, unknown> = {};
  for (const { name, kind, isRequired, description } of options) {
    if (kind === 'secret') {
      const file = textOption(values, `${name}File`);
      if (file !== undefined) args[name] = readPassword(resolve(io.cwd, file), `--${inKebab(name)}-file`);
      continue;
    }
    const value = values[name];
    if (value === undefined) {
      if (isRequired) throw new UsageError(`--${inKebab(name)} is needed: ${textOf(name, kind, description)}`);
      continue;
    }
    if (kind === 'number' && !/^\d+$/.test(String(value)))
      throw new UsageError(`--${inKebab(name)}: expected a whole number, got ${JSON.stringify(value)}`);
    args[name] = kind === 'number' ? Number(value) : value;
  }
  return args;
}
