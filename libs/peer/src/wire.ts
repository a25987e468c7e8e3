/**
 * What two peers say to each other over HTTP.
 *
 * ```text
 * GET  /v1/moves/<migration>/<instance>                                      are files of this move expected there?
 * GET  /v1/moves/<migration>/<instance>/<file>?bytes=&sha256=                how much of the file is there?
 * PUT  /v1/moves/<migration>/<instance>/<file>?bytes=&sha256=&offset=        the file from `offset` on
 * GET  /v1/shared/<token>                                                    is a probe file of that name seen there?
 * GET  /v1/images/<sha256>     HEAD                                          an image, whole or from a place on (Range)
 * ```
 *
 * Each request is signed over method, path with query, and the time it expires at; nothing secret is in any of them.
 */
import { instanceUuid } from '@chronovirt/contract';
import type { InstanceUuid } from '@chronovirt/contract';
import { PeerRefusedError } from './peer-errors.ts';

export const EXPIRES_HEADER = 'x-chronovirt-expires';
export const SIGNATURE_HEADER = 'x-chronovirt-signature';

/** A file of an instance on its way from one host to another. */
export interface MovedFile {
  readonly migration: string;
  readonly instance: InstanceUuid;
  /** Name in the instance's directory. */
  readonly file: string;
}

/** What a whole file is: its length and the SHA-256 of its content. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** How much of a file is there: all of it, or its first `received` bytes. */
export interface Arrived {
  readonly whole: boolean;
  readonly received: number;
}

/** What is asked, by its kind. */
export type Asked =
  | { readonly kind: 'move'; readonly migration: string; readonly instance: InstanceUuid }
  | ({ readonly kind: 'file' } & MovedFile & FileFacts & { readonly offset: number })
  | { readonly kind: 'shared'; readonly token: string }
  | { readonly kind: 'image'; readonly sha256: string };

const migrationPattern = /^[A-Za-z0-9][A-Za-z0-9_.:+-]{0,99}$/;
/** One part of a path, without a dot at its start: nothing hidden, nothing that climbs. */
const filePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const sha256Pattern = /^[0-9a-f]{64}$/;
const tokenPattern = /^[0-9a-f]{32}$/;

const withoutQuery = (path: readonly string[]): string => `/v1/${path.map(encodeURIComponent).join('/')}`;

/** Path and query of a request. */
export function targetOf(asked: Asked): string {
  switch (asked.kind) {
    case 'move':
      return withoutQuery(['moves', asked.migration, asked.instance]);
    case 'file': {
      const query = new URLSearchParams({
        bytes: String(asked.bytes),
        sha256: asked.sha256,
        offset: String(asked.offset),
      });
      return `${withoutQuery(['moves', asked.migration, asked.instance, asked.file])}?${query}`;
    }
    case 'shared':
      return withoutQuery(['shared', asked.token]);
    case 'image':
      return withoutQuery(['images', asked.sha256]);
    default:
      return asked satisfies never;
  }
}

/** Reads path and query. Throws a refusal that names what is wrong with them. */
export function askedBy(target: string): Asked {
  const [path = '', query = ''] = target.split('?', 2);
  const [empty, version, ...given] = path.split('/').map(decoded);
  const [kind, ...rest] = given;
  if (empty !== '' || version !== 'v1') throw new PeerRefusedError('NOT_FOUND', `no such path: ${shown(path)}`);
  if (kind === 'shared' && rest.length === 1)
    return { kind, token: checked('token', rest[0]!, tokenPattern, '32 hexadecimal digits') };
  if (kind === 'images' && rest.length === 1)
    return { kind: 'image', sha256: checked('image', rest[0]!, sha256Pattern, '64 hexadecimal digits') };
  if (kind === 'moves' && (rest.length === 2 || rest.length === 3)) return moveBy(rest, new URLSearchParams(query));
  throw new PeerRefusedError('NOT_FOUND', `no such path: ${shown(path)}`);
}

function moveBy([migration, uuid, file]: readonly string[], query: URLSearchParams): Asked {
  const instance = instanceUuid.safeParse(uuid);
  if (!instance.success) throw bad('instance', 'expected a UUID in lower case', uuid ?? '');
  const move = {
    migration: checked('migration', migration ?? '', migrationPattern, 'the id of a move'),
    instance: instance.data,
  };
  if (file === undefined) return { kind: 'move', ...move };
  const facts = {
    bytes: wholeNumber('bytes', query.get('bytes')),
    sha256: checked('sha256', query.get('sha256') ?? '', sha256Pattern, '64 hexadecimal digits'),
  };
  const offset = wholeNumber('offset', query.get('offset') ?? '0');
  if (offset > facts.bytes) throw bad('offset', `expected at most ${facts.bytes}`, String(offset));
  return {
    kind: 'file',
    ...move,
    file: checked('file', file, filePattern, 'the name of a file, without a path'),
    ...facts,
    offset,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new PeerRefusedError('BAD_REQUEST', `path: ${shown(part)} is not encoded as a URL is`);
  }
}

function checked(field: string, value: string, pattern: RegExp, expected: string): string {
  if (!pattern.test(value)) throw bad(field, `expected ${expected}`, value);
  return value;
}

function wholeNumber(field: string, value: string | null): number {
  const number = value !== null && /^\d{1,16}$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isSafeInteger(number)) throw bad(field, 'expected a whole number of bytes', value ?? '');
  return number;
}

const shown = (value: string): string => JSON.stringify(value.slice(0, 120));
const bad = (field: string, expected: string, got: string): PeerRefusedError =>
  new PeerRefusedError('BAD_REQUEST', `${field}: ${expected}, got ${shown(got)}`);
