import { broughtToAnEnd } from './brought-to-an-end.ts';
import { calledOff } from './called-off.ts';
import { drain } from './drain.ts';
import { forgottenDestination, forgottenSource, forgottenWithGuests } from './forgotten.ts';
import { endsByItself } from './ends-by-itself.ts';
import { frozenHost } from './frozen-host.ts';
import { hostBoot } from './host-boot.ts';
import { lostAgent } from './lost-agent.ts';
import { postCopy } from './post-copy.ts';
import { restsThroughBoot } from './rests-through-boot.ts';
import type { HostStory } from './scene.ts';
import { shelvedElsewhere } from './shelved-elsewhere.ts';
import { slowAgent } from './slow-agent.ts';
import { standDown } from './stand-down.ts';

export { Scene, type HostStory } from './scene.ts';

/** In an order in which the lab is made anew only once: for the watchdogs of the last. */
export const hostStories: readonly HostStory[] = [
  standDown,
  frozenHost,
  slowAgent,
  drain,
  calledOff,
  broughtToAnEnd,
  postCopy,
  hostBoot,
  restsThroughBoot,
  endsByItself,
  shelvedElsewhere,
  forgottenDestination,
  forgottenSource,
  forgottenWithGuests,
  lostAgent,
];
