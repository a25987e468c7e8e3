/** What makes a guest a rescued one, and the way back: the definition of before, kept as a whole file before anything is changed. */
import { rm } from 'node:fs/promises';
import { DriverError } from '@chronovirt/contract';
import type { EffectContext } from '@chronovirt/contract';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { isThere } from '../disks/instance-disks.ts';
import { readIfThere, writeWhole } from '../disks/whole-file.ts';
import { withMark } from '../xml/metadata.ts';
import { find, parseXml, textOf } from '../xml/parse.ts';
import { diskFiles } from '../xml/rescue-definition.ts';
import type { Hands } from './hands.ts';
import { storedDefinition } from './start.ts';

/** Names within the instance's directory. The way back is removed last: while it is there a rescue is not over. */
const rescueDisk = 'disk.rescue';
const rescueConfig = 'disk.config.rescue';
const wayBack = 'unrescue.xml';

export const rescueFiles = (directory: InstanceDirectory) => ({
  disk: directory.file(rescueDisk),
  config: directory.file(rescueConfig),
  wayBack: directory.file(wayBack),
});

/** Whether a definition has the rescue disk. */
export const isRescue = (definition: string, directory: InstanceDirectory): boolean =>
  diskFiles(definition).includes(directory.file(rescueDisk));

/** The definition of a rescued guest with this operation's mark, or null when it is not rescued, or nobody knows the way back. */
export async function rescueInForce(hands: Hands, directory: InstanceDirectory): Promise<string | null> {
  if (!(await isThere(directory.file(wayBack)))) return null;
  if ((await hands.lookAtPower()) === null) return null;
  const stored = await storedDefinition(hands);
  return isRescue(stored, directory) ? withMark(stored, hands.context.mark) : null;
}

/** Keeps a definition as the way back; whole or not at all. It may hold secrets of devices: readable by its owner alone. */
export async function keepWayBack(
  directory: InstanceDirectory,
  definition: string,
  context: EffectContext,
): Promise<void> {
  await writeWhole(directory.file(wayBack), context, (handle) => handle.writeFile(definition));
}

/** The definition from before the rescue. Throws `INSTANCE_NOT_RESCUED` when it is missing, or another's. */
export async function readWayBack(directory: InstanceDirectory, instance: string): Promise<string> {
  const definition = await readIfThere(directory.file(wayBack));
  if (definition === null) throw noWayBack('is missing');
  let uuid: string;
  try {
    uuid = textOf(find(parseXml(definition), 'uuid'));
  } catch (cause) {
    throw noWayBack('is damaged', cause);
  }
  if (uuid !== instance) throw noWayBack('is that of another instance');
  return definition;
}

const noWayBack = (why: string, cause?: unknown): DriverError =>
  new DriverError(
    'INSTANCE_NOT_RESCUED',
    `the definition from before the rescue ${why}; a hard reboot makes a new one from the record`,
    { cause },
  );

/** In the order in which they go. */
const names = [rescueDisk, rescueConfig, wayBack];

/** Whether anything is there that a rescue made. */
export async function isRescueLeft(directory: InstanceDirectory): Promise<boolean> {
  const there = await Promise.all(names.map((name) => isThere(directory.file(name))));
  return there.includes(true);
}

/** Takes away what a rescue made. No guest may run from it any more. */
export async function removeRescueFiles(directory: InstanceDirectory, context: EffectContext): Promise<void> {
  for (const name of names) {
    const file = directory.file(name);
    if (!(await isThere(file))) continue;
    context.permit.check();
    await rm(file, { force: true });
  }
}
