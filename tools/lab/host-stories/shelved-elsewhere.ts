import type { HostStory } from './scene.ts';

/** The command line's exit code for what failed and left everything as it was. */
const ROLLED_BACK = 7;

export const shelvedElsewhere: HostStory = {
  name: 'a shelved guest is taken off its host and made again on another one, from an image that only the agent of the first still has',
  storage: 'own',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await scene.guest('shelved');
    await story.chronovirt('shelve', name);
    // Its disks are here: it can only be started where it is.
    await story.refused('unshelve', name, '--host', b.name);
    await story.chronovirt('offload', name);
    await scene.cleared(guest, a);
    const shelf = `${name}-shelved`;
    // It is all that is left of the guest's disk.
    await story.refused('image', 'delete', shelf);
    await story.chronovirt('image', 'delete', shelf, '--force');
    // A host that is asked for and takes nothing new leaves it on the shelf; no other one is chosen in its place.
    await story.chronovirt('hosts', 'disable', a.name, '--reason', 'nothing new here');
    await story.exits(ROLLED_BACK, 'unshelve', name, '--host', a.name);
    await story.chronovirt('hosts', 'enable', a.name);
    await story.chronovirt('unshelve', name, '--host', b.name);
    story.runsOnlyOn(name, b, guest.uuid);
    await scene.booted(guest, 2);
    await story.chronovirt('live-migrate', name, '--host', a.name);
    story.runsOnlyOn(name, a, guest.uuid);
  },
  movesLive: true,
};
