/** What a verb of the command is: its words for people, its arguments, and what it does. Help, completion and docs come from this. */
import type { ApiClient } from '../api/client.ts';
import type { ExitCode } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { Paint } from '../output/colour.ts';

/** `everInstance`: deleted ones too, whose history is still there. */
export type Completion = 'instance' | 'everInstance' | 'command' | 'image' | 'flavor' | 'host' | 'file' | 'shell';

export interface Argument {
  readonly name: string;
  readonly description: string;
  readonly isOptional?: true;
  readonly complete?: Completion;
}

export interface Option {
  /** `--memory <size>`, `-f, --force`, `--no-wait` */
  readonly flags: string;
  readonly description: string;
  /** May be given more than once. */
  readonly isRepeatable?: true;
  readonly complete?: Completion;
}

export interface VerbContext {
  readonly io: Io;
  readonly paint: Paint;
  /** The API; found when it is first used. */
  readonly client: ApiClient;
  readonly isJson: boolean;
  /** Prints a value: as one line of JSON with `--json`, else what `show` makes of it. */
  print(value: unknown, show: () => readonly string[]): void;
}

export type OptionValues = Readonly<Record<string, unknown>>;

/** What an order asks for: the contract's command and its arguments. */
export interface Asked {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export interface Verb {
  /** One word, or two (`image upload`). */
  readonly name: string;
  readonly group: VerbGroup;
  readonly summary: string;
  readonly details?: string;
  readonly args: readonly Argument[];
  readonly options: readonly Option[];
  /** Command line and what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Of a verb that orders something of an instance: what it would order with these options. Throws `UsageError`. */
  readonly asks?: (io: Io, options: OptionValues) => Asked;
  /** The options where they go with the words of the command line; else those of `options`. */
  readonly optionsAfter?: (words: readonly string[]) => readonly Option[];
  readonly run: (context: VerbContext, args: readonly string[], options: OptionValues) => Promise<ExitCode | void>;
}

export const verbGroups = ['Instances', 'Guests', 'History', 'Images, flavors, hosts', 'This command'] as const;
export type VerbGroup = (typeof verbGroups)[number];

export const instanceArgument: Argument = { name: 'instance', description: 'name or UUID', complete: 'instance' };
/** Of a verb that looks into the past. */
export const everInstanceArgument: Argument = { ...instanceArgument, complete: 'everInstance' };

/** Options that every verb has. */
export const commonOptions: readonly Option[] = [
  { flags: '--json', description: 'print JSON' },
  { flags: '--api <address>', description: 'address of the API (CHRONOVIRT_API)' },
  { flags: '--token-file <file>', description: 'file with its token (CHRONOVIRT_TOKEN_FILE)', complete: 'file' },
  { flags: '--no-color', description: 'no colours (NO_COLOR)' },
];

/** A text option's value, or undefined. */
export function textOption(options: OptionValues, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}

/** A repeatable option's values. */
export function textOptions(options: OptionValues, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as string[]) : [];
}
