/** Writes the reference page of the driver contract from the registry. Pure: the text is returned, the caller stores it. */
import type { z } from 'zod';
import {
  descriptionOf,
  entryNames,
  entryOf,
  errorCodes,
  groupNames,
  namedSchemas,
  structureMeanings,
  seedSignatures,
} from '../src/registry/index.ts';
import type { Entry, EntryName, GroupName } from '../src/registry/index.ts';
import { defaultText, mayBeAbsent, nameOf, typeText } from './type-text.ts';

const groupTitles: Record<GroupName, string> = {
  lifecycle: 'Lifecycle: an instance begins and ends',
  power: 'Power: a guest runs, rests and runs again',
  rescue: 'Rescue: a guest that no longer boots',
  resize: 'Resize and cold migration',
  'live-migration': 'Live migration',
  volume: 'Volumes',
  network: 'Network interfaces',
  security: 'Packet filters',
  console: 'Consoles',
  'snapshot-image': 'Snapshots and the image cache',
  guest: 'Inside the guest',
  stats: 'Statistics',
  host: 'The host',
  aggregate: 'Aggregates of hosts',
  inventory: 'Inventory: what the hypervisor has',
  events: 'Events',
  loader: 'Loading drivers (functions)',
  'block-device-helpers': 'Block device information (functions)',
};

const kindWords: Record<Entry['kind'], string> = {
  command: 'changes an instance',
  hostCommand: 'changes a host',
  query: 'changes nothing',
  helper: 'helper',
};

const repeatWords: Record<Entry['idempotency'], string> = {
  ensure: 'ensure: done again it ends as done once',
  query: 'query: changes nothing',
  atMostOnce: 'at most once: after a crash its outcome is unknown, and it is never run again by itself',
  helper: 'helper: nothing outside changes',
};

const contextOf: Record<Entry['kind'], string | undefined> = {
  command: 'EffectContext',
  hostCommand: 'HostContext',
  query: 'QueryContext',
  helper: undefined,
};

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string) => `\`${text}\``;
const row = (...cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[][]) => [
  row(...head),
  row(...head.map(() => '---')),
  ...rows.map((cells) => row(...cells)),
];
const bullets = (sentences: readonly string[]) => sentences.map((sentence) => `- ${sentence}`);
const anchor = (name: string) => name.toLowerCase();
const typeAnchor = (name: string) => `type-${name.toLowerCase()}`;

/** A type in code, with a link where it is, or holds, structures of this page. */
function linkedType(schema: z.core.$ZodType, options: { readonly expand?: boolean } = {}): string {
  const text = typeText(schema, options);
  const mentioned = Object.keys(namedSchemas).filter((name) =>
    new RegExp(`(?<![A-Za-z'])${name}(?![A-Za-z'])`).test(text),
  );
  if (mentioned.length === 1 && mentioned[0] === text) return `[${code(text)}](#${typeAnchor(text)})`;
  const links = mentioned.map((name) => `[${name}](#${typeAnchor(name)})`);
  return links.length === 0 ? code(text) : `${code(text)} (${links.join(', ')})`;
}

/** Rows of a structure's fields; those of a part without a name of its own follow it, as `part.field`. */
const fieldRows = (shape: Record<string, z.core.$ZodType>, part = ''): string[][] =>
  Object.entries(shape).flatMap(([name, schema]) => {
    const absent = defaultText(schema);
    const meaning = `${descriptionOf(schema) ?? ''}${absent === undefined ? '' : ` Default ${code(absent)}.`}`.trim();
    const own = nameOf(schema) === undefined ? shapeOf(schema) : undefined;
    const field = code(`${part}${name}${mayBeAbsent(schema) ? '?' : ''}`);
    if (own === undefined) return [[field, linkedType(schema), meaning]];
    return [[field, code('object'), meaning], ...fieldRows(own, `${part}${name}.`)];
  });

