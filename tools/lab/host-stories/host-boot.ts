import type { HostStory } from './scene.ts';

export const hostBoot: HostStory = {
  name: 'a host loses power and boots before anybody proves anything: what ran there runs again by itself from its disk, what was off or asleep stays so',
  storage: 'own',
  watchdog: false,
  async tell(scene) {
    const { story, a, b } = scene;
    const { name, guest } = await scene.guest('ran');
    const off = await scene.guest('was-off', { boots: false });
    const asleep = await scene.guest('was-asleep', { boots: false });
    await story.chronovirt('stop', off.name, '--grace', '0s');
    await story.chronovirt('suspend', asleep.name);

    await scene.carry('off', a.name);
    await scene.becomes(a, 'lost');
    scene.expect(scene.processesOf(guest), [], 'processes of the guest while its host has no power');
    await scene.carry('on', a.name);
    await scene.becomes(a, 'reachable');
    await scene.booted(guest, 2);
    story.runsOnlyOn(name, a, guest.uuid);
    await resumed(1);
    scene.expect(scene.pidOf(off.guest, a), null, 'the process of a guest that was off');
    scene.expect(scene.pidOf(asleep.guest, a), null, 'the process of a guest that was asleep');
    await story.chronovirt('start', off.name);
    await story.chronovirt('resume', asleep.name);

    for (const one of [off, asleep]) story.runsOnlyOn(one.name, a, one.guest.uuid);

    // By an order: the command of the agent's configuration, which dies with the host that it reboots. One with guests is not rebooted.
    await story.refused('hosts', 'power', a.name, 'reboot');
    const bootOf = async (): Promise<string | undefined> => (await scene.host(b)).report?.bootId;
    const before = await bootOf();
    await story.chronovirt('hosts', 'power', b.name, 'reboot', '--no-wait');
    await scene.until(`${b.name} reports another boot`, async () => ![before, undefined].includes(await bootOf()));
    await scene.becomes(b, 'reachable');
    await resumed(1);

    async function resumed(times: number): Promise<void> {
      const events = (await guest.history()).flatMap(({ message }) => message.events.map(({ type }) => type));
      const done = events.filter((type) => type === 'resumeStateOnHostBoot.done');
      scene.expect(done.length, times, 'how often its history tells of a start after a boot of its host');
    }
  },
};
