/** Whether an image fits on the root disk that is asked for: one rule for whoever sends it and whoever takes the order. */
import type { ImageRef } from './instance-spec.ts';

const GiB = 1024 ** 3;

/** Why it does not fit, and what to ask for; null = it does. 0 GiB is a disk as large as the image. */
export function rootDiskMisfit(
  { name, virtualBytes }: Pick<ImageRef, 'name' | 'virtualBytes'>,
  rootGiB: number,
): string | null {
  if (rootGiB === 0 || rootGiB * GiB >= virtualBytes) return null;
  return `the image ${name} has a disk of ${sizeText(virtualBytes)}, which does not fit on ${sizeText(rootGiB * GiB)}; ask for ${Math.ceil(virtualBytes / GiB)} GiB or more, or none for the image's own size`;
}

const sizeText = (bytes: number): string =>
  bytes < GiB ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${Number((bytes / GiB).toPrecision(3))} GiB`;
