import type { HostStory } from './scene.ts';
import { copyOf, movedTo, ordersMove } from './moves.ts';

export const broughtToAnEnd: HostStory = {
  name: 'a guest writes faster than it is copied: it is slowed down, which is told; that is not enough, and a person brings the move to its end at the price of a pause',
  storage: 'shared',
  watchdog: false,
  movesLive: true,
  moves: { bandwidthMiBps: 4, maxDowntimeMs: 100, autoConverge: true },
  async tell(scene) {
    const { story, b } = scene;
    const made = await scene.counter('writes', { writes: true });
    const { name } = made;
    const before = await story.counted(name);
    await ordersMove(scene, name);
    let said = '';
    await scene.until('it is slowed down', async () => {
      const copy = await copyOf(scene, name);
      said = JSON.stringify(copy);
      return (copy?.slowedBy ?? 0) > 0;
    });
    story.say(`  its copy: ${said}`);
    scene.expectText(await story.chronovirt('show', name), /copying: .*, slowed down by \d+ %/);
    const began = performance.now();
    await story.chronovirt('force-complete', name, '--no-wait');
    await movedTo(scene, name, b.name);
    story.say(`  brought to its end within ${((performance.now() - began) / 1000).toFixed(1)} s`);
    story.runsOnlyOn(name, b, made.uuid);
    await story.countsOn(name, before);
  },
};
