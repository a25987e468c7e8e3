/** Help for people: the overview, one verb, the exit codes; and what was meant by a word that is no verb. */
import { UsageError } from './cli-error.ts';
import { exitCodeTexts } from './exit-codes.ts';
import type { Io } from './io.ts';
import { paint, wantsColour } from './output/colour.ts';
import { wrap } from './output/table.ts';
import { commandOf } from './parse/command-line.ts';
import { nearest } from './parse/nearest.ts';
import { allVerbs, loadVerb, verbNames } from './verbs/index.ts';
import { verbGroups, type Verb } from './verbs/verb.ts';

/** All verbs in their groups. */
export async function overview(io: Io): Promise<string> {
  const { bold, dim } = paint(wantsColour(io.columns !== null, io.env, true));
  const verbs = await allVerbs();
  const width = Math.max(...verbs.map(({ name }) => name.length));
  const line = (verb: Verb): string => verbLine(verb, width, io, bold);
  const groups = verbGroups.map((group) =>
    [bold(group), ...verbs.filter((verb) => verb.group === group).map(line)].join('\n'),
  );
  return [
    `${bold('chronovirt')}: virtual machines with a history\n\nUsage: chronovirt <verb> [arguments] [options]`,
    ...groups,
    `${bold('Exit codes')}\n${exitCodeTexts.map(([code, text]) => `  ${code}  ${wrap(text, (io.columns ?? Number.POSITIVE_INFINITY) - 5).join('\n     ')}`).join('\n')}`,
    ...wrap('chronovirt <verb> --help tells more, with examples. Every verb takes --json.', io.columns ?? 200)
      .map(dim)
      .join('\n'),
  ].join('\n\n');
}

/** `  hosts show  Show a host: …`, the words of the summary going on below one another. */
function verbLine({ name, summary }: Verb, width: number, { columns }: Io, bold = (text: string) => text): string {
  const indent = ' '.repeat(width + 4);
  const room = columns === null ? Number.POSITIVE_INFINITY : Math.max(20, columns - indent.length);
  return `  ${bold(name.padEnd(width))}  ${wrap(summary, room).join(`\n${indent}`)}`;
}

/** The help of a verb, or the overview. */
export async function helpOn(words: readonly string[], io: Io): Promise<string> {
  const names = words.filter((word) => !word.startsWith('-'));
  if (names.length === 0) return overview(io);
  const [first = '', second] = names;
  const verb = (await loadVerb(names.slice(0, 2).join(' '))) ?? (await loadVerb(first));
  const group = second === undefined ? (await allVerbs()).filter(({ name }) => name.startsWith(`${first} `)) : [];
  const others = group.length === 0 ? '' : groupText(first, group, io);
  if (verb === null && others !== '') return others;
  if (verb === null) throw await unknownVerb(names);
  const command = commandOf(verb);
  let text = '';
  command.configureOutput({
    writeOut: (part) => (text += part),
    ...(io.columns === null ? {} : { getOutHelpWidth: () => io.columns ?? 80 }),
  });
  command.outputHelp();
  return others === '' ? text.trimEnd() : `${text.trimEnd()}\n\n${others}`;
}

/** The verbs that begin with the same word. */
function groupText(first: string, verbs: readonly Verb[], io: Io): string {
  const width = Math.max(...verbs.map(({ name }) => name.length));
  return [
    `Verbs of ${first}:`,
    ...verbs.map((verb) => verbLine(verb, width, io)),
    `\nchronovirt help ${first} <verb> tells more.`,
  ].join('\n');
}

/** An error that says which verb was meant. */
export async function unknownVerb([word = '', second = '']: readonly string[]): Promise<UsageError> {
  const names = await verbNames();
  const begun = names.filter((name) => name.startsWith(`${word} `));
  const near =
    second === ''
      ? null
      : nearest(
          second,
          begun.map((name) => name.slice(word.length + 1)),
        );
  if (near !== null)
    return new UsageError(
      `there is no verb ${JSON.stringify(`${word} ${second}`)}`,
      `did you mean: chronovirt ${word} ${near}`,
    );
  if (begun.length > 0)
    return new UsageError(
      `${word}: expected one of ${begun.map((name) => name.slice(word.length + 1)).join(', ')}${second === '' || second.startsWith('-') ? '' : `, got ${JSON.stringify(second)}`}`,
      `chronovirt help ${word}`,
    );
  const named = partlyNamed(word, names);
  const close = named.length > 0 ? null : nearest(word, names);
  const meant = close === null ? named : [close];
  return new UsageError(
    `there is no verb ${JSON.stringify(word)}`,
    meant.length === 0
      ? 'chronovirt help lists the verbs'
      : `did you mean: ${meant.map((name) => `chronovirt ${name}`).join(' or ')}`,
  );
}

/** Verbs of which a part is called so, or begins so: "migrate" is said of two. */
function partlyNamed(word: string, names: readonly string[]): readonly string[] {
  if (word.length < 4) return [];
  return names.filter((name) => name.split(/[- ]/).some((part) => part.startsWith(word)));
}
