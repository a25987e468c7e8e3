/**
 * A host with many instances, each with a life behind it, and as many deleted ones: how soon its agent serves again after a kill -9, what
 * it keeps in memory, how fast all are listed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, requestActor, type NatsConnection } from '@chronovirt/nats-adapter';
import { until } from '@chronovirt/testing/lab';
import { deletedHistory, runningHistory } from '../histories/template.ts';
import { writeHistories, type Written } from '../histories/write.ts';
import { cpuMs, residentMiB } from '../measure/process.ts';
import { byTurns, inFlight, median, timed } from '../measure/samples.ts';
import type { Goal, Measured } from '../row.ts';
import { startNatsForFilling } from '../stack/nats.ts';
import { Part } from '../stack/part.ts';
import { built } from '../stack/programs.ts';
import { HttpCaller } from '../stack/http.ts';
import { HOST, Stack } from '../stack/stack.ts';
import type { Scene } from './scene.ts';

/** What a host of this size has to reach. */
interface Size {
  readonly instances: number;
  /** Deleted ones beside them. */
  readonly deleted: number;
  /** Events that lie behind each. */
  readonly events: number;
  readonly restartMs: number | null;
  readonly listMs: number | null;
  readonly agentMiB: number | null;
}

const restarts = 5;
/** Commands that are sent from the kill on, to instances from all over the stream. */
const probes = 100;
const lists = 30;

export const fullHostScenes: readonly Scene[] = [
  { instances: 1_000, deleted: 1_000, events: 50, restartMs: 800, listMs: 10, agentMiB: null },
  { instances: 10_000, deleted: 10_000, events: 50, restartMs: 1_500, listMs: 60, agentMiB: 160 },
  // Short lives, or the stream would not fit on most disks. With fewer answers to keep, an instance is smaller than of a long life.
  { instances: 100_000, deleted: 0, events: 6, restartMs: null, listMs: null, agentMiB: 500 },
].map((size) => ({
  names: Object.values(namesOf(size)),
  measure: (directory, say) => measure(size, directory, say),
}));

function namesOf({ instances }: Size) {
  const many = instances.toLocaleString('en');
  return {
    restart: `agent restart with ${many} instances, kill -9 to all served`,
    memory: `memory of an agent with ${many} instances`,
    bytes: `bytes per idle instance, ${many}`,
    list: `list of ${many} instances over HTTP, p50`,
    coordinator: `memory of a coordinator with ${many} instances`,
  };
}

const below = (limit: number | null): Goal | null => (limit === null ? null : { of: 'value', is: '<', limit });

async function measure(size: Size, directory: string, say: (line: string) => void): Promise<Measured[]> {
  const { instances, deleted, events } = size;
  say(`writing ${instances + deleted} histories of ${events} events`);
  const filling = await startNatsForFilling(join(directory, 'nats'));
  const [living = []] = await writeHistories(filling.url, HOST, [
    { template: runningHistory(HOST, events), count: instances },
    { template: deletedHistory(HOST, events), count: deleted },
  ]);
  await filling.stop();
  const stack = await Stack.start(directory);
  try {
    return [...(await restart(size, stack, living, say)), ...(await list(size, stack, say))];
  } finally {
    await stack.stop();
  }
}

async function restart(
  size: Size,
  stack: Stack,
  living: readonly Written[],
  say: (line: string) => void,
): Promise<Measured[]> {
  const { instances } = size;
  const names = namesOf(size);
  const guests = join(stack.directory, 'guests');
  writeFileSync(guests, living.map(({ uuid }) => uuid).join('\n'));
  const nats = await connect({
    servers: stack.nats.url,
    name: 'coordinator',
    nkeySeedFile: stack.nats.seed('coordinator'),
  });
  const sample = Array.from({ length: probes }, (_, n) => living[Math.floor((n * living.length) / probes)]!.uuid);
  const commands = new Commands(nats, sample);
  const floorProgram = await built('restart-floor');
  const bare = async (): Promise<number> => {
    const args = [floorProgram, stack.nats.url, stack.nats.seed(`agent-${HOST}`), HOST];
    return timed(() => new Part('floor', join(stack.directory, 'floor.log'), [process.execPath, ...args]).ready());
  };

  say('restarts');
  let agent = await stack.spawnAgentWithGuests(guests);
  await agent.ready();
  const readyAfter: number[] = [];
  const cpu: number[] = [];
  const once = async (): Promise<number> => {
    await commands.backAtRest(agent);
    const began = performance.now();
    await agent.kill();
    const answered = commands.sendAll('pause');
    agent = await stack.spawnAgentWithGuests(guests);
    await agent.ready();
    readyAfter.push(performance.now() - began);
    await answered;
    const took = performance.now() - began;
    cpu.push(cpuMs([agent.pid]));
    return took;
  };
  await once();
  await bare();
  const pairs = await byTurns(restarts, once, bare);
  await commands.backAtRest(agent);
  const resident = residentMiB(agent.pid);
  const heap = await agent.ask<number>('heap');
  await agent.kill();
  const heapOfNone = await heapWithoutInstances(join(stack.directory, 'empty'));
  await nats.close();
  return [
    {
      name: names.restart,
      value: median(pairs.map(({ a }) => a)),
      unit: 'ms',
      floor: median(pairs.map(({ b }) => b)),
      floorIs:
        'a bare Node process that connects and reads the last message of every history of the host, parsing none',
      goal: below(size.restartMs),
      note: `${restarts} restarts; ${size.deleted} deleted ones beside, ${size.events} events each; until ${probes} commands sent from the kill on are accepted and every history is read (read after ${median(readyAfter).toFixed(0)} ms); CPU of the agent ${median(cpu).toFixed(0)} ms`,
    },
    {
      name: names.memory,
      value: resident,
      unit: 'MiB',
      floor: null,
      floorIs: 'none',
      goal: below(size.agentMiB),
      note: `resident, some seconds after a restart; heap in use ${(heap / 2 ** 20).toFixed(0)} MiB`,
    },
    {
      name: names.bytes,
      value: (heap - heapOfNone) / instances,
      unit: 'B',
      floor: null,
      floorIs: 'none',
      // Of few instances most is what the agent needs once, and what the commands just sent have left; of short lives, little is kept.
      goal: instances < 10_000 || size.events < 50 ? null : { of: 'value', is: '<=', limit: 1_536 },
      note: 'heap in use after a full collection, less that of an agent on an empty host',
    },
  ];
}