const shapeOf = (schema: z.core.$ZodType) =>
  ((schema as z.ZodType).def as { shape?: Record<string, z.core.$ZodType> }).shape;

function signature(name: EntryName, entry: Entry): string[] {
  if (entry.form === 'attribute') return [`readonly ${name}: ${typeText(entry.result)};`];
  if (entry.form === 'function') {
    const own = Object.entries(entry.params.shape).map(([key, schema]) =>
      key === 'args' ? '...args: unknown[]' : `${key}: ${typeText(schema)}`,
    );
    return [`${name}(${own.join(', ')}): ${typeText(entry.result)};`];
  }
  const args = Object.entries(entry.params.shape).map(([key, schema]) => {
    const absent = defaultText(schema);
    return `${key}: ${typeText(schema)},${absent === undefined ? '' : ` // default ${absent}`}`;
  });
  const context = contextOf[entry.kind];
  const rest = context === undefined ? '' : `, context: ${context}`;
  const result = `Promise<${typeText(entry.result)}>`;
  if (args.length === 0) return [`${name}(args: {}${rest}): ${result};`];
  return [
    `${name}(`,
    '  args: {',
    ...args.map((line) => `    ${line}`),
    '  },',
    ...(context === undefined ? [] : [`  context: ${context},`]),
    `): ${result};`,
  ];
}

function upstreamText({ name, upstream, signature: own, renamed, dropped, missingInNovaLibvirt }: Entry): string[] {
  const status = `${upstream.status}${upstream.since === undefined ? '' : ` in ${upstream.since}`}${upstream.note === undefined ? '' : `: ${upstream.note}`}`;
  const respelled = Object.entries(renamed ?? {}).map(([seed, now]) => `${code(seed)} is ${code(now)}`);
  const gone = Object.entries(dropped ?? {}).map(([seed, why]) => `${code(seed)} is gone: ${why}`);
  const differences = [...respelled, ...gone];
  return [
    `- Nova's page: ${code(`${name}${seedSignatures[name as keyof typeof seedSignatures]}`)}. Upstream: ${status}.`,
    `- Here: ${own.follows === 'today' ? "today's parameters" : "the page's parameters"}, because ${own.why}.${differences.length === 0 ? '' : ` ${differences.join('; ')}.`}`,
    ...(missingInNovaLibvirt ? ["- Nova's libvirt driver has answered “not implemented”."] : []),
  ];
}

function entrySection(name: EntryName): string[] {
  const entry = entryOf(name);
  const result = entry.form === 'attribute' ? [] : [`Returns ${linkedType(entry.result)}${resultMeaning(entry)}`, ''];
  const shape = entry.params.shape as Record<string, z.core.$ZodType>;
  return [
    `### ${name}`,
    '',
    `${entry.summary} ${code(entry.name)}, ${entry.form === 'method' ? kindWords[entry.kind] : entry.form}.`,
    '',
    '```ts',
    ...signature(name, entry),
    '```',
    '',
    ...(Object.keys(shape).length === 0 ? [] : [...table(['argument', 'type', 'meaning'], fieldRows(shape)), '']),
    ...result,
    ...(entry.states === undefined ? [] : [`**States.** ${entry.states}`, '']),
    ...(entry.before.length === 0 ? [] : ['**Before the call**', '', ...bullets(entry.before), '']),
    '**Promises**',
    '',
    ...Object.entries(entry.promises).map(([id, sentence]) => `- ${code(id)}: ${sentence}`),
    '',
    ...(entry.errors.length === 0
      ? ['**Errors.** None of its own.', '']
      : [
          '**Errors**',
          '',
          ...table(
            ['code', 'when'],
            entry.errors.map(({ code: error, when }) => [code(error), when]),
          ),
          '',
        ]),
    `**Called again.** ${repeatWords[entry.idempotency]}. ${entry.repeat}`,
    '',
    '**Difference to Nova**',
    '',
    ...upstreamText(entry),
    '',
    ...(entry.libvirt.length === 0 ? [] : ['**On libvirt**', '', ...bullets(entry.libvirt), '']),
    `**To see that it holds.** ${entry.verify}`,
    '',
  ];
}

