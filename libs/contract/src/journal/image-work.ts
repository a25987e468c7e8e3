import { z } from 'zod';
import { imageRef } from '../data/instance-spec.ts';

/** What is being done about images of an instance while its life goes on. */
export const imageState = z.enum(['idle', 'capturing', 'rotating']);
export type ImageState = z.infer<typeof imageState>;

/** Name of an image, for people; its identity is the hash of its content. */
export const imageName = imageRef.shape.name;

/** An image that is being made. `rotation`: how many backups of that name are kept, this one included; null = it is no backup. */
export const imageWork = z.strictObject({
  name: imageName,
  rotation: z.int().min(1).nullable(),
  /** Times that the present step was begun again. */
  tries: z.int().nonnegative(),
});
export type ImageWork = z.infer<typeof imageWork>;

/** Most backups of one instance, all names together; so that a message stays small. */
export const MAX_BACKUPS = 32;

/** A backup that is kept: what a later one of that name replaces. `at`: milliseconds since 1970. */
export const backup = z.strictObject({
  name: imageName,
  sha256: imageRef.shape.sha256,
  at: z.int().nonnegative(),
});
export type Backup = z.infer<typeof backup>;
