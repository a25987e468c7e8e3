/** `snapshot.json`: the image that an operation made of an instance, written just before the image gets its name. */
import { imageRef, mark } from '@chronovirt/contract';
import type { EffectContext, ImageRef } from '@chronovirt/contract';
import { z } from 'zod';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { readIfThere, writeWhole } from '../disks/whole-file.ts';
import { sameMark } from '../xml/metadata.ts';

const snapshotRecord = z.strictObject({ v: z.literal(1), mark, image: imageRef });

const fileOf = (directory: InstanceDirectory): string => directory.file('snapshot.json');

/** The image that this operation said it makes; null when it has not come so far. A record that nobody can read says nothing. */
export async function imageOf(directory: InstanceDirectory, { mark: of }: EffectContext): Promise<ImageRef | null> {
  const text = await readIfThere(fileOf(directory));
  if (text === null) return null;
  const record = snapshotRecord.safeParse(parsed(text));
  return record.success && sameMark(record.data.mark, of) ? record.data.image : null;
}

export async function recordImage(
  directory: InstanceDirectory,
  image: ImageRef,
  context: EffectContext,
): Promise<void> {
  const record: z.infer<typeof snapshotRecord> = { v: 1, mark: context.mark, image };
  await writeWhole(fileOf(directory), context, (handle) => handle.writeFile(JSON.stringify(record)));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
