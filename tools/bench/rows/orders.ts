/**
 * Orders through the API to their end on a simulated host that takes no time: what the control plane itself costs. The agent, the
 * coordinator and the NATS server are the product's own processes; an order's end is the arrival of its last turn on the event stream.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { byTurns, inFlight, median, percentile } from '../measure/samples.ts';
import { cpuMs, residentMiB } from '../measure/process.ts';
import type { Measured } from '../row.ts';
import { HOST, Stack } from '../stack/stack.ts';
import { BareSteps } from './bare-steps.ts';
import type { Scene } from './scene.ts';

const names = {
  pause50: 'pause, HTTP to final state stored, p50',
  pause99: 'pause, HTTP to final state stored, p99',
  create50: 'create, HTTP to running stored, p50',
  createCpu: 'create, CPU of all processes together',
  createRate: 'creates',
  agentIdle: 'memory of an idle agent',
  stack: 'memory of the whole stack (agent, coordinator, NATS)',
};

export const ordersScene: Scene = { names: Object.values(names), measure };

const rounds = 4;
/** Creates of a round, one at a time. */
const creates = 40;
const createsAtOnce = 600;

async function measure(directory: string, say: (line: string) => void): Promise<Measured[]> {
  const stack = await Stack.start(directory);
  try {
    const coordinator = await stack.startCoordinator();
    // The second start of a program is the usual one: compiled code is at hand.
    await (await stack.startAgent({ kind: 'simulated', profile: 'instant' })).end();
    const agent = await stack.startAgent({ kind: 'simulated', profile: 'instant' });
    const processes = [stack.nats.part.pid, coordinator.pid, agent.pid];
    const orders = new Orders(stack);
    await orders.ready();
    await orders.create(10, 1);
    await delay(3_000);
    const resident = memory(processes);

    const bare = await BareSteps.connect(stack);
    say('pause');
    await orders.pauses(50);
    await bare.orders(50, 1);
    const pauses = await byTurns(
      rounds,
      () => orders.pauses(100),
      () => bare.orders(100, 1),
    );
    const rows = pauseRows(
      pauses.flatMap(({ a }) => a),
      pauses.flatMap(({ b }) => b),
    );

    say('create');
    await orders.create(20, 1);
    const turns = await orders.turnsOfOne();
    let cpuEach = 0;
    const create = await byTurns(
      rounds,
      async () => {
        const before = cpuMs(processes);
        const { times } = await orders.create(creates, 1);
        cpuEach += (cpuMs(processes) - before) / creates / rounds;
        return times;
      },
      // The answer to the order is stored on the spine while the guest is being made already: beside the way, not on it.
      () => bare.orders(creates, turns - 2),
    );
    rows.push(
      ...createRows(
        create.flatMap(({ a }) => a),
        create.flatMap(({ b }) => b),
        turns,
        cpuEach,
      ),
    );

    say('creates at once');
    const cpuBeforeRate = cpuMs(processes);
    const began = performance.now();
    const rate = await orders.create(createsAtOnce, 64);
    const seconds = (performance.now() - began) / 1000;
    const bareRate = await bare.rate(turns, 64);
    const cpu = (cpuMs(processes) - cpuBeforeRate) / createsAtOnce;
    rows.push({
      name: names.createRate,
      value: rate.perSecond,
      unit: '/s',
      floor: bareRate,
      floorIs: `${turns} bare appends each, 64 in flight, through one client`,
      goal: { of: 'value', is: '>=', limit: 150 },
      note: `${createsAtOnce} creates, 64 in flight, ${seconds.toFixed(1)} s; ${cpu.toFixed(1)} ms CPU each`,
    });
    await bare.close();
    return [...rows, ...resident];
  } finally {
    await stack.stop();
  }
}

function memory(processes: readonly number[]): Measured[] {
  const each = processes.map(residentMiB);
  const [nats = 0, coordinator = 0, agent = 0] = each;
  return [
    {
      name: names.agentIdle,
      value: agent,
      unit: 'MiB',
      floor: null,
      floorIs: 'none',
      goal: { of: 'value', is: '<', limit: 100 },
      note: 'resident, 10 instances, after a few seconds of rest',
    },
    {
      name: names.stack,
      value: each.reduce((sum, one) => sum + one, 0),
      unit: 'MiB',
      floor: null,
      floorIs: 'none',
      goal: { of: 'value', is: '<', limit: 350 },
      note: `resident; NATS ${nats.toFixed(0)}, coordinator ${coordinator.toFixed(0)}`,
    },
  ];
}

