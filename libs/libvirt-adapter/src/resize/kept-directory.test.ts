import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { PermitRevokedError } from '@chronovirt/contract';
import { writeDiskRecord } from '../disks/disk-record.ts';
import type { DiskRecord } from '../disks/disk-record.ts';
import { InstanceDirectory } from '../disks/instance-directory.ts';
import { removeAll } from '../disks/instance-disks.ts';
import { effectContext } from '../testing/effect-context.ts';
import { someUuid } from '../testing/records.ts';
import { dropKept, putBack, recordForStart, setAside, whereabouts } from './kept-directory.ts';

const uuid = someUuid();
let instances: string;
let directory: InstanceDirectory;
beforeEach(() => {
  instances = mkdtempSync(join(tmpdir(), 'kept-'));
  directory = new InstanceDirectory(instances, uuid);
});
afterEach(() => rmSync(instances, { recursive: true, force: true }));

const at = (op: number, onCheck?: (count: number) => boolean) =>
  effectContext(uuid, { mark: { epoch: 1, op }, ...(onCheck && { onCheck }) });
const record = (machine: string): DiskRecord => ({ v: 1, machine, nicModel: 'virtio', disks: [] });

/** Files of an instance; `content` tells one making of them from another. */
async function files(content: string): Promise<void> {
  mkdirSync(directory.path, { recursive: true });
  writeFileSync(directory.file('disk'), content);
  await writeDiskRecord(directory, record(content), at(1));
}
const disk = (): string => readFileSync(directory.file('disk'), 'utf8');
const keptDisk = (): string => readFileSync(directory.aside.file('disk'), 'utf8');
const where = async (op: number): Promise<string | null> => (await whereabouts(directory, at(op)))?.at ?? null;
const aside = async (op: number): Promise<void> =>
  await setAside(directory, (await whereabouts(directory, at(op)))!, 'move', at(op));

it('sets a directory aside as a whole, and knows which operation did', async () => {
  expect(await where(2)).toBe(null);
  await files('first');
  expect(await where(2)).toBe('place');
  await aside(2);
  expect(readdirSync(instances)).toEqual([`${uuid}_resize`]);
  expect(await where(2)).toBe('aside');
  expect(await where(3)).toBe('interrupted');
  expect((await directory.look()).disks).toEqual(['kept']);
});

it('puts it back over whatever has come into its place', async () => {
  await files('first');
  await aside(2);
  await files('second');
  expect(await where(3)).toBe('place beside stale');
  expect((await directory.look()).disks).toEqual(['kept', 'root']);
  expect(await putBack(directory, at(3))).toBe(true);
  expect(disk()).toBe('first');
  expect(await putBack(directory, at(3))).toBe(false);
  expect(await directory.look()).toEqual({ exists: true, disks: ['root'], leftovers: [] });
});

it('what an older operation kept is let go when whole files are in its place', async () => {
  await files('first');
  await aside(2);
  await files('second');
  await aside(3);
  expect(keptDisk()).toBe('second');
  expect(readdirSync(instances)).toEqual([`${uuid}_resize`]);
});

it('what an older operation kept is put back first when its copy was interrupted', async () => {
  await files('first');
  await aside(2);
  mkdirSync(directory.path);
  writeFileSync(directory.file('disk'), 'a half');
  await aside(3);
  expect(keptDisk()).toBe('first');
});

it('a note that cannot be read is nobody’s', async () => {
  await files('first');
  await aside(2);
  writeFileSync(directory.aside.file('resize.info'), '{');
  expect(await where(2)).toBe('interrupted');
});

it('a start after an interrupted copy finds the files in their place again; one beside whole copies takes those', async () => {
  await files('first');
  await aside(2);
  expect(await recordForStart(directory, at(3))).toMatchObject({ machine: 'first' });
  expect(disk()).toBe('first');
  await aside(4);
  await files('second');
  expect(await recordForStart(directory, at(5))).toMatchObject({ machine: 'second' });
  expect(keptDisk()).toBe('first');
});

it('on storage that two hosts see, what one keeps is not shown, put back, dropped or removed by the other', async () => {
  const [here, there] = ['a', 'b'].map((keeper) => new InstanceDirectory(instances, uuid, keeper)) as [
    InstanceDirectory,
    InstanceDirectory,
  ];
  await files('first');
  await setAside(here, (await whereabouts(here, at(2)))!, 'move', at(2));
  await files('second');
  expect((await here.look()).disks).toEqual(['kept', 'root']);
  expect((await there.look()).disks).toEqual(['root']);
  expect((await whereabouts(there, at(3)))?.at).toBe('place');
  expect(await putBack(there, at(3))).toBe(false);
  await dropKept(there, at(3));
  await removeAll(there, at(3));
  expect(readdirSync(instances)).toEqual([`${uuid}_resize`]);
  await putBack(here, at(4));
  expect(disk()).toBe('first');
});

it('dropped, it is gone, and the files in its place stay', async () => {
  await files('first');
  await aside(2);
  await files('second');
  await dropKept(directory, at(3));
  await dropKept(directory, at(3));
  expect(await directory.look()).toEqual({ exists: true, disks: ['root'], leftovers: [] });
  expect(disk()).toBe('second');
});

it.each(['setAside', 'putBack', 'dropKept'] as const)(
  '%s stopped before any of its acts and run again ends as once, and half a directory never stands for a whole one',
  async (name) => {
    const act = async (context: ReturnType<typeof at>): Promise<void> => {
      if (name === 'setAside') await setAside(directory, (await whereabouts(directory, context))!, 'move', context);
      else await (name === 'putBack' ? putBack : dropKept)(directory, context);
    };
    const prepare = async (): Promise<void> => {
      rmSync(instances, { recursive: true });
      mkdirSync(instances);
      await files('first');
      if (name === 'setAside') return;
      await aside(2);
      await files('second');
    };
    const op = name === 'setAside' ? 2 : 3;
    await prepare();
    const counting = at(op);
    await act(counting);
    const goal = await directory.look();
    for (let stop = 1; stop <= counting.checks(); stop += 1) {
      await prepare();
      await expect(act(at(op, (count) => count < stop))).rejects.toBeInstanceOf(PermitRevokedError);
      for (const whole of [directory, directory.aside]) {
        const names = readdirSync(instances).includes(whole === directory ? uuid : `${uuid}_resize`);
        if (names) expect(readdirSync(whole.path)).toEqual(expect.arrayContaining(['disk', 'disk.info']));
      }
      await act(at(op));
      expect(await directory.look(), `stopped at act ${stop}`).toEqual(goal);
    }
  },
);
