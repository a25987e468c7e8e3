/** Which images are needed, as the instances' last messages say it. */
import { CLUSTER } from '@chronovirt/contract';
import type { InstanceEntry } from '../read-model/instance-entry.ts';
import type { Segment } from '../read-model/segment.ts';

/**
 * What one instance needs: what it is made from, what its disk rests on, what the shelf keeps of it, what an order under way asks for, and
 * its backups. One that is deleted needs nothing. Null: nobody can say.
 */
export function heldBy(entry: InstanceEntry): ReadonlySet<string> | null {
  const { segment } = entry;
  if (segment === undefined) return null;
  const held = new Set<string>();
  if (entry.isDeleted) return held;
  for (const { spec, images } of counted(entry, segment)) {
    for (const sha256 of [...images.backups, ...(spec?.images ?? [])]) held.add(sha256);
    if (images.asked !== null) held.add(images.asked);
  }
  return segment.spec === null ? null : held;
}

/**
 * Whether it is a backup that outlived its instance. That counts only where the image says that it was made for it: equal content that was
 * made anew, after a person had removed what was left, is not what was left.
 */
export function isLeftBy(entry: InstanceEntry, sha256: string): boolean {
  const { segment, isDeleted } = entry;
  if (segment === undefined || !isDeleted) return false;
  return counted(entry, segment).some(({ images }) => images.backups.includes(sha256));
}

/** Whether an image is being made of it that is recorded nowhere yet, or nobody can say. */
export function mayBeMaking({ segments }: InstanceEntry): boolean {
  return segments.some(({ role, images, halted }) => halted !== null || (role !== 'closed' && images.isMaking));
}

/**
 * The segments that count. While an instance is with a host that is that host's alone: what others and the spine say is of earlier times.
 * On its way between hosts each of them may still have to go on with it.
 */
function counted({ segments, migration, isDeleted }: InstanceEntry, speaking: Segment): readonly Segment[] {
  const isWithHost = speaking.host !== CLUSTER && (isDeleted || speaking.role === 'owner') && migration === null;
  const isOnShelf = speaking.view?.state === 'offloaded' && speaking.role === 'owner';
  return isWithHost || isOnShelf ? [speaking] : segments;
}