const steps = (appends: number): string =>
  `the same steps bare: an empty HTTP answer, a request to a responder that appends and answers, ${appends} more append${appends === 1 ? '' : 's'}`;

function pauseRows(times: readonly number[], bare: readonly number[]): Measured[] {
  const common = { unit: 'ms', floorIs: steps(1), note: `${times.length} pauses, one at a time` };
  const share = (at: number) => ({ value: percentile(times, at), floor: percentile(bare, at) });
  return [
    { name: names.pause50, goal: { of: 'value', is: '<', limit: 4 }, ...share(0.5), ...common },
    { name: names.pause99, goal: { of: 'value', is: '<', limit: 10 }, ...share(0.99), ...common },
  ];
}

function createRows(times: readonly number[], bare: readonly number[], turns: number, cpu: number): Measured[] {
  return [
    {
      name: names.create50,
      value: median(times),
      unit: 'ms',
      floor: median(bare),
      floorIs: steps(turns - 2),
      goal: { of: 'value', is: '<', limit: 8 },
      note: `${times.length} creates, one at a time, p99 ${percentile(times, 0.99).toFixed(1)} ms (floor ${percentile(bare, 0.99).toFixed(1)} ms); ${turns} turns, one of them beside the way`,
    },
    {
      name: names.createCpu,
      value: cpu,
      unit: 'ms',
      floor: null,
      floorIs: 'none',
      goal: { of: 'value', is: '<', limit: 10 },
      note: 'agent, coordinator and NATS server, user and system, one create at a time; the caller is not counted',
    },
  ];
}

/** Orders as a person gives them, each followed to its end. */
class Orders {
  readonly #stack: Stack;
  readonly #running: string[] = [];
  #image = '';
  #names = 0;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  /** The image is there and the host takes instances. */
  async ready(): Promise<void> {
    const { http } = this.#stack;
    const { text } = await http.call('POST', '/v1/images?name=bench&format=raw', new Uint8Array(1_048_576));
    this.#image = (JSON.parse(text) as { sha256: string }).sha256;
    for (;;) {
      const { hosts } = await http.json<{ hosts: { host: string; alive: boolean }[] }>('GET', '/v1/hosts');
      if (hosts.some(({ host, alive }) => host === HOST && alive)) return;
      await delay(50);
    }
  }

  /** Time of each pause; each guest is set going again before its next. */
  async pauses(count: number): Promise<number[]> {
    const times: number[] = [];
    for (let n = 0; n < count; n += 1) {
      const uuid = this.#running[n % 10] ?? '';
      times.push(await this.#order(uuid, 'pause', 'paused'));
      await this.#order(uuid, 'unpause', 'running');
    }
    return times;
  }

  create(count: number, width: number): Promise<{ times: number[]; perSecond: number }> {
    return inFlight(width, count, () => this.#create());
  }

  /** Turns from the order to `running`, on the spine and on the host. */
  async turnsOfOne(): Promise<number> {
    const uuid = this.#running.at(-1) ?? '';
    const path = `/v1/instances/${uuid}/history`;
    const { entries } = await this.#stack.http.json<{ entries: unknown[] }>('GET', path);
    return entries.length;
  }

  async #create(): Promise<void> {
    const { http, turns } = this.#stack;
    const name = `b${(this.#names += 1)}`;
    const body = { name, image: this.#image, flavor: 'nano', networks: [] };
    const { instance } = await http.json<{ instance: string }>('POST', '/v1/instances', body);
    await turns.reached(instance, 'running');
    this.#running.push(instance);
  }

  async #order(uuid: string, name: string, state: string): Promise<number> {
    const { http, turns } = this.#stack;
    const reached = turns.reaches(uuid, state);
    const began = performance.now();
    await http.json('POST', `/v1/instances/${uuid}/commands`, { name });
    return (await reached).heard - began;
  }
}
