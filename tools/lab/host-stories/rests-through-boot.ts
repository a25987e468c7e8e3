import type { HostStory } from './scene.ts';

export const restsThroughBoot: HostStory = {
  name: 'a host boots under a rescued guest and under a resized one: they come up as what they were, and each still has its way back',
  storage: 'own',
  watchdog: false,
  async tell(scene) {
    const { story, a } = scene;
    const rescued = await scene.guest('rescued');
    const resized = await scene.guest('resized', { boots: false });
    await story.chronovirt('rescue', rescued.name);
    await story.chronovirt('resize', resized.name, '--flavor', 'micro', '--host', a.name);

    await scene.carry('off', a.name);
    await scene.becomes(a, 'lost');
    await scene.carry('on', a.name);
    await scene.becomes(a, 'reachable');
    await comesUp(rescued, 'rescued');
    await comesUp(resized, 'resized');
    // The rescue system's disk comes first, the own one beside it.
    scene.expectText(await a.host.virsh('domblklist', rescued.guest.uuid), /disk\.rescue\n[^]*\/disk\n/);

    await story.chronovirt('unrescue', rescued.name);
    scene.expectText(await a.host.virsh('domblklist', rescued.guest.uuid), /^(?![^]*disk\.rescue)[^]*\/disk\n/);
    await scene.booted(rescued.guest, 2);
    await story.chronovirt('revert-resize', resized.name);
    scene.expectText(await a.host.virsh('dominfo', resized.guest.uuid), /Max memory: +131072 KiB/);
    scene.expect(scene.filesOf(resized.guest, a), [resized.guest.uuid], 'what lies there of the one that was resized');

    async function comesUp({ name, guest }: typeof rescued, state: string): Promise<void> {
      const isUp = async (): Promise<boolean> => scene.pidOf(guest, a) !== null && (await guest.view()).state === state;
      await scene.until(`${name} runs again and is ${state}`, isUp);
    }
  },
};
