import { domainNameOf, type InstanceUuid } from '@chronovirt/contract';
import type { LabHost } from '../lab-host.ts';
import type { HostStory, Scene } from './scene.ts';
import { copying, copyOf, movedTo, ordersMove } from './moves.ts';

export const postCopy: HostStory = {
  name: 'the network goes away in post-copy: back in time, the guest goes on where it went; a half that is ended by hand lets it start anew from its disks; a delete ends both',
  storage: 'shared',
  watchdog: false,
  movesLive: true,
  isLong: true,
  moves: { bandwidthMiBps: 4, postCopy: true, landing: 'running', lockManager: 'lockd' },
  async tell(scene) {
    const { story, a, b } = scene;
    await inBoth(scene, SLOW_CABLE);
    try {
      const torn = await scene.counter('torn', { writes: true });
      const before = await tear(scene, torn);
      scene.expectText(await story.chronovirt('show', torn.name), /post-copy failed: .* still at the source/);
      await scene.carry('heal-network', null);
      await movedTo(scene, torn.name, b.name);
      story.runsOnlyOn(torn.name, b, torn.uuid);
      await story.countsOn(torn.name, before);

      await inBoth(scene, IMPATIENT);
      const halved = await scene.counter('halved', { writes: true });
      await tear(scene, halved);
      const began = Date.now();
      await endHalf(b, halved.uuid);
      await movedTo(scene, halved.name, a.name);
      story.runsOnlyOn(halved.name, a, halved.uuid);
      await story.bootedSince(halved.name, began);
      await scene.cleared(halved, b);
      await scene.carry('heal-network', null);

      const doomed = await scene.counter('deleted', { writes: true });
      await tear(scene, doomed);
      await story.chronovirt('delete', doomed.name);
      await scene.cleared(doomed, a);
      await scene.cleared(doomed, b);
      await scene.deleted(doomed);
    } finally {
      await scene.carry('heal-network', null);
      await inBoth(scene, `${PATIENT}; ${FAST_CABLE}`);
    }
  },
};

/** Post-copy knows no limit: the cable is one. */
const SLOW_CABLE =
  'tc qdisc add dev uplink root handle 1: htb default 1 && tc class add dev uplink parent 1: classid 1:1 htb rate 16mbit';
const FAST_CABLE = 'tc qdisc del dev uplink root';
/** Connections end soon after the cable is out, instead of a quarter of an hour later. */
const IMPATIENT = 'sysctl -qw net.ipv4.tcp_retries2=2';
const PATIENT = 'sysctl -qw net.ipv4.tcp_retries2=15';

const inBoth = (scene: Scene, command: string): Promise<unknown> =>
  Promise.all(scene.system.hosts.map(({ host }) => host.exec(['sh', '-c', command])));

/** As an operator does; a daemon that had no word yet that it runs may have done so itself. */
async function endHalf({ host }: LabHost, uuid: string): Promise<void> {
  await host.virsh('destroy', domainNameOf(uuid as InstanceUuid)).catch((error: unknown) => {
    if (!/domain is not running|failed to get domain/.test(String(error))) throw error;
  });
}

interface Made {
  readonly name: string;
  readonly uuid: string;
}

/** Brings a guest into post-copy and pulls the cable, until its source has given it up; what it had counted to before. */
async function tear(scene: Scene, { name, uuid }: Made): ReturnType<Scene['story']['counted']> {
  const { story, b } = scene;
  const before = await story.counted(name);
  await ordersMove(scene, name);
  await copying(scene, name);
  await story.chronovirt('force-complete', name, '--no-wait');
  // The source tells of post-copy before the destination has the last of what it needs to run: that half would end by itself.
  await scene.until('it runs over there', async () =>
    (await b.host.virsh('domstate', '--reason', domainNameOf(uuid as InstanceUuid))).startsWith('running (post-copy)'),
  );
  await scene.carry('cut-network', null);
  await scene.until('post-copy broke off', async () => (await copyOf(scene, name))?.phase === 'post-copy failed');
  return before;
}
