import { appendScene } from './append.ts';
import type { Scene } from './scene.ts';

/** In the order of the table. */
export const scenes: readonly Scene[] = [appendScene];
