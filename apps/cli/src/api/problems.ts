import { CliError } from '../cli-error.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';

const exitCodeOf: Readonly<Record<number, ExitCode>> = {
  400: exitCodes.usage,
  401: exitCodes.error,
  404: exitCodes.notFound,
  409: exitCodes.refused,
  412: exitCodes.conflict,
  413: exitCodes.usage,
  415: exitCodes.error,
  423: exitCodes.failed,
  // Nothing was done.
  503: exitCodes.rolledBack,
  504: exitCodes.timeout,
  507: exitCodes.rolledBack,
};

/** An answer that is no success as the error that the command ends with. */
export function errorOf(status: number, text: string): CliError {
  const problem = parse(text);
  const detail = typeof problem['detail'] === 'string' ? problem['detail'] : `the API answered ${status}`;
  const { guard } = problem;
  const message = status === 409 && typeof guard === 'string' ? `refused: ${detail} (guard ${guard})` : detail;
  return new CliError(exitCodeOf[status] ?? exitCodes.failed, message, { problem, hint: hintOf(status) });
}

function hintOf(status: number): string | null {
  if (status === 401) return 'the token does not fit this API: check --token-file or CHRONOVIRT_TOKEN_FILE';
  if (status === 404) return 'chronovirt list --all shows what there is';
  return null;
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
