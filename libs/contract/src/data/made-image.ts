/**
 * Images that the system makes for itself: what a shelf keeps, and backups. Wherever one lies, the place says of which instances it was
 * made; once none of all instances needs it, it goes. An image without that is a person's, and nobody but a person removes it.
 */
import { z } from 'zod';
import { instanceUuid } from './identifiers.ts';
import { imageRef } from './instance-spec.ts';
import type { TaskState } from './nova/states.ts';

/** The instances that the system made it for. Equal content is one image, so there may be several. */
export const madeFor = z.array(instanceUuid).min(1);

/** One as a place lists it. `revision` is another one each time that the image is made there, by whomever. */
export const madeImage = z.strictObject({
  sha256: imageRef.shape.sha256,
  madeFor,
  revision: z.string().min(1).max(100),
});
export type MadeImage = z.infer<typeof madeImage>;

/** A place where such images lie: the cluster's store, or a host that made some. */
export interface MadeImages {
  made(): Promise<MadeImage[]>;
  /** Removes an image that is as it was listed. False: it is gone, was made again since, or is a person's by now. */
  removeMade(image: MadeImage): Promise<boolean>;
}

/** Whether the image that is made during a task is the system's: nobody asked for one by itself. */
export function makesSystemsImage(task: TaskState | null): boolean {
  return task === 'image_backup' || task === 'shelving_image_uploading';
}

interface Provenance {
  readonly madeFor?: readonly z.infer<typeof instanceUuid>[] | undefined;
}

/** The record of an image that is there and comes once more: a person's stays what it is, the system's becomes a person's where one brings it. */
export function recordAfter<T extends Provenance>(known: T | null, brought: T): T {
  if (known === null) return brought;
  if (known.madeFor === undefined) return known;
  if (brought.madeFor === undefined) return brought;
  return { ...known, madeFor: [...new Set([...known.madeFor, ...brought.madeFor])] };
}
