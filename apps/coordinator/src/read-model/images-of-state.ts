/** What a stored state says of images, beside its spec. */
import type { InstanceState } from '@chronovirt/contract';

export interface ImagesOfState {
  /** Hashes of the backups that are kept. */
  readonly backups: readonly string[];
  /** Hash of the image that the running operation needs (a rebuild, a rescue), or null. */
  readonly asked: string | null;
  /** An image of it is being made, or may have been made: what it is is not recorded yet. */
  readonly isMaking: boolean;
}

export const noImages: ImagesOfState = Object.freeze({ backups: [], asked: null, isMaking: false });

export function imagesOf({ value, context, parts }: InstanceState): ImagesOfState {
  const { sha256 } = (context.request['image'] ?? {}) as { sha256?: unknown };
  const asked = typeof sha256 === 'string' ? sha256 : null;
  const isMaking = parts.image !== 'idle' || value.startsWith('shelving.') || value.startsWith('reconciling.');
  if (asked === null && !isMaking && parts.backups === undefined) return noImages;
  return { backups: (parts.backups ?? []).map((backup) => backup.sha256), asked, isMaking };
}
