/** A guest whose vCPUs stand still though nobody ordered that here: recorded, and not taken over unless the agent's policy says so. */
import type { InstanceView } from '../api/types.ts';

export const isPausedBehind = ({ state, power }: Pick<InstanceView, 'state' | 'power'>): boolean =>
  state === 'running' && power === 'paused';

/** What a person can do about it. */
export const pausedBehind = (name: string): string =>
  `nobody ordered that here; chronovirt pause ${name} && chronovirt unpause ${name} lets it go on, or hard-reboot`;
