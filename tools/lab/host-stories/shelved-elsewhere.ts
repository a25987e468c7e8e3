import type { HostStory } from './scene.ts';

export const shelvedElsewhere: HostStory = {
  name: 'a shelved guest is taken off its host and made again on another one, from an image that only the agent of the first still has',
  storage: 'own',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await scene.guest('shelved');
    await story.chronovirt('shelve', name);
    await story.chronovirt('offload', name);
    await scene.cleared(guest, a);
    const shelf = `${name}-shelved`;
    // It is all that is left of the guest's disk.
    await story.refused('image', 'delete', shelf);
    await story.chronovirt('image', 'delete', shelf, '--force');
    await story.chronovirt('hosts', 'disable', a.name, '--reason', 'nothing new here');
    await story.chronovirt('unshelve', name);
    story.runsOnlyOn(name, b, guest.uuid);
    await scene.booted(guest, 2);
    await story.chronovirt('hosts', 'enable', a.name);
    await story.chronovirt('live-migrate', name, '--host', a.name);
    story.runsOnlyOn(name, a, guest.uuid);
  },
  movesLive: true,
};
