import type { HostStory } from './scene.ts';

export const standDown: HostStory = {
  name: 'a host that still answers is told to stand down: its own agent stops the guest, which starts elsewhere with its disk; admitted, it serves',
  storage: 'shared',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await scene.guest('stood-down');
    const said = await story.chronovirt('hosts', 'stand-down', a.name, '--reason', 'its storage fails');
    scene.expectText(said, /proof: stoodDown/);
    scene.expect(scene.processesOf(guest), [], 'processes of the guest after the proof');
    const { proof } = await scene.host(a);
    scene.expect([proof?.kind, proof?.['stopped']], ['stoodDown', 1], 'the proof and how many guests it stopped');
    await story.chronovirt('evacuate', name, '--host', b.name);
    await scene.booted(guest, 2);
    story.runsOnlyOn(name, b, guest.uuid);
    // Nobody lets it in by itself: a person took it out.
    scene.expect((await scene.host(a)).record?.value, 'fenced', 'the host that stood down');
    await story.chronovirt('hosts', 'admit', a.name);
    await scene.becomes(a, 'reachable');
    await scene.cleared(guest, a);
    const next = await scene.guest('after', { boots: false });
    story.runsOnlyOn(next.name, a, next.guest.uuid);
    story.runsOnlyOn(name, b, guest.uuid);
  },
};
