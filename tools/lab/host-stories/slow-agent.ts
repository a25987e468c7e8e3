import type { HostStory } from './scene.ts';

export const slowAgent: HostStory = {
  name: 'an agent that stands still goes on as if nothing was; after a statement and an evacuation it starts nothing, and stops what it had',
  storage: 'shared',
  watchdog: false,
  async tell(scene) {
    const { story, system, a, b } = scene;
    const gone = await scene.guest('evacuated');
    const had = await scene.guest('left-running', { boots: false });
    const pid = scene.pidOf(had.guest, a);
    await scene.carry('freeze-agent', a.name);
    await scene.becomes(a, 'lost');
    await scene.carry('thaw-agent', a.name);
    await scene.becomes(a, 'reachable');
    await story.chronovirt('pause', had.name);
    await story.chronovirt('unpause', had.name);
    scene.expect(scene.pidOf(had.guest, a), pid, 'the process of a guest after its agent went on');

    await story.chronovirt('stop', gone.name);
    await scene.carry('freeze-agent', a.name);
    // It lies in the agent's socket from now on, and is taken when it goes on.
    const late = system.api
      .post(`/v1/instances/${gone.guest.uuid}/commands`, { name: 'start', args: {} })
      .then(() => 'taken', String);
    await scene.becomes(a, 'lost');
    story.say(`  a start that nobody takes: ${await late}`);
    const statement = 'I have seen that it does nothing';
    scene.expectText(
      await story.chronovirt('hosts', 'confirm-down', a.name, '--statement', statement),
      /proof: operator/,
    );
    await story.chronovirt('evacuate', gone.name, '--host', b.name);
    await story.chronovirt('start', gone.name);
    await scene.booted(gone.guest, 2);
    // The statement was wrong: this one runs.
    scene.expect(scene.pidOf(had.guest, a), pid, 'the process of a guest whose agent stands still');

    await scene.carry('thaw-agent', a.name);
    await scene.until('what it had is stopped', () => scene.pidOf(had.guest, a) === null);
    await scene.until('an alarm', async () => (await scene.host(a)).record?.parts.alarm?.code === 'PROOF_CONTRADICTED');
    await story.chronovirt('hosts');
    await story.chronovirt('hosts', 'admit', a.name);
    await scene.becomes(a, 'reachable');
    await scene.cleared(gone.guest, a);
    story.runsOnlyOn(gone.name, b, gone.guest.uuid);
    await had.guest.takes('hardReboot');
    await story.chronovirt('hard-reboot', had.name);
    story.runsOnlyOn(had.name, a, had.guest.uuid);
  },
};
