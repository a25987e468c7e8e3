/**
 * Clears the cache of base images: what nobody uses and nobody has wanted for a while goes. It can be fetched again.
 *
 * The disks are looked at, and not only the list: on storage that several hosts share, `_base` is theirs together, no agent knows the
 * instances of the others, and their disks all lie beside ours. What no disk shows yet is a create that has fetched its image and not
 * made the overlay, here or over there. It touches the image before it counts on it; so the age spares it, and where it comes in between
 * a look and the removal, this does:
 *
 *     here                               a create, on any host
 *     is it old? yes
 *     rename to <name>.gone              touch <name> ── found: its time is on the file, wherever that goes
 *     is it still old? no: rename back                └─ not found: it is fetched again
 *                      yes: remove
 */
import { open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf, HostContext } from '@chronovirt/contract';
import { parseQcow2Header } from '@chronovirt/images';
import type { HostServices } from '../host/host-services.ts';
import { nothingThere } from './whole-file.ts';

const DAY_SECONDS = 86_400;
/** The name of a backing file lies within the first cluster, for disks of ours within its first page. */
const HEAD_BYTES = 4096;
const READ_AT_ONCE = 16;
/** A file on its way out; one that a dead run left is settled by the next. */
const GONE = '.gone';
const CACHED = /^([0-9a-f]{64}\.\w+?)(\.gone)?$/;

/**
 * Removes cached images that are in nobody's use and old enough. In use: the image of a listed instance, and whatever any disk below
 * the instances directory rests on, listed or not. A file that stays is logged and the rest goes on; then `FILE_NOT_REMOVED`.
 */
export async function manageImageCache(
  host: Pick<HostServices, 'settings'>,
  { allInstances }: ArgsOf<'manageImageCache'>,
  context: HostContext,
): Promise<void> {
  const { instancesDirectory, imageCacheAgeSeconds = DAY_SECONDS, log } = host.settings;
  const base = join(instancesDirectory, '_base');
  const names = ((await readdir(base).catch(nothingThere)) ?? []).flatMap((name) => CACHED.exec(name)?.[1] ?? []);
  const listed = new Set(allInstances.flatMap(({ imageRef }) => imageRef ?? []));
  const beneath = await filesBeneath(instancesDirectory, base);
  const now = Date.now();
  const isOld = async (path: string): Promise<boolean> => {
    const seen = await stat(path).catch(nothingThere);
    return seen !== null && now - seen.mtimeMs >= imageCacheAgeSeconds * 1000;
  };
  const kept: string[] = [];
  for (const name of new Set(names)) {
    const file = join(base, name);
    context.permit.check();
    try {
      if (beneath.has(name) || listed.has(name.slice(0, 64))) {
        await putBack(file);
        await utimes(file, now / 1000, now / 1000).catch(nothingThere);
        continue;
      }
      if (await isOld(file)) await rename(file, file + GONE).catch(nothingThere);
      if (await isOld(file + GONE)) await rm(file + GONE, { force: true });
      else await putBack(file);
    } catch (error) {
      kept.push(name);
      log.warn({ file, error: (error as Error).message }, 'a cached image could not be removed');
    }
  }
  if (kept.length > 0)
    throw new DriverError(
      'FILE_NOT_REMOVED',
      `${kept.length} cached image(s) could not be removed: ${kept.join(', ')}`,
    );
}

/** Gives what was set aside its name again; nothing happens where nothing was. One that was fetched meanwhile has the same content. */
async function putBack(file: string): Promise<void> {
  await rename(file + GONE, file).catch(nothingThere);
}

/** Names of the base images that any disk rests on; also those of disks that are set aside or on their way out. */
async function filesBeneath(instances: string, base: string): Promise<ReadonlySet<string>> {
  const directories = ((await readdir(instances).catch(nothingThere)) ?? []).filter((name) =>
    /^[0-9a-f]{8}-/.test(name),
  );
  const found = new Set<string>();
  const rest = directories.values();
  const work = async (): Promise<void> => {
    for (const directory of rest) {
      const path = join(instances, directory);
      for (const name of (await readdir(path).catch(nothingThere)) ?? []) {
        const backing = /^(disk|snapshot)/.test(name) ? await backingOf(join(path, name)) : null;
        if (backing !== null && dirname(backing) === base) found.add(basename(backing));
      }
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, work));
  return found;
}

/** The file that a qcow2 disk rests on; null for a disk that rests on none, is none, or has gone meanwhile. */
async function backingOf(file: string): Promise<string | null> {
  const handle = await open(file, 'r').catch(nothingThere);
  if (handle === null) return null;
  try {
    return parseQcow2Header(await headOf(handle)).backingFile;
  } catch (error) {
    if ((error as { code?: string }).code === 'IMAGE_UNACCEPTABLE') return null;
    throw error;
  } finally {
    await handle.close();
  }
}

async function headOf(handle: FileHandle): Promise<Buffer> {
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  return head.subarray(0, bytesRead);
}
