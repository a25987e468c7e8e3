import { appendScene } from './append.ts';
import { crashScene } from './crash.ts';
import { driverScene } from './driver.ts';
import { fullHostScenes } from './full-host.ts';
import { movesScene } from './moves.ts';
import { ordersScene } from './orders.ts';
import { outsideScene } from './outside.ts';
import type { Scene } from './scene.ts';
import { verifyScene } from './verify.ts';

/** In the order of the table. */
export const scenes: readonly Scene[] = [
  appendScene,
  ordersScene,
  driverScene,
  ...fullHostScenes,
  verifyScene,
  outsideScene,
  crashScene,
  movesScene,
];
