import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LabHost } from '../lab-host.ts';
import type { HostStory } from './scene.ts';

/** The command line's exit code for what failed and left everything as it was. */
const ROLLED_BACK = 7;

/** How many images that were made on a host lie there. */
function madeOn({ host }: LabHost): number {
  const directory = join(host.instancesOutside, '_images');
  return existsSync(directory) ? readdirSync(directory).filter((name) => /^[0-9a-f]{64}$/.test(name)).length : 0;
}

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

    // A backup that was made here is replaced on the other host; what the disk rests on stays as long as the disk.
    const before = [madeOn(a) - 1, madeOn(b)] as const;
    const backup = ['backup', name, '--name', `${name}-nightly`, '--rotation', '1'] as const;
    await story.chronovirt(...backup);
    await story.chronovirt('live-migrate', name, '--host', b.name);
    scene.expect([madeOn(a), madeOn(b)], [before[0] + 2, before[1]], 'images before the backup is replaced');
    await story.chronovirt(...backup);
    await scene.until(`the replaced backup is gone from ${a.name}`, () => madeOn(a) === before[0] + 1);
    await story.chronovirt('rebuild', name);
    await scene.until(`what the disk rested on is gone from ${a.name}`, () => madeOn(a) === before[0]);
    scene.expect(madeOn(b), before[1] + 1, 'images on the other host');
    // Of the two of that name one is left: otherwise this would be refused.
    await story.chronovirt('image', 'delete', `${name}-nightly`);
  },
  movesLive: true,
};
