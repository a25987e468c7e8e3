/**
 * Images that the system makes for itself: what a shelf keeps, and backups. Wherever one lies, the place says of which instances it was
 * made; once none of all instances needs it, it goes. An image without that is a person's, and nobody but a person removes it.
 */
import { z } from 'zod';
import { instanceUuid } from './identifiers.ts';
import { imageRef } from './instance-spec.ts';

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
