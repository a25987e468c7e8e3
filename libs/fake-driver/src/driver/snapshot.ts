/** An image is made of a guest's root disk: mirrored while the guest runs, copied by a child while it is off. Its chain is not touched. */
import { createHash } from 'node:crypto';
import {
  imagePropertiesIn,
  makesSystemsImage,
  quiesceWish,
  type ArgsOf,
  type EffectContext,
  type ImageRef,
  type InstanceUuid,
  type QuiesceWish,
} from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import { Effect, type Step } from './effect.ts';
import { failure, mayCleanUp } from './failure.ts';
import { isTemporary, temporaryName } from './names.ts';
import { hasFile, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

const COPY = 'snapshot';
/** Of the simulated image's file and disk: guests hold nothing here. */
const IMAGE_BYTES = 2 ** 20;

/** Takes an image that was made here. `madeFor`: the instances that the system made it for; left out: it is a person's. */
export type ImageSink = (image: ImageRef & { readonly madeFor?: readonly InstanceUuid[] }) => Promise<void>;

/** The image; one operation makes one, however often it is run. */
export async function snapshot(
  connection: HostConnection,
  args: ArgsOf<'snapshot'>,
  context: EffectContext,
  sink: ImageSink | null,
): Promise<ImageRef> {
  const steps = new Steps(new Effect(connection, context));
  const sha256 = hashOf(context);
  const isPersons = !makesSystemsImage(args.instance.taskState);
  const copy = temporaryName(COPY, context);
  const wish = quiesceWish(args.instance.systemMetadata);
  const properties = imagePropertiesIn(args.instance.systemMetadata);
  await args.updateTaskState('image_pending_upload', 'image_snapshot');
  try {
    await steps.effect.reach((seen) => {
      if (seen.domain === null)
        throw failure('INSTANCE_NOT_RUNNING', `no domain of instance ${seen.instance} on this host`);
      return clear(seen, steps, copy) ?? (seen.images.includes(sha256) ? null : nextOfCopy(seen, steps, copy, wish));
    });
    await args.updateTaskState('image_uploading', 'image_pending_upload');
    await steps.effect.reach((seen) => {
      if (seen.images.includes(sha256)) return null;
      if (!hasFile(seen, copy)) throw failure('HYPERVISOR_ERROR', 'the copy of the disk is gone');
      return steps.keepImage(copy, sha256, isPersons);
    });
  } catch (error) {
    if (!mayCleanUp(error, context)) throw error;
    await steps.effect
      .reach((seen) => clear(seen, steps, null))
      .catch((second: unknown) => {
        if (!mayCleanUp(second, context)) throw second;
      });
    throw error;
  }
  const bytes = { bytes: IMAGE_BYTES, virtualBytes: IMAGE_BYTES };
  const inherited = Object.keys(properties).length > 0 && { properties };
  const image: ImageRef = { sha256, name: args.imageId, format: 'qcow2', ...bytes, ...inherited };
  context.permit.check();
  await sink?.({ ...image, ...(!isPersons && { madeFor: [context.instance] }) });
  return image;
}

/** Simulated content has a simulated hash: that of the operation, which makes one image. */
const hashOf = ({ instance, mark }: EffectContext): string =>
  createHash('sha256').update(`${instance} ${mark.epoch} ${mark.op}`).digest('hex');

/** Null when the whole copy is there. */
function nextOfCopy(seen: Seen, steps: Steps, copy: string, wish: QuiesceWish): Step | null {
  if (seen.busy !== null) return steps.barrier();
  if (!hasFile(seen, 'root')) throw failure('DISK_NOT_FOUND', 'the instance has no root disk on this host');
  const mirror = seen.domain?.mirror ?? null;
  if (mirror !== null) return mirror.ready ? steps.endMirror({ frozen: wish.required }) : steps.barrier();
  const file = seen.directory?.files.find(({ name }) => name === copy);
  if (file?.whole === true) return null;
  if (file !== undefined) return steps.removeFile(copy);
  if (wish.required) checkQuiesce(seen, wish);
  return seen.live === null ? steps.convertDisk(copy) : steps.beginMirror(copy);
}

/** Throws where file systems have to be frozen and there is nobody in the guest who could. */
function checkQuiesce({ live, saved }: Seen, { agentDeclared }: QuiesceWish): void {
  if (saved !== null) throw failure('INSTANCE_QUIESCE_FAILED', 'the guest is suspended; resume or stop it first');
  if (live !== null && !agentDeclared)
    throw failure('QEMU_GUEST_AGENT_NOT_ENABLED', 'os_require_quiesce without hw_qemu_guest_agent');
}

/** Ends mirrors that nobody waits for and removes their files; all but the own copy, when there is one. */
function clear(seen: Seen, steps: Steps, own: string | null): Step | null {
  const mirror = seen.domain?.mirror ?? null;
  if (mirror !== null && mirror.file !== own) return steps.endMirror();
  const stale = seen.directory?.files.find(
    ({ name }) => isTemporary(name) && name.startsWith(`.${COPY}.`) && name !== own,
  );
  return stale === undefined ? null : steps.removeFile(stale.name);
}
