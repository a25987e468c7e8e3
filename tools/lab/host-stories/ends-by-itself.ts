import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { HostStory } from './scene.ts';

const AFTER_MS = 3_000;

export const endsByItself: HostStory = {
  name: 'what rests for longer than the policy says is ended by its host: a rescue, a resize, a place on the shelf, and the trash at last',
  storage: 'own',
  watchdog: false,
  policy: {
    unrescueAfterMs: AFTER_MS,
    confirmResizeAfterMs: AFTER_MS,
    offloadAfterMs: AFTER_MS,
    reclaimAfterMs: AFTER_MS,
  },
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await scene.guest('rests', { boots: false });
    const files = (): string[] => {
      const directory = join(a.host.instancesOutside, guest.uuid);
      return existsSync(directory) ? readdirSync(directory) : [];
    };

    await story.chronovirt('rescue', name);
    await becomes('running');
    scene.expect(files().includes('disk.rescue'), false, 'a disk of the rescue system');

    await story.chronovirt('resize', name, '--flavor', 'micro', '--host', a.name);
    await becomes('running');
    const memory = await a.host.virsh('dominfo', guest.uuid);
    scene.expectText(memory, /Max memory: +262144 KiB/);
    scene.expect(scene.filesOf(guest, a), [guest.uuid], 'what lies there of the guest after the resize');

    // To the other host: the source is told by nobody but the one that confirms.
    await story.chronovirt('cold-migrate', name, '--host', b.name);
    await becomes('running');
    await scene.cleared(guest, a);
    scene.expect(scene.filesOf(guest, a), [], 'what lies on the source after the move');
    story.runsOnlyOn(name, b, guest.uuid);

    await story.chronovirt('shelve', name);
    await becomes('offloaded');
    await scene.cleared(guest, b);
    await story.chronovirt('unshelve', name, '--host', a.name);
    story.runsOnlyOn(name, a, guest.uuid);

    await story.chronovirt('soft-delete', name);
    await becomes('deleted');
    await scene.cleared(guest, a);
    // The cluster's part of a move tells on whose word it goes on: that is no second order.
    const turns = (await guest.history()).flatMap(({ host, message }) => (host === '_cluster' ? [] : [message]));
    const orders = turns.flatMap(({ by, at, events }, index) =>
      by.kind === 'policy' && events.some(({ type }) => type.endsWith('.requested'))
        ? [{ policy: by.name, restedMs: at - (turns[index - 1]?.at ?? at) }]
        : [],
    );
    scene.expect(
      orders.map(({ policy }) => policy),
      ['end of rescue', 'confirm', 'confirm', 'offload', 'reclaim'],
      'which policies its history says have ordered something',
    );
    const hasty = orders.filter(({ restedMs }) => restedMs < AFTER_MS);
    scene.expect(hasty, [], 'what was ordered before its time was over');
    await scene.deleted(guest);

    async function becomes(state: string): Promise<void> {
      await scene.until(`it is ${state} by itself`, async () => (await guest.view()).state === state);
    }
  },
};
