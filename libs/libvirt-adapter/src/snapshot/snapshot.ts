/**
 * Makes an image of a guest's root disk, beside the guest and without touching its chain:
 *
 * ```text
 * end what dead runs left -> copy, flat, into a temporary file -> hash -> say which image -> rename into the host's images
 *                            running: mirrored by QEMU; off: converted by a child
 * ```
 */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import {
  DriverError,
  imagePropertiesIn,
  InstanceNotFoundError,
  makesSystemsImage,
  quiesceWish,
} from '@chronovirt/contract';
import type { ArgsOf, EffectContext, ImageRef, InstanceUuid, QuiesceWish } from '@chronovirt/contract';
import type { KeptImage } from '@chronovirt/images';
import { runChild } from '../disks/child-process.ts';
import { readDiskRecord } from '../disks/disk-record.ts';
import { isThere } from '../disks/instance-disks.ts';
import { temporaryName } from '../disks/temporary-name.ts';
import { endsWithoutUndoing } from '../guest/hands.ts';
import type { Hands } from '../guest/hands.ts';
import type { HostServices } from '../host/host-services.ts';
import { copyLive } from './live-copy.ts';
import { endDeadRuns, endOwnCopy } from './leftovers.ts';
import { quiesceFailed } from './quiesce.ts';
import { imageOf, recordImage } from './snapshot-record.ts';

/** Kept back from the time of the effect: a copy that takes too long is ended in order, while this run still may. */
const RESERVE_MS = 20_000;
/** A guest that goes on and off while it is copied is not copied for ever. */
const MOST_COPIES = 5;

/**
 * The image. Throws `INSTANCE_NOT_RUNNING` (no domain), `DISK_NOT_FOUND`, and where the image demands frozen file systems
 * `QEMU_GUEST_AGENT_NOT_ENABLED` and `INSTANCE_QUIESCE_FAILED`; then nothing of it is left.
 */
export async function snapshot(host: HostServices, hands: Hands, args: ArgsOf<'snapshot'>): Promise<ImageRef> {
  const { context } = hands;
  const directory = host.directory(hands.instance);
  const madeFor = makesSystemsImage(args.instance.taskState) ? hands.instance : undefined;
  await endDeadRuns(hands, directory);
  const made = await imageOf(directory, context);
  if (made !== null && (await host.kept.find(made.sha256)) !== null)
    return await published(host, made, madeFor, context);
  if ((await hands.lookAtPower()) === null)
    throw new DriverError('INSTANCE_NOT_RUNNING', `no domain of instance ${hands.instance} on this hypervisor`, {
      cause: new InstanceNotFoundError(hands.instance),
    });
  const root = (await readDiskRecord(directory))?.disks.find(({ role }) => role === 'root');
  if (root === undefined || !(await isThere(directory.file(root.file))))
    throw new DriverError('DISK_NOT_FOUND', 'the instance has no root disk on this host');
  const disk = { file: directory.file(root.file), format: root.format };
  const copy = temporaryName(directory.file('snapshot'), context);
  const { systemMetadata } = args.instance;
  const properties = imagePropertiesIn(systemMetadata);
  await args.updateTaskState('image_pending_upload', 'image_snapshot');
  let finished: ImageRef | null = null;
  let isNew = false;
  try {
    await copyDisk(hands, disk, copy, quiesceWish(systemMetadata));
    await args.updateTaskState('image_uploading', 'image_pending_upload');
    const leave = { signal: context.permit.signal, check: () => context.permit.check() };
    const refOf = ({ sha256, format, bytes, virtualBytes }: KeptImage): ImageRef => ({
      sha256,
      name: args.imageId,
      format,
      bytes,
      virtualBytes,
      ...(Object.keys(properties).length > 0 && { properties }),
    });
    const kept = await host.kept.keep(copy, leave, {
      madeFor,
      announce: async (image) => {
        isNew = (await host.kept.find(image.sha256)) === null;
        await recordImage(directory, refOf(image), context);
      },
    });
    return await published(host, (finished = refOf(kept)), madeFor, context);
  } catch (error) {
    if (!endsWithoutUndoing(error, context)) {
      await giveUp(host, hands, copy);
      if (finished !== null && isNew) await host.kept.remove(finished.sha256);
    }
    throw error;
  }
}

/** The image is where it outlives this host, if there is such a place. */
async function published(
  host: HostServices,
  image: ImageRef,
  madeFor: InstanceUuid | undefined,
  context: EffectContext,
): Promise<ImageRef> {
  const { imageSink } = host.settings;
  if (imageSink === undefined) return image;
  context.permit.check();
  context.progress('uploading the image');
  const kept = await host.kept.find(image.sha256);
  const brought = { ...image, ...(madeFor !== undefined && { madeFor: [madeFor] }) };
  if (kept !== null) await imageSink.put(brought, () => createReadStream(kept.file), context.permit.signal);
  return image;
}

async function copyDisk(
  hands: Hands,
  disk: { file: string; format: string },
  copy: string,
  wish: QuiesceWish,
): Promise<void> {
  const { context } = hands;
  const remainingMs = (): number => context.remainingMs() - RESERVE_MS;
  for (let copies = 0; copies < MOST_COPIES; copies += 1) {
    const seen = await hands.look();
    if (seen.domain === 'absent') throw new InstanceNotFoundError(hands.instance);
    if (seen.busy !== null) {
      await hands.barrier();
      continue;
    }
    // Its file systems are as they were in the middle of its work, and part of them is in the saved memory alone.
    if (wish.required && seen.saved) throw quiesceFailed('the guest is suspended; resume or stop it first');
    if (seen.active && (await copyLive(hands, disk.file, copy, { remainingMs, wish }))) return;
    if (!seen.active && (await convert(disk, copy, { permit: context.permit, remainingMs }, hands))) return;
    context.permit.check();
    await rm(copy, { force: true });
  }
  throw new DriverError('HYPERVISOR_ERROR', 'the guest goes on and off while its disk is copied');
}

/** Copies the disk of a guest that is off; false when it has been started meanwhile: QEMU's lock on the disk lets only one of them. */
async function convert(
  { file, format }: { file: string; format: string },
  copy: string,
  right: Pick<EffectContext, 'permit' | 'remainingMs'>,
  hands: Hands,
): Promise<boolean> {
  hands.context.progress('copying the disk');
  try {
    await runChild('qemu-img', ['convert', '-f', format, '-O', 'qcow2', file, copy], right);
  } catch (error) {
    const power = await hands.lookAtPower();
    if (power !== null && power.power !== 'off') return false;
    throw error;
  }
  const after = await hands.lookAtPower();
  return after !== null && after.power === 'off';
}

/** The error that led here is the one to tell. */
async function giveUp(host: HostServices, hands: Hands, copy: string): Promise<void> {
  try {
    await endOwnCopy(hands, copy);
  } catch (error) {
    host.settings.log.error(
      { instance: hands.instance, error: (error as Error).message },
      'what a failed snapshot left could not be removed',
    );
  }
}
