/** The file by which two hosts find out whether they see the same storage: made on one, looked for on the other. */
import { randomBytes } from 'node:crypto';
import { readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isThere } from '../disks/instance-disks.ts';
import { nothingThere } from '../disks/whole-file.ts';

const NAME = /^\.move-probe-[0-9a-f]{32}$/;
/** One that is older than this is of a check that died. */
const OLD_MS = 10 * 60_000;
/** A check asks twice about one, and waits for each answer half a minute at most. */
const LIVES_MS = 65_000;

/** Makes one, under a name that nobody else has; its name. It goes by itself: who asked for it may have given up before it was there. */
export async function makeProbe(instances: string): Promise<string> {
  for (const name of (await readdir(instances)).filter((one) => NAME.test(one))) {
    const made = await stat(join(instances, name)).catch(nothingThere);
    if (made !== null && Date.now() - made.mtimeMs > OLD_MS) await rm(join(instances, name), { force: true });
  }
  const name = `.move-probe-${randomBytes(16).toString('hex')}`;
  await writeFile(join(instances, name), '', { flag: 'wx', mode: 0o600 });
  setTimeout(() => void removeProbe(instances, name).catch(() => {}), LIVES_MS).unref();
  return name;
}

/** Whether a probe of another host is seen here. */
export async function seesProbe(instances: string, name: string): Promise<boolean> {
  if (!NAME.test(name)) return false;
  // A client of a network file system looks anew at a directory that was touched.
  const now = new Date();
  await utimes(instances, now, now);
  return await isThere(join(instances, name));
}

/** A name that is none of ours names nothing that could be removed. */
export async function removeProbe(instances: string, name: string): Promise<void> {
  if (NAME.test(name)) await rm(join(instances, name), { force: true });
}
