/** Snapshots of real guests: what the image holds, and that nothing but the image is left. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DriverError, PermitRevokedError } from '@chronovirt/contract';
import type { ArgsOf, EffectContext, ImageRef, TaskState } from '@chronovirt/contract';
import type { ImageSink } from '@chronovirt/images';
import { guestReady, until } from '@chronovirt/testing/lab';
import { LibvirtDriver } from '../libvirt-driver.ts';
import { effectContext, hostContext, queryContext } from '../testing/effect-context.ts';
import { startLabHost } from '../testing/lab-host.ts';
import type { LabHost } from '../testing/lab-host.ts';
import { whySilent } from '../testing/why-silent.ts';

type Spawn = ArgsOf<'spawn'>;

let lab: LabHost;
beforeAll(async () => {
  lab = await startLabHost('snapshot');
});
afterAll(() => lab?.stop());

const at = (args: Spawn, op: number, wishes: Parameters<typeof effectContext>[1] = {}) =>
  effectContext(args.instance.uuid, { ...wishes, mark: { epoch: 1, op } });
const destroy = (args: Spawn): Promise<void> =>
  lab.driver.destroy({ ...args, destroyDisks: true, destroySecrets: true }, at(args, 99));
const snapshot = (args: Spawn, context: EffectContext, told: TaskState[] = []): Promise<ImageRef> =>
  lab.driver.snapshot(
    { ...args, imageId: 'evening', updateTaskState: async (state) => void told.push(state) },
    context,
  );
const images = (): string[] => {
  const kept = join(lab.instances, '_images');
  return existsSync(kept)
    ? readdirSync(kept)
        .filter((name) => /^[0-9a-f]{64}$/.test(name))
        .toSorted()
    : [];
};
const imageFile = ({ sha256 }: ImageRef): string => join(lab.instances, '_images', sha256);
const qemuImg = async (...args: string[]): Promise<string> => (await promisify(execFile)('qemu-img', args)).stdout;
const see = (args: Spawn) => lab.driver.observe(args.instance.uuid, queryContext());
const isMirrored = async (args: Spawn): Promise<boolean> =>
  (await lab.libvirt.virsh('dumpxml', args.instance.name)).includes('<mirror');
const booted = async (args: Spawn) =>
  await until(() => guestReady(readFileSync(join(lab.instances, args.instance.uuid, 'console.log'), 'latin1')), {
    timeoutMs: 120_000,
    what: 'the guest is up',
    why: whySilent(lab, args.instance.uuid),
  });
const undisturbed = { domain: 'defined', busy: null, definition: true, disks: ['config', 'root'], leftovers: [] };

async function isFlat(image: ImageRef): Promise<void> {
  const info = JSON.parse(await qemuImg('info', '--output=json', imageFile(image))) as Record<string, unknown>;
  expect(info).toMatchObject({ format: 'qcow2', 'virtual-size': image.virtualBytes });
  expect(info).not.toHaveProperty('backing-filename');
  await qemuImg('check', imageFile(image));
  expect(
    createHash('sha256')
      .update(readFileSync(imageFile(image)))
      .digest('hex'),
  ).toBe(image.sha256);
}

it('copies the disk of a guest that runs, which goes on; another guest boots from the image', async () => {
  const args = lab.spawnArgs();
  await lab.driver.spawn(args, at(args, 1));
  expect((await booted(args)).boots).toBe(1);
  const run = lab.libvirt.guestPids().get(args.instance.name);
  const told: TaskState[] = [];
  const image = await snapshot(args, at(args, 2), told);
  expect(told).toEqual(['image_pending_upload', 'image_uploading']);
  expect(image).toMatchObject({ name: 'evening', format: 'qcow2' });
  await isFlat(image);
  expect(await see(args)).toMatchObject({ ...undisturbed, power: 'on', mark: { epoch: 1, op: 1 } });
  expect(lab.libvirt.guestPids().get(args.instance.name)).toBe(run);
  expect(await isMirrored(args)).toBe(false);

  const plain = lab.spawnArgs({ imageRef: image.sha256 });
  const imageMeta = { ...plain.imageMeta, id: image.sha256, size: image.bytes, virtualSize: image.virtualBytes };
  const child = { ...plain, imageMeta };
  await destroy(args);
  await lab.driver.spawn(child, at(child, 1));
  expect((await booted(child)).boots).toBe(2);
  await destroy(child);
});

it('holds what the disk holds at its end, bit by bit, whether the guest stands still or is off', async () => {
  const args = lab.spawnArgs();
  await lab.driver.spawn(args, at(args, 1));
  await booted(args);
  await lab.driver.pause(args, at(args, 2));
  const live = await snapshot(args, at(args, 3));
  expect(await see(args)).toMatchObject({ ...undisturbed, power: 'paused' });
  const disk = join(lab.instances, args.instance.uuid, 'disk');
  // A guest that stands still has its disk locked; nobody writes to it.
  expect(await qemuImg('compare', '-U', disk, imageFile(live))).toContain('identical');
  await lab.driver.powerOff({ ...args, timeout: 0, retryInterval: 0 }, at(args, 4));
  const cold = await snapshot(args, at(args, 5));
  expect(await qemuImg('compare', disk, imageFile(cold))).toContain('identical');
  await isFlat(cold);
  expect(await see(args)).toMatchObject({ ...undisturbed, power: 'off', mark: { epoch: 1, op: 1 } });
  await destroy(args);
});

it.each([['on'], ['off']])(
  'of a guest that is %s ends right when it is stopped before any of its acts and run again; the same operation makes one image',
  async (power) => {
    const args = lab.spawnArgs();
    await lab.driver.spawn(args, at(args, 1));
    if (power === 'off') await lab.driver.powerOff({ ...args, timeout: 0, retryInterval: 0 }, at(args, 2));
    const counting = at(args, 3);
    const first = await snapshot(args, counting);
    const before = images();
    expect(await snapshot(args, at(args, 3, { incarnation: 1 }))).toEqual(first);
    expect(images()).toEqual(before);
    for (let stop = 1; stop <= counting.checks(); stop += 1) {
      const op = 10 + stop;
      const stopped = snapshot(args, at(args, op, { onCheck: (count) => count < stop }));
      await expect(stopped).rejects.toBeInstanceOf(PermitRevokedError);
      expect(images().length, `stopped at act ${stop}`).toBeLessThanOrEqual(before.length + stop - 1);
      const image = await snapshot(args, at(args, op, { incarnation: stop }));
      await isFlat(image);
      expect(await see(args), `stopped at act ${stop}`).toMatchObject({ ...undisturbed, power });
      if (power === 'on') expect(await isMirrored(args)).toBe(false);
    }
    await destroy(args);
  },
);

it('a mirror outlives libvirtd and the agent: who comes next ends it, and the guest does not notice', async () => {
  const args = lab.spawnArgs();
  await lab.driver.spawn(args, at(args, 1));
  await booted(args);
  const run = lab.libvirt.guestPids().get(args.instance.name);
  // The second act of a running guest's snapshot is the end of its mirror: the first has begun it.
  let begun = 0;
  const stopped = snapshot(args, at(args, 2, { onCheck: (count) => (begun = count) < 2 }));
  await expect(stopped).rejects.toBeInstanceOf(PermitRevokedError);
  expect(begun).toBe(2);
  expect(await isMirrored(args)).toBe(true);
  expect((await see(args)).leftovers).toEqual([expect.stringMatching(/^temporary file snapshot\./)]);
  await lab.libvirt.kill('SIGKILL');
  await lab.libvirt.restart();
  const image = await snapshot(args, at(args, 2, { incarnation: 1 }));
  await isFlat(image);
  expect(await see(args)).toMatchObject({ ...undisturbed, power: 'on' });
  expect(lab.libvirt.guestPids().get(args.instance.name)).toBe(run);
  await destroy(args);
});

it('stores the image where it outlives the host; when that fails there is no image', async () => {
  const args = lab.spawnArgs();
  await lab.driver.spawn(args, at(args, 1));
  await lab.driver.powerOff({ ...args, timeout: 0, retryInterval: 0 }, at(args, 2));
  const stored: ImageRef[] = [];
  let full = true;
  const imageSink: ImageSink = {
    put: async (image, content) => {
      const hash = createHash('sha256');
      for await (const chunk of content()) hash.update(chunk);
      expect(hash.digest('hex')).toBe(image.sha256);
      if (full) throw new DriverError('CALL_FAILED', 'the store is full');
      stored.push(image);
    },
  };
  const driver = new LibvirtDriver({ ...lab.settings, imageSink });
  try {
    await driver.initHost({ host: lab.libvirt.name }, hostContext());
    const order = { ...args, imageId: 'kept', updateTaskState: async () => {} };
    const before = images();
    await expect(driver.snapshot(order, at(args, 3))).rejects.toMatchObject({ message: 'the store is full' });
    expect(images()).toEqual(before);
    full = false;
    const image = await driver.snapshot(order, at(args, 4));
    expect(await driver.snapshot(order, at(args, 4, { incarnation: 1 }))).toEqual(image);
    // Said again by the run that could not know whether the first had come so far: a store takes it as done.
    expect(stored).toEqual([image, image]);
  } finally {
    await driver.close();
  }
  await destroy(args);
});

it('refuses where no domain is, and leaves nothing when the time is too short', async () => {
  const args = lab.spawnArgs();
  await expect(snapshot(args, at(args, 1))).rejects.toMatchObject({ code: 'INSTANCE_NOT_RUNNING' });
  await lab.driver.spawn(args, at(args, 1));
  const before = images();
  await expect(snapshot(args, at(args, 2, { timeMs: 20_001 }))).rejects.toMatchObject({ code: 'CALL_FAILED' });
  expect(images()).toEqual(before);
  expect(await see(args)).toMatchObject({ ...undisturbed, power: 'on' });
  expect(await isMirrored(args)).toBe(false);
  await destroy(args);
});
