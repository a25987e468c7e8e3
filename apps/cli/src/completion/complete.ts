/** What may stand in place of the last word of a command line. `:file` asks the shell for file names. */
import { ApiClient } from '../api/client.ts';
import { findApi } from '../api/find-api.ts';
import type { InstanceView } from '../api/types.ts';
import { exitCodes } from '../exit-codes.ts';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { loadVerb, verbNames } from '../verbs/index.ts';
import { commonOptions, type Completion, type Option, type Verb } from '../verbs/verb.ts';
import { shells } from './scripts.ts';

/** The API is asked for names, but nobody waits long for a Tab. */
const patienceMs = 1_500;

/** Candidates; the shell filters them by what was typed. Never fails: no API, no names. */
export async function complete(given: readonly string[], io: Io): Promise<string[]> {
  const words = joined(given);
  const [first = '', second] = words;
  if (words.length <= 1) return [...new Set((await verbNames()).map((name) => name.split(' ')[0] ?? name)), 'help'];
  const pairs = (await verbNames()).filter((name) => name.startsWith(`${first} `));
  if (pairs.length > 0 && words.length === 2) return pairs.map((name) => name.slice(first.length + 1));
  if (first === 'help') return words.length === 2 ? verbNames() : [];
  const verb = pairs.length > 0 ? await loadVerb(`${first} ${second}`) : await loadVerb(first);
  if (verb === null) return [];
  const found = await forVerb(verb, words.slice(pairs.length > 0 ? 2 : 1), io);
  // Where the shell has split the word, it replaces only what comes after the `=`.
  const isSplit = words.at(-1) !== given.at(-1);
  return isSplit ? found.map((one) => one.replace(valueOf, '')) : found;
}

/** `--option=` of a word. */
const valueOf = /^--[a-z][a-z-]*=/;

/** A shell that breaks words at `=`, as bash does, gives `--flavor=small` as three. */
function joined(words: readonly string[]): string[] {
  const whole: string[] = [];
  for (const word of words) {
    const last = whole.at(-1) ?? '';
    const isValue = word === '=' ? /^--[a-z][a-z-]*$/.test(last) : /^--[a-z][a-z-]*=$/.test(last) && word !== '';
    if (isValue) whole.splice(-1, 1, last + word);
    else whole.push(word);
  }
  return whole;
}

async function forVerb(verb: Verb, words: readonly string[], io: Io): Promise<string[]> {
  const options = [...(verb.optionsAfter?.(words) ?? verb.options), ...commonOptions];
  const current = words.at(-1) ?? '';
  const before = optionOf(options, words.at(-2) ?? '');
  if (before !== undefined && takesValue(before)) return candidates(before.complete, io);
  const [flag = ''] = valueOf.exec(current) ?? [];
  if (flag !== '') {
    const option = optionOf(options, flag.slice(0, -1));
    const values = option !== undefined && takesValue(option) ? await candidates(option.complete, io) : [];
    return values.map((value) => (value === ':file' ? value : `${flag}${value}`));
  }
  if (current.startsWith('-')) return options.flatMap(namesOf);
  const argument = verb.args[positionals(words.slice(0, -1), options)];
  return argument === undefined ? options.flatMap(namesOf) : candidates(argument.complete, io);
}

function positionals(words: readonly string[], options: readonly Option[]): number {
  let found = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const option = optionOf(options, word);
    if (option !== undefined && takesValue(option)) index++;
    else if (!word.startsWith('-')) found++;
  }
  return found;
}

const optionOf = (options: readonly Option[], word: string): Option | undefined =>
  options.find((option) => namesOf(option).includes(word));
const takesValue = ({ flags }: Option): boolean => flags.includes('<');
const namesOf = ({ flags }: Option): string[] => [...flags.matchAll(/--?[a-z][a-z-]*/g)].map(([name]) => name);

async function candidates(kind: Completion | undefined, io: Io): Promise<string[]> {
  switch (kind) {
    case undefined:
      return [];
    case 'file':
      return [':file'];
    case 'shell':
      return [...shells];
    case 'command':
      return orderNames();
    case 'instance':
      return names(io, '/v1/instances', instanceNames);
    case 'everInstance':
      return names(io, '/v1/instances?all=true', instanceNames);
    case 'image':
      return [...(await names(io, '/v1/images', named('images', 'name'))), ':file'];
    case 'flavor':
      return names(io, '/v1/flavors', named('flavors', 'name'));
    case 'host':
      return names(io, '/v1/hosts', named('hosts', 'host'));
    default:
      return kind satisfies never;
  }
}

const instanceNames = (body: Record<string, unknown>): string[] =>
  (body['instances'] as InstanceView[]).map(({ name, uuid }) => name ?? uuid);

async function orderNames(): Promise<string[]> {
  const [{ orderVerbNames }, { contractVerbNames }] = await Promise.all([
    import('../verbs/orders.ts'),
    import('../verbs/contract-orders.ts'),
  ]);
  return [...orderVerbNames, ...contractVerbNames];
}

const named =
  (list: string, field: string) =>
  (body: Record<string, unknown>): string[] =>
    (body[list] as Record<string, string>[]).map((one) => one[field] ?? '');

async function names(io: Io, path: string, of: (body: Record<string, unknown>) => string[]): Promise<string[]> {
  try {
    const client = new ApiClient(findApi({}, io));
    return [
      ...new Set(of(await client.json<Record<string, unknown>>(path, { signal: AbortSignal.timeout(patienceMs) }))),
    ];
  } catch (error) {
    if (error instanceof CliError && error.exitCode !== exitCodes.ok) return [];
    if (error instanceof Error && error.name === 'AbortError') return [];
    throw error;
  }
}