function resultMeaning({ result }: Entry): string {
  const meaning = nameOf(result) === undefined ? descriptionOf(result) : undefined;
  return meaning === undefined ? '.' : `: ${meaning}`;
}

function structureSection(name: keyof typeof namedSchemas, schema: z.ZodType): string[] {
  const shape = shapeOf(schema);
  return [
    `### type ${name}`,
    '',
    structureMeanings[name],
    '',
    ...(shape === undefined
      ? ['```ts', `type ${name} = ${typeText(schema, { expand: true })};`, '```']
      : table(['field', 'type', 'meaning'], fieldRows(shape))),
    '',
  ];
}

const indexRows = () =>
  groupNames.map((group) => [
    `[${groupTitles[group]}](#${group})`,
    entryNames
      .filter((name) => entryOf(name).group === group)
      .map((name) => `[${name}](#${anchor(name)})`)
      .join(', '),
  ]);

const groupSection = (group: GroupName) => [
  `<a id="${group}"></a>`,
  '',
  `## ${groupTitles[group]}`,
  '',
  ...entryNames.filter((name) => entryOf(name).group === group).flatMap(entrySection),
];

/** The whole page, as Markdown. */
export function contractPage(): string {
  const entries = entryNames.map(entryOf);
  const count = (kind: Entry['kind']) => entries.filter((entry) => entry.kind === kind).length;
  return [
    '# The driver contract',
    '',
    '<!-- Generated by `node libs/contract/tools/generate-docs.ts` from libs/contract/src/registry. Change it there. -->',
    '',
    'Everything that stands between this project and a hypervisor. It is the contract that OpenStack Nova gave its compute drivers',
    `(\`nova.virt.driver\`), name by name: ${entries.length} names, of which ${entries.filter(({ form }) => form === 'method').length} are methods, one is an attribute and 8 are functions.`,
    `${count('command')} change an instance, ${count('hostCommand')} change a host, ${count('query')} ask, ${count('helper')} help.`,
    '',
    'How to read it:',
    '',
    "- A method takes one object of arguments, with Nova's parameter names in camelCase, and what the runtime gives: a permit, a mark and",
    '  a deadline to what changes an instance (`EffectContext`), the same without instance and mark to what changes a host (`HostContext`),',
    '  a signal and a deadline to what asks (`QueryContext`).',
    '- An error is a `DriverError` whose `code` is one of those given; [all codes](#error-codes) with the names that Nova has for them.',
    '- A structure is a type of its own name in `@chronovirt/contract`; [data structures](#data-structures) gives its fields and units.',
    '- A promise has a name, and the contract suite proves it under that name, for every driver.',
    '- The record of an instance (`vmState`, `taskState`) is written by the caller. A driver changes the hypervisor and nothing else.',
    '- A driver has the methods that it has: one that would only say "not implemented" is left out.',
    '',
    ...table(['group', 'names'], indexRows()),
    '',
    'Also: [data structures](#data-structures), [error codes](#error-codes).',
    '',
    ...groupNames.flatMap(groupSection),
    '## Data structures',
    '',
    'Units stand with each field. A field with `?` may be absent.',
    '',
    ...(Object.keys(namedSchemas) as (keyof typeof namedSchemas)[]).flatMap((name) =>
      structureSection(name, namedSchemas[name]),
    ),
    '## Error codes',
    '',
    ...table(
      ['code', 'in Nova', 'thrown by'],
      Object.entries(errorCodes).map(([error, nova]) => [
        code(error),
        nova,
        entryNames
          .filter((name) => entryOf(name).errors.some((thrown) => thrown.code === error))
          .map((name) => `[${name}](#${anchor(name)})`)
          .join(', '),
      ]),
    ),
    '',
  ].join('\n');
}
