import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LabHost } from '../lab-host.ts';
import type { HostStory, Scene } from './scene.ts';

export const forgottenDestination: HostStory = {
  name: 'the destination of a cold move that has landed is given up for ever: the guest goes back to its source, and nothing stays where it was',
  storage: 'own',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await landed(scene);
    await forget(scene, b);
    await story.chronovirt('evacuate', name);
    story.runsOnlyOn(name, a, guest.uuid);
    // From the disk that its source kept: what was done to the other one is lost.
    await scene.booted(guest, 2);
    await returns(scene, b);
    await scene.cleared(guest, b);
    story.runsOnlyOn(name, a, guest.uuid);
  },
};

export const forgottenSource: HostStory = {
  name: 'the source of a cold move that has landed is given up for ever: the move is confirmed, and what the source kept goes when it returns',
  storage: 'own',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await landed(scene);
    await forget(scene, a);
    await story.chronovirt('confirm-resize', name);
    story.runsOnlyOn(name, b, guest.uuid);
    await returns(scene, a);
    await scene.cleared(guest, a);
    story.runsOnlyOn(name, b, guest.uuid);
  },
};

export const forgottenWithGuests: HostStory = {
  name: 'a host is given up for ever and is there again: it has back the guest that nobody took over, and clears away the one that was made anew',
  storage: 'own',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const left = await scene.guest('left');
    const taken = await scene.guest('taken');
    await forget(scene, a);
    await story.chronovirt('evacuate', taken.name, '--from-image');
    story.runsOnlyOn(taken.name, b, taken.guest.uuid);
    await returns(scene, a);
    // The very disk that it had: there is no other copy of it.
    await scene.booted(left.guest, 2);
    story.runsOnlyOn(left.name, a, left.guest.uuid);
    await scene.cleared(taken.guest, a);
    await scene.until(
      `no file of ${taken.name} is left on ${a.name}`,
      () => !existsSync(join(a.host.instancesOutside, taken.guest.uuid)),
    );
    story.runsOnlyOn(taken.name, b, taken.guest.uuid);
  },
};

/** A guest that runs on host-b, and whose move there is neither confirmed nor turned back. */
async function landed(scene: Scene): ReturnType<Scene['guest']> {
  const made = await scene.guest('moved');
  await scene.story.chronovirt('cold-migrate', made.name, '--host', scene.b.name);
  await scene.booted(made.guest, 2);
  return made;
}

/** Its plug is pulled, and it is given up. */
async function forget(scene: Scene, host: LabHost): Promise<void> {
  await scene.carry('off', host.name);
  await scene.becomes(host, 'lost');
  await scene.story.refused('hosts', 'forget', host.name);
  await scene.story.chronovirt('hosts', 'fence', host.name);
  await scene.story.chronovirt('hosts', 'forget', host.name);
}

/** It boots against all expectation, which is told loudly, and is taken back. */
async function returns(scene: Scene, host: LabHost): Promise<void> {
  await scene.carry('on', host.name);
  await scene.until(
    'an alarm',
    async () => (await scene.host(host)).record?.parts.alarm?.code === 'FORGOTTEN_HOST_REPORTS',
  );
  await scene.story.chronovirt('hosts', 'admit', host.name);
  await scene.becomes(host, 'reachable');
}
