/**
 * The receiving end of one file: bytes go into a file beside its place, named after what they are to become, so that a sender that
 * comes back goes on where it stopped; a rename makes it the file, when length and hash are as announced.
 */
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hashOf } from './hash-file.ts';
import { PeerRefusedError } from './peer-errors.ts';
import type { Arrived, FileFacts } from './wire.ts';

const SUFFIX = '.part';

/** Where the bytes of a file lie until it is whole. */
export const partOf = (file: string, { sha256 }: FileFacts): string => `${file}.${sha256.slice(0, 16)}${SUFFIX}`;

/** Whether a file name is that of a file that has not arrived as a whole. */
export const isPart = (name: string): boolean => /\.[0-9a-f]{16}\.part$/.test(name);

/** How much of a file is here. Reads the whole file when one of that length is in its place. */
export async function arrived(file: string, facts: FileFacts, signal: AbortSignal): Promise<Arrived> {
  if ((await bytesOf(file)) === facts.bytes && (await hashOf(file, signal)).digest('hex') === facts.sha256)
    return { whole: true, received: facts.bytes };
  const part = partOf(file, facts);
  const received = (await bytesOf(part)) ?? 0;
  if (received <= facts.bytes) return { whole: false, received };
  await rm(part, { force: true });
  return { whole: false, received: 0 };
}

/**
 * Takes in the rest of a file from `offset` on. A body that ends early leaves what came for the next time; one that is too long, or
 * whose hash is not the announced one, is thrown away. `stillWelcome` is asked once more before the file gets its name; it throws.
 */
export async function receive(
  file: string,
  announced: FileFacts & { readonly offset: number },
  body: AsyncIterable<Buffer>,
  stillWelcome: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const part = partOf(file, announced);
  const handle = await open(part, 'a+', 0o600).then(async (made) => {
    await made.close();
    return await open(part, 'r+');
  });
  try {
    const { size } = await handle.stat();
    if (size !== announced.offset) {
      throw new PeerRefusedError(
        'WRONG_OFFSET',
        `offset: ${size} bytes of the file are here, so it goes on there and not at ${announced.offset}`,
      );
    }
    const hash = await hashOf(part, signal, size);
    const end = await writeSparse(handle, size, announced.bytes, body, (chunk) => void hash.update(chunk));
    if (end !== announced.bytes)
      throw new PeerRefusedError('WRONG_OFFSET', `the file ended early, after ${end} of ${announced.bytes} bytes`);
    await handle.datasync();
    if (hash.digest('hex') !== announced.sha256)
      throw new PeerRefusedError('DAMAGED', 'sha256: the file came in with another content than announced');
  } catch (error) {
    if (error instanceof PeerRefusedError && (error.reason === 'DAMAGED' || error.reason === 'BAD_REQUEST'))
      await rm(part, { force: true });
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC'
      ? new PeerRefusedError('NO_ROOM', `no room for a file of ${announced.bytes} bytes`)
      : error;
  } finally {
    await handle.close();
  }
  await stillWelcome();
  await rename(part, file);
  await removeParts(file);
}

/** What an earlier attempt with another content left half-done. */
async function removeParts(file: string): Promise<void> {
  const mine = `${basename(file)}.`;
  for (const name of await readdir(dirname(file))) {
    if (isPart(name) && name.startsWith(mine) && name.length === mine.length + 16 + SUFFIX.length)
      await rm(join(dirname(file), name), { force: true });
  }
}

/** Writes what comes, leaves holes where all is zero; returns where it ended. The file is as long as that, whatever happened. */
async function writeSparse(
  handle: FileHandle,
  from: number,
  limit: number,
  body: AsyncIterable<Buffer>,
  seen: (chunk: Buffer) => void,
): Promise<number> {
  let at = from;
  try {
    for await (const chunk of body) {
      if (at + chunk.length > limit) throw new PeerRefusedError('BAD_REQUEST', `bytes: more came than ${limit}`);
      seen(chunk);
      if (!isZero(chunk)) await writeAll(handle, chunk, at);
      at += chunk.length;
    }
  } finally {
    await handle.truncate(at);
  }
  return at;
}

async function writeAll(handle: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await handle.write(chunk, done, chunk.length - done, at + done);
    done += bytesWritten;
  }
}

const zeros = Buffer.alloc(64 * 1024);
function isZero(chunk: Buffer): boolean {
  for (let at = 0; at < chunk.length; at += zeros.length) {
    const piece = chunk.subarray(at, at + zeros.length);
    if (!piece.equals(zeros.subarray(0, piece.length))) return false;
  }
  return true;
}

async function bytesOf(file: string): Promise<number | null> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw error;
  }
}
