/**
 * kill -9 of an agent that is in the middle of an operation on a real guest, at moments spread over what the operation takes: until another
 * agent has stored where the guest is. That at every point the truth is found is the crash matrix's to show; this is how soon.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '@chronovirt/testing/lab';
import { byTurns, median } from '../measure/samples.ts';
import type { Measured } from '../row.ts';
import type { Part } from '../stack/part.ts';
import { realHost } from '../stack/real-host.ts';
import { HOST, Stack, type AgentDriver } from '../stack/stack.ts';
import type { Scene } from './scene.ts';

const name = 'kill -9 of an agent within a hard reboot, to the truth stored, p50';
/** One kill each. */
const moments = 8;
const cleanRuns = 3;

export const crashScene: Scene = { names: [name], measure };

async function measure(directory: string, say: (line: string) => void): Promise<Measured[]> {
  say('private libvirt');
  const host = await realHost(directory);
  const { stack } = host;
  try {
    await stack.startCoordinator();
    const victim = await Victim.start(stack, host.driver);
    const clean: number[] = [];
    for (let run = 0; run < cleanRuns; run += 1) clean.push(await victim.reboot());
    const usual = median(clean);
    say(`${moments} kills`);
    const pairs = await byTurns(
      moments,
      (round) => victim.killWithin((usual * round) / moments),
      () => victim.killAtRest(),
    );
    const times = pairs.map(({ a }) => a);
    return [
      {
        name,
        value: median(times),
        unit: 'ms',
        floor: median(pairs.map(({ b }) => b)),
        floorIs:
          'kill -9 of the same agent with nothing under way, until the next one has read every history and looked',
        goal: { of: 'value', is: '<', limit: 10_000 },
        note: `${moments} kills spread over the ${usual.toFixed(0)} ms that the operation takes undisturbed; the longest took ${Math.max(...times).toFixed(0)} ms`,
      },
    ];
  } finally {
    await host.stop();
  }
}

/** A guest that finds nothing to boot, and its agent. */
class Victim {
  readonly #stack: Stack;
  readonly #driver: AgentDriver;
  readonly #uuid: string;
  #agent: Part;

  private constructor(stack: Stack, driver: AgentDriver, agent: Part, uuid: string) {
    this.#stack = stack;
    this.#driver = driver;
    this.#agent = agent;
    this.#uuid = uuid;
  }

  static async start(stack: Stack, driver: AgentDriver): Promise<Victim> {
    const agent = await stack.startAgent(driver);
    const { http, turns } = stack;
    await until(
      async () => {
        const { hosts } = await http.json<{ hosts: { host: string; alive: boolean }[] }>('GET', '/v1/hosts');
        return hosts.some((one) => one.host === HOST && one.alive);
      },
      { what: 'the coordinator hears the agent' },
    );
    const { text } = await http.call('POST', '/v1/images?name=empty&format=raw', new Uint8Array(1_048_576));
    const image = (JSON.parse(text) as { sha256: string }).sha256;
    const flavor = { vcpus: 1, memoryMiB: 64, rootGiB: 0 };
    const body = { name: 'victim', image, flavor, networks: [] };
    const { instance } = await http.json<{ instance: string }>('POST', '/v1/instances', body);
    await turns.reached(instance, 'running');
    return new Victim(stack, driver, agent, instance);
  }

  /** Milliseconds from the stored intent to the stored end. */
  async reboot(): Promise<number> {
    const { begun, ended } = await this.#order();
    return (await ended).heard - begun;
  }

  /** So long after the intent was stored; milliseconds from the kill until the end is stored and the next agent serves. */
  async killWithin(afterMs: number): Promise<number> {
    const { ended } = await this.#order();
    await delay(afterMs);
    const killed = performance.now();
    const ready = await this.#killAndStart();
    // The operation may have ended a moment before: then the truth is known when the next agent has looked.
    return Math.max(ready, (await ended).heard) - killed;
  }

  async killAtRest(): Promise<number> {
    const killed = performance.now();
    return (await this.#killAndStart()) - killed;
  }

  /** When the next agent was ready. */
  async #killAndStart(): Promise<number> {
    await this.#agent.kill();
    this.#agent = await this.#stack.startAgent(this.#driver);
    return performance.now();
  }

  async #order() {
    const { http, turns } = this.#stack;
    const begins = turns.next(this.#uuid, ({ host, message }) => host === HOST && message.state.value !== 'running');
    const ended = begins.then(() => turns.reaches(this.#uuid, 'running'));
    ended.catch(() => {}); // whoever waits for it hears of it; nobody does when something else has failed
    await http.json('POST', `/v1/instances/${this.#uuid}/commands`, { name: 'hardReboot' });
    return { begun: (await begins).heard, ended };
  }
}
