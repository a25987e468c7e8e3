import type { HostStory } from './scene.ts';

export const frozenHost: HostStory = {
  name: 'a host that stands still as a whole and goes on has lost nothing; fenced while it stands still, its guest runs elsewhere alone',
  storage: 'shared',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await scene.guest('frozen');
    const pid = scene.pidOf(guest, a);
    await scene.carry('freeze', a.name);
    await scene.becomes(a, 'lost');
    await story.refused('evacuate', name);
    await scene.carry('thaw', a.name);
    await scene.becomes(a, 'reachable');
    await story.chronovirt('pause', name);
    await story.chronovirt('unpause', name);
    scene.expect(scene.pidOf(guest, a), pid, 'the process of the guest after the thaw');

    await scene.carry('freeze', a.name);
    await scene.becomes(a, 'lost');
    scene.expectText(await story.chronovirt('hosts', 'fence', a.name), /proof: fenceCommand/);
    scene.expect(scene.processesOf(guest), [], 'processes of the guest after the proof');
    await story.chronovirt('evacuate', name, '--host', b.name);
    await scene.booted(guest, 2);
    await scene.carry('on', a.name);
    await scene.becomes(a, 'reachable');
    await scene.cleared(guest, a);
    story.runsOnlyOn(name, b, guest.uuid);
  },
};
