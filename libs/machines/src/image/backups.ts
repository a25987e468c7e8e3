/** Which backups an instance keeps. */
import type { Backup, ImageWork, InstanceState } from '@chronovirt/contract';

type Parts = Pick<InstanceState['parts'], 'backups' | 'imageWork'>;

/** Backups after one more was made; those that it replaces are still among them, until they are removed. */
export function withBackup(
  { backups = [] }: Parts,
  { name, rotation }: ImageWork,
  sha256: string,
  at: number,
): Backup[] {
  return rotation === null ? backups : [...backups, { name, sha256, at }];
}

/** Backups of the name that is being made beyond those that are kept, oldest first. */
export function replaced({ backups = [], imageWork }: Parts): Backup[] {
  if (imageWork === undefined || imageWork.rotation === null) return [];
  const ofName = backups.filter(({ name }) => name === imageWork.name);
  return ofName.slice(0, Math.max(0, ofName.length - imageWork.rotation));
}

/** Images that nothing of this instance needs once the replaced backups are gone: equal content is one image, whatever its name. */
export function removable(parts: Parts): string[] {
  const gone = new Set(replaced(parts));
  const kept = new Set((parts.backups ?? []).filter((one) => !gone.has(one)).map(({ sha256 }) => sha256));
  return [...new Set([...gone].map(({ sha256 }) => sha256))].filter((sha256) => !kept.has(sha256));
}

/** Backups once the replaced ones are gone. */
export function withoutReplaced(parts: Parts): Backup[] {
  const gone = new Set(replaced(parts));
  return (parts.backups ?? []).filter((one) => !gone.has(one));
}

/** How many backups are kept once this one is made and the replaced ones are gone. */
export function keptAfter({ backups = [] }: Parts, name: string, rotation: number): number {
  return backups.filter((one) => one.name !== name).length + rotation;
}
