/**
 * Beside each image that was made on a host lies a note, `<sha256>.json`: of which instances the system made it, if it is not a person's,
 * and a revision that is another one each time that it is made. An image without a note is a person's.
 *
 *     whoever makes an image             whoever removes one as it was listed
 *     note ── rename the file in         is the note as listed? ── set the file aside ── is it still? ── yes: both go
 *                                                                                            └─ no: put it back
 *
 * The note is there first: a removal that comes in between sees another one. On storage that hosts share they may be two processes.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { madeFor, type InstanceUuid, type MadeImage } from '@chronovirt/contract';
import { z } from 'zod';

const note = z.strictObject({ v: z.literal(1), revision: z.string(), madeFor: madeFor.exactOptional() });
type Note = z.infer<typeof note>;

const NOTE = /^([0-9a-f]{64})\.json$/;
/** What a removal has set aside, each under a name of its own. */
const GONE = '.gone';
/** One that lies aside for so long is of a removal that was broken off. */
const BROKEN_OFF_MS = 3_600_000;

/** Says what an image is made for, before it gets its name. `instance` undefined: for a person, whose it stays whoever makes it again. */
export async function writeNote(directory: string, sha256: string, instance: InstanceUuid | undefined): Promise<void> {
  const file = join(directory, sha256);
  const known = await readNote(directory, sha256);
  const isPersons = instance === undefined || (known === null ? await isThere(file) : known.madeFor === undefined);
  const next: Note = {
    v: 1,
    revision: randomUUID(),
    ...(!isPersons && { madeFor: [...new Set([...(known?.madeFor ?? []), instance])] }),
  };
  const temporary = join(directory, `.note.${next.revision}`);
  try {
    await writeFile(temporary, JSON.stringify(next), { mode: 0o600 });
    await rename(temporary, `${file}.json`);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** The images of a directory that the system made, also one whose removal was broken off; what such removals set aside goes. */
export async function notedImages(directory: string, now = Date.now()): Promise<MadeImage[]> {
  const names = await readdir(directory).catch(nothing([]));
  for (const name of names.filter((each) => each.endsWith(GONE))) {
    const since = await stat(join(directory, name)).then(({ ctimeMs }) => ctimeMs, nothing(now));
    if (now - since >= BROKEN_OFF_MS) await rm(join(directory, name), { force: true });
  }
  const hashes = names.flatMap((name) => NOTE.exec(name)?.[1] ?? []);
  const found: MadeImage[] = [];
  for (const sha256 of hashes) {
    const known = await readNote(directory, sha256);
    if (known?.madeFor !== undefined) found.push({ sha256, madeFor: known.madeFor, revision: known.revision });
  }
  return found;
}

/** Removes an image and its note if that is as it was listed. */
export async function removeNoted(directory: string, image: MadeImage): Promise<boolean> {
  if (!(await isAsListed(directory, image))) return false;
  return settleAside(directory, image, await setAside(directory, image));
}

/** Takes the image out of its place; nothing happens where it is not there. Returns where it is then. */
export async function setAside(directory: string, { sha256 }: MadeImage): Promise<string> {
  const aside = join(directory, `${sha256}.${randomUUID()}${GONE}`);
  await rename(join(directory, sha256), aside).catch(nothing(undefined));
  return aside;
}

/** What was set aside goes, with its note, or gets its place back. */
export async function settleAside(directory: string, image: MadeImage, aside: string): Promise<boolean> {
  const file = join(directory, image.sha256);
  const isRemoved = await isAsListed(directory, image);
  // Whoever made it meanwhile may have given it its name before it was set aside. Equal content is one image.
  if (!isRemoved) await link(aside, file).catch(nothing(undefined, 'EEXIST'));
  await rm(aside, { force: true });
  if (isRemoved) await rm(`${file}.json`, { force: true });
  return isRemoved;
}

async function isAsListed(directory: string, { sha256, revision }: MadeImage): Promise<boolean> {
  const known = await readNote(directory, sha256);
  return known?.madeFor !== undefined && known.revision === revision;
}

/** The note of an image goes before the image: what is left of a removal that breaks off is a person's. */
export async function removeNote(directory: string, sha256: string): Promise<void> {
  await rm(join(directory, `${sha256}.json`), { force: true });
}

async function readNote(directory: string, sha256: string): Promise<Note | null> {
  const text = await readFile(join(directory, `${sha256}.json`), 'utf8').catch(nothing(null));
  if (text === null) return null;
  try {
    return note.parse(JSON.parse(text));
  } catch {
    // Nobody knows what it says: nobody but a person removes that image.
    return { v: 1, revision: '' };
  }
}

const isThere = (file: string): Promise<boolean> => stat(file).then(() => true, nothing(false));

/** For `catch`: what is not there (or is there, where that is the code) is an answer. */
function nothing<T>(instead: T, code = 'ENOENT'): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code !== 'ENOENT' && error.code !== code) throw error;
    return instead;
  };
}
