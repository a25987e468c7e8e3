/**
 * Lost and drained hosts, and live moves that do not go as they should, on two real libvirt hosts: one story of them, another each day
 * (`CHRONOVIRT_SEED` repeats it); all with `CHRONOVIRT_FULL=1`.
 */
import { afterAll, test } from 'vitest';
import { isFull, shuffled } from '../../apps/agent/src/proof/rotation.ts';
import { Bench } from '../matrix/bench.ts';
import { hostStories, Scene } from './host-stories/index.ts';

const lines: string[] = [];
const bench = new Bench((line) => lines.push(line));
afterAll(() => bench.stop(), 60_000);

const daily = hostStories.filter(({ isLong }) => isLong !== true);
const told = isFull ? hostStories : shuffled(daily, 'hosts').slice(0, 1);
const named = told.map((story) => [story.name, story] as const);

test.each(named)('properties 1, 2, 3: on two real hosts, %s', { timeout: 900_000 }, async (_, story) => {
  lines.length = 0;
  const system = await bench.ready(story, story.watchdog);
  const scene = new Scene(system, (line) => lines.push(line), story);
  try {
    await story.tell(scene);
    await scene.end();
  } catch (error) {
    await scene.close();
    process.stdout.write(`${lines.join('\n')}\n`);
    await bench.stop(); // nobody knows in which state it is
    throw error;
  }
});
