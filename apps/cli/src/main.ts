/** The command: finds the verb, parses, runs it, ends with the exit code that fits. */
import { ApiClient } from './api/client.ts';
import { findApi } from './api/find-api.ts';
import { CliError } from './cli-error.ts';
import { exitCodes, type ExitCode } from './exit-codes.ts';
import { processIo, type Io } from './io.ts';
import { paint, wantsColour } from './output/colour.ts';
import { say } from './output/say.ts';
import { loadVerb, verbNames } from './verbs/index.ts';
import type { OptionValues, Verb, VerbContext } from './verbs/verb.ts';

/** Runs one command line (without `node` and script); resolves with the exit code. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<ExitCode> {
  const isJson = argv.includes('--json');
  try {
    return await dispatch(argv, io);
  } catch (error) {
    return tell(error, io, isJson);
  }
}

async function dispatch(argv: readonly string[], io: Io): Promise<ExitCode> {
  const [first, second] = argv;
  if (first === undefined) {
    const { overview } = await import('./help.ts');
    io.err(`${await overview(io)}\n`);
    return exitCodes.usage;
  }
  if (first === 'help' || first === '--help' || first === '-h') {
    const { helpOn } = await import('./help.ts');
    io.out(`${await helpOn(argv.slice(1), io)}\n`);
    return exitCodes.ok;
  }
  if (first === '--version' || first === '-V') return dispatch(['version', ...argv.slice(1)], io);
  if (first === '__complete') {
    const { complete } = await import('./completion/complete.ts');
    io.out((await complete(argv.slice(1), io)).map((word) => `${word}\n`).join(''));
    return exitCodes.ok;
  }
  const two = second === undefined ? null : await loadVerb(`${first} ${second}`);
  const one = two === null ? await loadVerb(first) : null;
  const verb = two ?? (one !== null && isOrderOfGroup(first, second, await verbNames(), one) ? null : one);
  if (verb === null) {
    const { unknownVerb } = await import('./help.ts');
    throw await unknownVerb(argv);
  }
  return runVerb(verb, argv.slice(two === null ? 1 : 2), io);
}

/** `hosts shwo`: the first word is a verb that takes no arguments and begins others, so the second was meant for one of those. */
function isOrderOfGroup(first: string, second: string | undefined, names: readonly string[], verb: Verb): boolean {
  const isWord = second !== undefined && !second.startsWith('-');
  return isWord && verb.args.length === 0 && names.some((name) => name.startsWith(`${first} `));
}

async function runVerb(given: Verb, words: readonly string[], io: Io): Promise<ExitCode> {
  const { parseWords } = await import('./parse/command-line.ts');
  const verb = given.optionsAfter === undefined ? given : { ...given, options: given.optionsAfter(words) };
  const parsed = parseWords(verb, words, io);
  if (parsed.kind === 'help') return exitCodes.ok;
  const code = await verb.run(contextOf(io, parsed.options), parsed.args, parsed.options);
  return code ?? exitCodes.ok;
}

function contextOf(io: Io, options: OptionValues): VerbContext {
  const isJson = options['json'] === true;
  let client: ApiClient | null = null;
  return {
    io,
    isJson,
    paint: paint(wantsColour(io.columns !== null, io.env, options['color'] !== false)),
    get client() {
      return (client ??= new ApiClient(
        findApi(
          { api: options['api'] as string | undefined, tokenFile: options['tokenFile'] as string | undefined },
          io,
        ),
        { signal: io.signal, onSilence: (text) => io.err(`chronovirt: ${text}\n`) },
      ));
    },
    print(value, show) {
      if (isJson) io.out(`${JSON.stringify(value)}\n`);
      else for (const line of show()) io.out(`${line}\n`);
    },
  };
}

/** Tells what went wrong, and what to do. With `--json` the problem goes to the output too, for scripts. */
function tell(error: unknown, io: Io, isJson: boolean): ExitCode {
  if (io.signal.aborted && !(error instanceof CliError)) return exitCodes.error;
  if (!(error instanceof CliError)) {
    io.err(`chronovirt: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return exitCodes.error;
  }
  if (isJson)
    io.out(`${JSON.stringify({ error: { exitCode: error.exitCode, message: error.message, ...error.problem } })}\n`);
  say(io, `chronovirt: ${error.message}`);
  if (error.hint !== null) say(io, error.hint);
  return error.exitCode;
}
