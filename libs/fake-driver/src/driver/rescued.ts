import type { DomainDefinition } from '../world/definition.ts';

/** Role of the disk that a rescued guest boots from. */
export const RESCUE_DISK = 'rescue';

/** Role of the config drive that the rescue system reads. */
export const RESCUE_CONFIG = 'config.rescue';

/** File in the instance's directory that holds the definition from before a rescue. */
export const WAY_BACK = 'unrescue.xml';

/** Whether a definition boots the rescue disk. */
export function isRescue(definition: DomainDefinition | null): boolean {
  return definition?.disks[0] === RESCUE_DISK;
}
