import type { HostStory } from './scene.ts';

const BOUND_MS = 15_000;
const MARGIN_MS = 5_000;

export const lostAgent: HostStory = {
  name: 'an agent dies and stays away while its guest runs on: the watchdog ends the guest, that is the proof; back, the agent clears away what is left',
  storage: 'shared',
  watchdog: true,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await scene.guest('unguarded');
    const pid = scene.pidOf(guest, a);
    await scene.carry('lose-agent', a.name);
    scene.expect(scene.pidOf(guest, a), pid, 'the process of the guest after the death of its agent');
    await story.refused('evacuate', name, '--host', b.name);
    await scene.becomes(a, 'fencing.outwait');
    scene.expect((await scene.host(a)).proof, null, 'a proof while the bound is waited out');
    await scene.becomes(a, 'fenced');
    scene.expect(scene.processesOf(guest), [], 'processes of the guest after the proof');
    const { proof } = await scene.host(a);
    scene.expect([proof?.kind, proof?.['boundMs']], ['watchdog', BOUND_MS], 'the proof');
    if (Number(proof?.['waitedMs']) < BOUND_MS + MARGIN_MS)
      throw new Error(`it was waited only ${String(proof?.['waitedMs'])} ms`);
    await story.chronovirt('evacuate', name, '--host', b.name);
    await scene.booted(guest, 2);
    await scene.carry('start-agent', a.name);
    await scene.becomes(a, 'reachable');
    await scene.cleared(guest, a);
    story.runsOnlyOn(name, b, guest.uuid);
  },
};
