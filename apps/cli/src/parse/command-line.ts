/** A verb's words into arguments and options. */
import { Command, CommanderError, Option as CommanderOption } from 'commander';
import { UsageError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import { inCamel } from './words.ts';
import { commonOptions, type OptionValues, type Verb } from '../verbs/verb.ts';

export type Parsed =
  | { readonly kind: 'run'; readonly args: readonly string[]; readonly options: OptionValues }
  | { readonly kind: 'help' };

/** Parses; prints the help when that was asked for. Throws `UsageError` naming what is wrong. */
export function parseWords(verb: Verb, words: readonly string[], io: Io): Parsed {
  const command = commandOf(verb);
  const said: string[] = [];
  command.exitOverride();
  command.configureOutput({
    writeOut: io.out,
    writeErr: (text) => said.push(text),
    ...(io.columns === null ? {} : { getOutHelpWidth: () => io.columns ?? 80 }),
  });
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help' };
    throw new UsageError(
      said
        .join('')
        .trim()
        .replace(/^error: /, ''),
      swallowed(verb, words, command, error) ?? `chronovirt ${verb.name} --help tells more`,
    );
  }
  const empty = command.args.findIndex((word) => word === '');
  if (empty >= 0) {
    const { name = '', description = '' } = verb.args[empty] ?? {};
    throw new UsageError(`${name}: expected ${description}, got ""`, `chronovirt ${verb.name} --help tells more`);
  }
  return { kind: 'run', args: command.args, options: command.opts() };
}

/** `ip --wait web`: the option has taken the argument for its value. */
function swallowed(verb: Verb, words: readonly string[], command: Command, error: CommanderError): string | null {
  if (error.code !== 'commander.missingArgument') return null;
  const taken = verb.options
    .filter(({ flags }) => flags.includes('['))
    .map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? '')
    .find((flag) => typeof command.opts()[inCamel(flag.slice(2))] === 'string' && words.includes(flag));
  if (taken === undefined) return null;
  const value = String(command.opts()[inCamel(taken.slice(2))]);
  return `${taken} took ${JSON.stringify(value)} for its value; write: chronovirt ${verb.name} ${value} ${taken}`;
}

/** The verb as the parser knows it; also writes its help. */
export function commandOf(verb: Verb): Command {
  const command = new Command(`chronovirt ${verb.name}`);
  command.description(verb.details === undefined ? verb.summary : `${verb.summary}\n\n${verb.details}`);
  for (const { name, description, isOptional } of verb.args)
    command.argument(isOptional === true ? `[${name}]` : `<${name}>`, description);
  // Descriptions are broken between words in a narrow terminal too.
  command.configureHelp({ minWidthToWrap: 16 });
  command.usage(
    [...verb.args.map(({ name, isOptional }) => (isOptional === true ? `[${name}]` : `<${name}>`)), '[options]'].join(
      ' ',
    ),
  );
  for (const { flags, description, isRepeatable } of [...verb.options, ...commonOptions]) {
    const option = new CommanderOption(flags, description);
    if (isRepeatable === true) option.argParser((value: string, all: string[] | undefined) => [...(all ?? []), value]);
    command.addOption(option);
  }
  const width = Math.max(...verb.examples.map(([line]) => line.length));
  const examples = verb.examples.map(([line, meaning]) =>
    width > 50 ? `  # ${meaning}\n  chronovirt ${line}` : `  chronovirt ${line.padEnd(width)}  # ${meaning}`,
  );
  command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
  command.allowExcessArguments(false);
  return command;
}
