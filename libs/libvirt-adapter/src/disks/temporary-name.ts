import type { EffectContext } from '@chronovirt/contract';

/** Who writes a temporary file, so that no run ever meets another's: the operation and the process. */
export type Writer = Pick<EffectContext, 'mark' | 'incarnation'>;

/** The temporary name under which `name` is written until it is whole. */
export const temporaryName = (name: string, { mark, incarnation }: Writer): string =>
  `${name}.${mark.epoch}-${mark.op}-${incarnation}.tmp`;

/** Whether a file name is a temporary one, of whatever run. */
export const isTemporary = (name: string): boolean => /\.\d+-\d+-\d{13}-\d+\.tmp$/.test(name);
