/** How long a verb waits for the end of what it orders; read and checked before anything is sent. */
import { UsageError } from '../cli-error.ts';
import { parseSpan } from '../parse/moment.ts';
import { textOption, type Option, type OptionValues } from '../verbs/verb.ts';

const defaultPatienceMs = 15 * 60_000;

/** Options of every verb that waits. */
export const waitingOptions: readonly Option[] = [
  { flags: '--no-wait', description: 'return as soon as the order is stored' },
  { flags: '--timeout <span>', description: 'stop waiting after this long (30s, 5min); default 15min' },
];

export interface Waiting {
  readonly waits: boolean;
  readonly timeoutMs: number;
  /** Every stored turn is printed as a line of JSON. */
  readonly watches: boolean;
}

/** Throws `UsageError` for options that say nothing together: none of them is passed over in silence. */
export function waitingOf(options: OptionValues, isJson: boolean): Waiting {
  const waits = options['wait'] !== false;
  const watches = options['watch'] === true;
  const timeout = textOption(options, 'timeout');
  const timeoutMs = timeout === undefined ? defaultPatienceMs : parseSpan(timeout, '--timeout');
  const about = [...(timeout === undefined ? [] : ['--timeout']), ...(watches ? ['--watch'] : [])];
  if (!waits && about.length > 0) throw apart('--no-wait', about);
  if (options['dryRun'] === true && (about.length > 0 || !waits))
    throw apart('--dry-run', [...about, ...(waits ? [] : ['--no-wait'])]);
  if (watches && !isJson)
    throw new UsageError('--watch: goes with --json; without that each turn is shown as it is', 'leave --watch away');
  return { waits, timeoutMs, watches };
}

const apart = (one: string, others: readonly string[]): UsageError =>
  new UsageError(`${one} and ${others.join(' and ')} do not go together: nothing is waited for`);
