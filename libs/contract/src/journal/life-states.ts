import { z } from 'zod';

/** The states of `life` in which nothing is due. */
export const restingState = z.enum([
  'running',
  'paused',
  'suspended',
  'stopped',
  'rescued',
  'resized',
  'shelved',
  'offloaded',
  'trashed',
  'failed',
  'deleted',
]);
export type RestingState = z.infer<typeof restingState>;