/** The same agent on a host without instances. */
async function heapWithoutInstances(directory: string): Promise<number> {
  const stack = await Stack.start(directory);
  try {
    const nobody = join(directory, 'nobody');
    writeFileSync(nobody, '');
    await stack.startCoordinator();
    const agent = await stack.spawnAgentWithGuests(nobody);
    await agent.ready();
    return await agent.ask<number>('heap');
  } finally {
    await stack.stop();
  }
}

class Commands {
  readonly #nats: NatsConnection;
  readonly #instances: readonly string[];
  #count = 0;

  constructor(nats: NatsConnection, instances: readonly string[]) {
    this.#nats = nats;
    this.#instances = instances;
  }

  /** Sends one command to each instance at once, again and again until somebody takes it; resolves when all are accepted. */
  async sendAll(name: 'pause' | 'unpause'): Promise<void> {
    await Promise.all(
      this.#instances.map(async (instance) => {
        const by = { kind: 'user', name: 'bench' };
        const command = { id: `r${(this.#count += 1)}`, instance, name, args: {}, by } as never;
        const reply = await requestActor(
          this.#nats,
          HOST,
          instance,
          { kind: 'command', command },
          { patienceMs: 60_000 },
        );
        if (reply.kind === 'answer' && reply.answer.kind === 'accepted') return;
        throw new Error(`${name} was not accepted: ${JSON.stringify(reply).slice(0, 500)}`);
      }),
    );
  }

  /** Every instance runs and nothing is under way. */
  async backAtRest(agent: Part): Promise<void> {
    const quiet = () =>
      until(async () => (await agent.ask<number>('due')) === 0, { timeoutMs: 60_000, what: 'all effects end' });
    await quiet();
    if ((await agent.ask<number>('paused')) > 0) await this.sendAll('unpause');
    await quiet();
  }
}

async function list(size: Size, stack: Stack, say: (line: string) => void): Promise<Measured[]> {
  say('lists');
  const coordinator = await stack.startCoordinator();
  const { text } = await stack.http.call('GET', '/v1/instances');
  const { instances } = JSON.parse(text) as { instances: unknown[] };
  if (instances.length !== size.instances) throw new Error(`${instances.length} instances are listed`);
  const file = join(stack.directory, 'list.json');
  writeFileSync(file, text);
  const server = new Part('bare-http', join(stack.directory, 'bare-http.log'), [
    process.execPath,
    join(import.meta.dirname, 'bare-http.ts'),
    file,
  ]);
  const { address = '' } = await server.ready();
  const bare = new HttpCaller(address, '');
  const ours = () => inFlight(1, lists / 5, () => stack.http.drain('/v1/instances'));
  const floor = () => inFlight(1, lists / 5, () => bare.drain('/'));
  await ours();
  await floor();
  const pairs = await byTurns(5, ours, floor);
  const resident = residentMiB(coordinator.pid);
  bare.close();
  await server.end();
  return [
    {
      name: namesOf(size).list,
      value: median(pairs.flatMap(({ a }) => a.times)),
      unit: 'ms',
      floor: median(pairs.flatMap(({ b }) => b.times)),
      floorIs: 'a bare HTTP server that sends the same bytes from memory',
      goal: below(size.listMs),
      note: `${lists} lists of ${(text.length / 2 ** 20).toFixed(1)} MiB`,
    },
    {
      name: namesOf(size).coordinator,
      value: resident,
      unit: 'MiB',
      floor: null,
      floorIs: 'none',
      goal: null,
      note: 'resident, after the lists',
    },
  ];
}
