import { appendScene } from './append.ts';
import { ordersScene } from './orders.ts';
import type { Scene } from './scene.ts';

/** In the order of the table. */
export const scenes: readonly Scene[] = [appendScene, ordersScene];
