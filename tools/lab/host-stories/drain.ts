import type { HostStory } from './scene.ts';

const FAILED = 8;

export const drain: HostStory = {
  name: 'a host is drained, disks and all: what cannot leave is told beforehand and stays; then it leaves cold, and the host is out of use until it is taken back',
  storage: 'own',
  watchdog: false,
  movesLive: true,
  async tell(scene) {
    const { story, a, b } = scene;
    const first = await scene.guest('leaves', { boots: false });
    const second = await scene.guest('leaves-too', { boots: false });
    const asleep = await scene.guest('suspended', { boots: false });
    await story.chronovirt('suspend', asleep.name);
    // A lock keeps its users from it, not whoever empties a host; it goes along.
    await story.chronovirt('lock', second.name);
    const preview = await story.refused('hosts', 'drain', a.name, '--preview');
    scene.expectText(preview, new RegExp(`${first.name} +running +live-migrate`));
    scene.expectText(preview, new RegExp(`${asleep.name} +suspended +stays +.*suspended`));
    const drained = await story.exits(FAILED, 'hosts', 'drain', a.name, '--budget', '1');
    scene.expectText(drained, /moved: 2/);
    // It told on the way who set out where, and who had left.
    scene.expectText(drained, new RegExp(`${first.name} goes to host-b \\(live\\)[^]*${first.name} has left`));
    scene.expectText(drained, new RegExp(`${asleep.name} stays: .*suspended`));
    for (const { name, guest } of [first, second]) story.runsOnlyOn(name, b, guest.uuid);

    await story.refused('stop', second.name);
    await story.chronovirt('unlock', second.name);

    await story.chronovirt('resume', asleep.name);
    await story.chronovirt('stop', asleep.name, '--grace', '0s');
    scene.expectText(await story.chronovirt('hosts', 'drain', a.name), /is in maintenance/);
    scene.expect((await asleep.guest.view()).host, b.name, 'the host of what left cold');
    await scene.cleared(asleep.guest, a);
    scene.expectText(await story.chronovirt('hosts', 'maintenance', a.name, 'off'), /is in use/);
    await story.chronovirt('live-migrate', first.name, '--host', a.name);
    story.runsOnlyOn(first.name, a, first.guest.uuid);
  },
};
