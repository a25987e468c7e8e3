/** Where the API is and what to show it: options, then the environment, then the state directory that `npm start` writes. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { CliError, UsageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { whyNot } from '../parse/input-file.ts';

export interface ApiAddress {
  /** `http://127.0.0.1:8774` */
  readonly address: string;
  readonly token: string;
}

/** Finds the API. Throws with what to do when there is none. */
export function findApi(options: { api?: string | undefined; tokenFile?: string | undefined }, io: Io): ApiAddress {
  const known = savedApi(io);
  const address = options.api ?? io.env['CHRONOVIRT_API'] ?? known?.address;
  if (address === undefined) {
    throw new CliError(exitCodes.error, 'no API is known here', {
      hint: 'start one (npm start), or say where it is: --api http://127.0.0.1:8774 --token-file <file>',
    });
  }
  if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol)) {
    throw new UsageError(`--api: expected an address like http://127.0.0.1:8774, got ${JSON.stringify(address)}`);
  }
  const tokenFile = options.tokenFile ?? io.env['CHRONOVIRT_TOKEN_FILE'] ?? known?.tokenFile;
  if (tokenFile === undefined)
    throw new UsageError('the API needs a token', 'say where it lies: --token-file <file> or CHRONOVIRT_TOKEN_FILE');
  return { address: address.replace(/\/+$/, ''), token: readToken(resolve(io.cwd, tokenFile)) };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new CliError(exitCodes.usage, `the token file cannot be read: ${whyNot(file, error)}`, {
      hint: 'check --token-file or CHRONOVIRT_TOKEN_FILE',
    });
  }
}

/** `.chronovirt/api.json` of the state directory, or of the nearest directory upwards that has one, or of the checkout of this command. */
function savedApi({ env, cwd }: Io): { address: string; tokenFile: string } | null {
  const own = resolve(import.meta.dirname, '../../../..');
  const state = env['CHRONOVIRT_STATE'];
  const places =
    state === undefined
      ? [...upwards(cwd), own].map((directory) => join(directory, '.chronovirt'))
      : [resolve(cwd, state)];
  for (const place of places) {
    try {
      const file = join(place, 'api.json');
      if (!isTrusted(file)) continue;
      const saved = JSON.parse(readFileSync(file, 'utf8')) as {
        address?: unknown;
        tokenFile?: unknown;
      };
      if (typeof saved.address !== 'string' || typeof saved.tokenFile !== 'string') continue;
      return { address: saved.address, tokenFile: resolve(place, saved.tokenFile) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && (error as NodeJS.ErrnoException).code !== 'ENOTDIR')
        throw error;
    }
  }
  return null;
}

/**
 * Only what this user (or root) wrote and nobody else can change: whoever could would choose the file that is sent as a token, and the
 * address that it is sent to.
 */
function isTrusted(file: string): boolean {
  const { uid, mode } = statSync(file);
  const self = process.getuid?.() ?? uid;
  return (uid === self || uid === 0) && (mode & 0o022) === 0;
}

function* upwards(directory: string): Generator<string> {
  for (let at = directory; ; at = dirname(at)) {
    yield at;
    if (dirname(at) === at) return;
  }
}
