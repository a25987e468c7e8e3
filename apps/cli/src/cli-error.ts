import { exitCodes, type ExitCode } from './exit-codes.ts';

/** Ends the command with a message and an exit code. `hint` says what to do. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  readonly hint: string | null;
  /** For `--json`: the problem as the API told it. */
  readonly problem: Readonly<Record<string, unknown>> | null;
  constructor(
    exitCode: ExitCode,
    message: string,
    options: { hint?: string | null; problem?: Record<string, unknown> | null; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.hint = options.hint ?? null;
    this.problem = options.problem ?? null;
  }
}

/** Bad input of a person: what was expected, what to write. */
export class UsageError extends CliError {
  constructor(message: string, hint: string | null = null) {
    super(exitCodes.usage, message, { hint });
    this.name = 'UsageError';
  }
}
