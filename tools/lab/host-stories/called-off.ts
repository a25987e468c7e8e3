import type { HostStory } from './scene.ts';
import { copying, moveOf, ordersMove } from './moves.ts';

export const calledOff: HostStory = {
  name: 'a live move is called off before it begins, and in the middle of its copy: the guest counts on where it was, and nothing is left on the other host',
  storage: 'own',
  watchdog: false,
  movesLive: true,
  moves: { bandwidthMiBps: 8 },
  async tell(scene) {
    const { story, a, b } = scene;
    const made = await scene.counter('stays');
    const { name } = made;

    // Whoever is to check whether it could take the guest does not answer.
    await scene.carry('freeze-agent', b.name);
    await ordersMove(scene, name);
    await scene.until('both hosts are asked', async () => (await moveOf(scene, name))?.value === 'planning.check');
    await story.chronovirt('abort-migration', name);
    await scene.carry('thaw-agent', b.name);
    await scene.becomes(b, 'reachable');
    scene.expect((await moveOf(scene, name))?.value ?? 'none', 'none', 'the move that was called off at once');

    const before = await story.counted(name);
    await ordersMove(scene, name);
    await copying(scene, name);
    await story.chronovirt('abort-migration', name);
    story.runsOnlyOn(name, a, made.uuid);
    await scene.cleared(made, b);
    scene.expect(scene.filesOf(made, b), [], `files of the guest on ${b.name}`);
    await story.countsOn(name, before);
    const orders = (await story.history(made.uuid)).filter(({ message }) =>
      message.events.some(({ type }) => type === 'abort.requested'),
    );
    scene.expect(
      orders.map(({ message: { by } }) => by.kind),
      ['user', 'user'],
      'who has called it off, in the history',
    );
    scene.expectText(
      await story.chronovirt('history', name),
      new RegExp(`${orders[0]?.message.by.name} +the move is called off`),
    );
    scene.expectText(await story.refused('abort-migration', name), /no move of the instance is under way/);

    // What it has written since lies on its own disk there, too.
    await story.chronovirt('live-migrate', name, '--host', b.name);
    story.runsOnlyOn(name, b, made.uuid);
    await story.goesOn(name);
    scene.expectText(await story.refused('abort-migration', name), /no move of the instance is under way/);
  },
};
