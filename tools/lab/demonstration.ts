/**
 * `npm run lab -- --once`: an instance's whole life on two hosts, step by step, with the command line as a person uses it. Each step
 * looks at the guest and at the hypervisors themselves, and ends the story when they are not as told.
 */
import { until } from '@chronovirt/testing/lab';
import type { LabHost } from './lab-host.ts';
import { leftOfInstances } from './leftovers.ts';
import { StoryBroken, type Story } from './story.ts';

interface Step {
  readonly title: string;
  tell(story: Story): Promise<void>;
}

/** The guest whose disk lies on its host alone, and the one whose disk both hosts see. */
const OWN = 'counter';
const SHARED = 'wanderer';

export const steps: readonly Step[] = [
  {
    title: 'A guest whose disk lies on its host alone',
    async tell(story) {
      await story.system.use({ storage: 'own' });
      await story.createCounter(OWN, story.system.a);
    },
  },
  {
    title: 'It moves while it counts, there and back, its disk is copied along',
    async tell(story) {
      const { a, b } = story.system;
      await story.moveWhileCounting(OWN, b);
      await story.moveWhileCounting(OWN, a);
    },
  },
  {
    title: 'It is given another size on the other host, and the resize is taken back',
    async tell(story) {
      const { a, b } = story.system;
      const uuid = await story.uuid(OWN);
      let ordered = Date.now();
      await story.chronovirt('resize', OWN, '--flavor', 'micro', '--host', b.name);
      story.runsOnlyOn(OWN, b, uuid);
      await story.bootedSince(OWN, ordered);
      await story.chronovirt('show', OWN);
      ordered = Date.now();
      await story.chronovirt('revert-resize', OWN);
      story.runsOnlyOn(OWN, a, uuid);
      await story.bootedSince(OWN, ordered);
    },
  },
  {
    title: 'It is rescued, with its own disk beside the rescue system, and comes back as it was',
    async tell(story) {
      await story.chronovirt('rescue', OWN);
      await story.chronovirt('show', OWN);
      const ordered = Date.now();
      await story.chronovirt('unrescue', OWN);
      await story.bootedSince(OWN, ordered);
    },
  },
  {
    title: 'Its history is one chain over both hosts',
    async tell(story) {
      await printHistory(story, OWN);
      await story.chronovirt('delete', OWN);
    },
  },
  {
    title: 'A guest whose disk both hosts see',
    async tell(story) {
      await story.system.use({ storage: 'shared' });
      await story.createCounter(SHARED, story.system.a);
    },
  },
  {
    title: 'It moves while it counts, there and back; nothing is copied but its memory',
    async tell(story) {
      const { a, b } = story.system;
      await story.moveWhileCounting(SHARED, b);
      await story.moveWhileCounting(SHARED, a);
    },
  },
  {
    title: 'Its host is cut off while the guest runs on: without a proof nobody else may start it',
    async tell(story) {
      const { system, say } = story;
      say(`\n# ${await system.carry('cut', system.a.name)}`);
      await silent(story, system.a);
      story.runsOnlyOn(SHARED, system.a, await story.uuid(SHARED));
      await story.refused('evacuate', SHARED, '--host', system.b.name);
      await story.chronovirt('hosts');
    },
  },
  {
    title:
      "Its watchdog has ended the host's guests, and its term is over: that is a proof; the guest is evacuated with its disk",
    async tell(story) {
      const { a, b } = story.system;
      await story.takes(SHARED, 'evacuate', 'it is proved that its host runs nothing');
      await evacuate(story, b);
      await story.chronovirt('hosts');
      story.say(`  ${a.text}`);
    },
  },
  {
    title: 'The host comes back, finds that the guest is not its own any more, and cleans up',
    tell: (story) => comesBack(story, story.system.a, 'heal', story.system.b),
  },
  {
    title: 'The plug of the other host is pulled; it is fenced, and the guest is evacuated again',
    async tell(story) {
      const { system, say } = story;
      const { a, b } = system;
      say(`\n# ${await system.carry('off', b.name)}`);
      await silent(story, b);
      await story.refused('evacuate', SHARED);
      await story.chronovirt('hosts', 'fence', b.name);
      await story.takes(SHARED, 'evacuate', 'it is proved that its host runs nothing');
      await evacuate(story, a);
    },
  },
  {
    title: 'It boots, and has nothing left of the guest',
    tell: (story) => comesBack(story, story.system.b, 'on', story.system.a),
  },
  {
    title: 'Its history tells the whole story',
    async tell(story) {
      await printHistory(story, SHARED);
      await story.chronovirt('delete', SHARED);
    },
  },
];

/** All steps in order; throws at the first that does not go as told. */
export async function demonstrate(story: Story): Promise<void> {
  const began = performance.now();
  for (const [index, { title, tell }] of steps.entries()) {
    const at = performance.now();
    story.say(`\n━━ ${index + 1} of ${steps.length}: ${title}`);
    await tell(story);
    story.say(`✓ ${((performance.now() - at) / 1000).toFixed(1)} s`);
  }
  const left = leftOfInstances(story.system);
  if (left.length > 0) throw new StoryBroken(`this is left of instances that are deleted: ${left.join('; ')}`);
  story.say(
    `\nThe whole story took ${((performance.now() - began) / 1000).toFixed(0)} s. No domain, disk or interface of an instance is left.`,
  );
}

/** Waits until the coordinator hears nothing of a host any more. */
async function silent(story: Story, { name }: LabHost): Promise<void> {
  await until(async () => !(await isAlive(story, name)), { what: `${name} is silent`, timeoutMs: 60_000 });
}

/** On storage of both hosts: the guest boots anew, from its own disk. */
async function evacuate(story: Story, to: LabHost): Promise<void> {
  const ordered = Date.now();
  await story.chronovirt('evacuate', SHARED, '--host', to.name);
  await story.bootedSince(SHARED, ordered);
  story.runsOnlyOn(SHARED, to, await story.uuid(SHARED));
}

/** A host that was given up returns: nothing of the guest may be left on it, and where it runs now it goes on. */
async function comesBack(story: Story, host: LabHost, how: 'heal' | 'on', runsOn: LabHost): Promise<void> {
  const { system, say } = story;
  const uuid = await story.uuid(SHARED);
  say(`\n# ${await system.carry(how, host.name)}`);
  await until(() => isAlive(story, host.name), { what: `${host.name} reports`, timeoutMs: 60_000 });
  await until(async () => !(await host.host.virsh('list', '--all', '--uuid')).includes(uuid), {
    what: `nothing of ${SHARED} is left on ${host.name}`,
    timeoutMs: 60_000,
  });
  story.runsOnlyOn(SHARED, runsOn, uuid);
  await story.chronovirt('hosts');
  await story.goesOn(SHARED);
}

async function printHistory(story: Story, name: string): Promise<void> {
  await story.chronovirt('history', name);
  const turns = await story.history(await story.uuid(name));
  const hosts = new Set(turns.map(({ host }) => host));
  for (const { name: host } of story.system.hosts)
    if (!hosts.has(host)) throw new StoryBroken(`the history of ${name} says nothing of ${host}`);
  const unexplained = turns.filter(({ message }) => message.command === null && message.cause === null);
  if (unexplained.length > 0)
    throw new StoryBroken(`${unexplained.length} turns of ${name} have neither a command nor a cause`);
}

/** Whether the coordinator hears of a host. */
async function isAlive(story: Story, name: string): Promise<boolean> {
  const { hosts } = await story.system.api.get<{ hosts: { host: string; alive: boolean }[] }>('/v1/hosts');
  return hosts.some(({ host, alive }) => host === name && alive);
}
