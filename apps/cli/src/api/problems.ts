import { CliError } from '../cli-error.ts';
import { withVerbs } from '../parse/verb-names.ts';
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
  // Nothing was done; with 504 that is not known.
  503: exitCodes.rolledBack,
  504: exitCodes.timeout,
  507: exitCodes.rolledBack,
};

/**
 * The same error with this command's own word for the part of the input that is to blame: who typed `--disk` does not know
 * `flavor.rootGiB`. `names` by the API's field, with `*` for the number of a list.
 */
export function inOwnWords(error: unknown, names: Readonly<Record<string, string>>): unknown {
  const field = error instanceof CliError ? error.problem?.['field'] : null;
  if (!(error instanceof CliError) || typeof field !== 'string') return error;
  const parts = field
    .replace(/^args\./, '')
    .replaceAll(/\.\d+/g, '.*')
    .split('.');
  const name = parts.map((_, index) => names[parts.slice(0, parts.length - index).join('.')]).find(Boolean);
  if (name === undefined || !error.message.startsWith(`${field}: `)) return error;
  const message = `${name}: ${error.message.slice(field.length + 2)}`;
  return new CliError(error.exitCode, message, { hint: error.hint, problem: error.problem, cause: error });
}

/** An answer that is no success as the error that the command ends with. */
export function errorOf(status: number, text: string): CliError {
  const problem = parse(text);
  const detail = typeof problem['detail'] === 'string' ? problem['detail'] : `the API answered ${status}`;
  if (status === 401)
    return new CliError(exitCodes.error, 'the API does not take the token', { problem, hint: hintOf(status, null) });
  const { guard } = problem;
  const message =
    status === 409 && typeof guard === 'string' ? `refused: ${withVerbs(detail)} (guard ${guard})` : withVerbs(detail);
  return new CliError(exitCodeOf[status] ?? exitCodes.failed, message, {
    problem,
    hint: hintOf(status, problem['code']),
  });
}

function hintOf(status: number, code: unknown): string | null {
  if (status === 401)
    return 'check --token-file or CHRONOVIRT_TOKEN_FILE: it has to be the file that the configuration of the coordinator names';
  if (code === 'NO_SUCH_HOST') return 'chronovirt hosts lists them';
  if (code === 'IMAGE_NOT_FOUND') return 'chronovirt image list shows what there is';
  if (code === 'HOST_SILENT') return 'chronovirt history tells whether it was taken';
  if (code === 'NO_SUCH_INSTANCE') return 'chronovirt list --all shows what there is';
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
