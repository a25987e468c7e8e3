/**
 * Command → stored intent → reply: the product's agent against a bare responder, each a process of its own on one server. The same
 * caller asks both. While the agent is measured its effects are held back, so that what is compared is the way to the stored intent;
 * one more row lets them run.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { commandSubject, type CommandName } from '@chronovirt/contract';
import { until } from '@chronovirt/testing/lab';
import { fill, runningHistory } from '../histories/template.ts';
import { writeHistories, type Written } from '../histories/write.ts';
import { byTurns, inFlight, median, percentile } from '../measure/samples.ts';
import type { Measured } from '../row.ts';
import { startNatsForFilling } from '../stack/nats.ts';
import { Part } from '../stack/part.ts';
import { FLOOR, HOST, Stack } from '../stack/stack.ts';
import type { Scene } from './scene.ts';

const histories = 1_000;
/** Instances that the warm rows use: fewer than the specs that an agent keeps in memory. */
const warm = 400;
const rounds = 6;
/** The server forgets a block that nobody touched for ten seconds. */
const coldAfterMs = 13_000;
const floorIs = 'bare responder: core request → append with compare-and-set by the client library → reply';

const names = {
  one: 'command → stored intent → reply, 1 in flight, p50',
  rate64: 'command → stored intent → reply, 64 in flight, rate',
  rate256: 'command → stored intent → reply, 256 in flight, rate',
  cold: 'command → stored intent → reply, block not in the cache, p50',
  behind: 'the same with effects running behind, 64 in flight, rate',
};

export const appendScene: Scene = { names: Object.values(names), measure };

async function measure(directory: string, say: (line: string) => void): Promise<Measured[]> {
  say(`writing ${histories} histories for each side`);
  const natsDirectory = join(directory, 'nats');
  const filling = await startNatsForFilling(natsDirectory);
  const [ours = []] = await writeHistories(filling.url, HOST, [
    { template: runningHistory(HOST, 50), count: histories },
  ]);
  const floorTemplate = runningHistory(FLOOR, 50);
  const [bare = []] = await writeHistories(filling.url, FLOOR, [{ template: floorTemplate, count: histories }]);
  await filling.stop();

  const stack = await Stack.start(directory);
  const message = JSON.parse(
    fill(
      floorTemplate.messages.at(-4)!,
      bare[0]!.uuid,
      bare.map(() => 1),
    ),
  ) as object;
  const floorFile = join(directory, 'floor.json');
  writeFileSync(floorFile, JSON.stringify({ host: FLOOR, message, histories: bare }));
  const guestsFile = join(directory, 'guests');
  writeFileSync(guestsFile, ours.map(({ uuid }) => uuid).join('\n'));
  const floor = new Part('floor', join(directory, 'floor.log'), [
    process.execPath,
    join(import.meta.dirname, 'append-floor.ts'),
    stack.nats.url,
    stack.nats.seed(`agent-${FLOOR}`),
    floorFile,
  ]);
  await floor.ready();
  const agent = await stack.spawnAgentWithGuests(guestsFile);
  await agent.ready();
  const seed = readFileSync(stack.nats.seed('coordinator'), 'utf8').trim();
  const caller = await connect({
    servers: stack.nats.url,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)),
    inboxPrefix: '_INBOX_coordinator',
  });
  try {
    const sides = new Sides(caller, agent, ours, bare);
    return [...(await sides.cold(say)), ...(await sides.warm(say))];
  } finally {
    await caller.close();
    await floor.end();
    await stack.stop();
  }
}

class Sides {
  readonly #caller: NatsConnection;
  readonly #agent: Part;
  readonly #ours: readonly Written[];
  readonly #bare: readonly Written[];
  readonly #paused = new Set<string>();
  #commands = 0;

  constructor(caller: NatsConnection, agent: Part, ours: readonly Written[], bare: readonly Written[]) {
    this.#caller = caller;
    this.#agent = agent;
    this.#ours = ours;
    this.#bare = bare;
  }

  async cold(say: (line: string) => void): Promise<Measured[]> {
    say('waiting for the server to forget what it has read');
    const times: { ours: number[]; bare: number[] } = { ours: [], bare: [] };
    for (const within of [99, 49]) {
      await delay(coldAfterMs);
      // One history of each group that was written side by side: each lies in another block.
      for (let at = within; at < histories; at += 100) {
        const pair = await byTurns(
          1,
          () => inFlight(1, 1, () => this.#toAgent(this.#ours[at]!.uuid)),
          () => inFlight(1, 1, () => this.#toBare(this.#bare[at]!.uuid)),
        );
        times.ours.push(...(pair[0]?.a.times ?? []));
        times.bare.push(...(pair[0]?.b.times ?? []));
      }
      await this.#atRest();
    }
    const note = `${times.ours.length} first commands, slowest ${percentile(times.ours, 1).toFixed(1)} ms (floor ${percentile(times.bare, 1).toFixed(1)} ms)`;
    return [
      { name: names.cold, value: median(times.ours), unit: 'ms', floor: median(times.bare), floorIs, goal: null, note },
    ];
  }

  async warm(say: (line: string) => void): Promise<Measured[]> {
    const rows: Measured[] = [];
    for (const width of [1, 64, 256]) {
      say(`${width} in flight`);
      await this.#round(width, true);
      await this.#floorRound(width);
      const pairs = await byTurns(
        rounds,
        () => this.#round(width, true),
        () => this.#floorRound(width),
      );
      const p50 = pairs.map(({ a, b }) => ({ ours: median(a.times), bare: median(b.times) }));
      const rate = pairs.map(({ a, b }) => ({ ours: a.perSecond, bare: b.perSecond }));
      const common = {
        floorIs,
        note: `${rounds} rounds of ${warm} each, by turns; median of the ratios of the rounds`,
      };
      rows.push(
        width === 1
          ? { name: names.one, unit: 'ms', goal: { of: 'ratio', is: '<=', limit: 1.3 }, ...common, ...sideBySide(p50) }
          : {
              name: width === 64 ? names.rate64 : names.rate256,
              unit: '/s',
              goal: { of: 'ratio', is: '>=', limit: 0.7 },
              ...common,
              ...sideBySide(rate),
            },
      );
    }
    const pairs = await byTurns(
      rounds,
      () => this.#round(64, false),
      () => this.#floorRound(64),
    );
    const rate = pairs.map(({ a, b }) => ({ ours: a.perSecond, bare: b.perSecond }));
    rows.push({
      name: names.behind,
      unit: '/s',
      goal: null,
      floorIs,
      note: 'each command also looks, acts, looks and stores its outcome',
      ...sideBySide(rate),
    });
    return rows;
  }

  /** Every instance gets one command; `held`: its effect waits until all are answered. */
  async #round(width: number, held: boolean): Promise<{ times: number[]; perSecond: number }> {
    if (held) await this.#agent.ask('shut');
    const result = await inFlight(width, warm, (n) => this.#toAgent(this.#ours[n]!.uuid));
    await this.#atRest();
    return result;
  }

  #floorRound(width: number): Promise<{ times: number[]; perSecond: number }> {
    return inFlight(width, warm, (n) => this.#toBare(this.#bare[n]!.uuid));
  }

  /** Effects may go on; resolves when none is due any more. */
  async #atRest(): Promise<void> {
    await this.#agent.ask('open');
    await until(async () => (await this.#agent.ask<number>('due')) === 0, {
      timeoutMs: 60_000,
      what: 'all effects end',
    });
  }

  async #toAgent(uuid: string): Promise<void> {
    const name = this.#paused.has(uuid) ? 'unpause' : 'pause';
    const answer = await this.#ask(HOST, uuid, name);
    if (!answer.includes('"kind":"accepted"')) throw new Error(`${name} was not accepted: ${answer.slice(0, 500)}`);
    if (name === 'pause') this.#paused.add(uuid);
    else this.#paused.delete(uuid);
  }

  async #toBare(uuid: string): Promise<void> {
    await this.#ask(FLOOR, uuid, 'pause');
  }

  async #ask(host: string, instance: string, name: CommandName): Promise<string> {
    const by = { kind: 'user', name: 'bench' };
    const command = { id: `c${(this.#commands += 1)}`, instance, name, args: {}, by };
    const body = JSON.stringify({ kind: 'command', command });
    return (await this.#caller.request(commandSubject(host, instance), body, { timeout: 30_000 })).string();
  }
}

/** Medians of both sides, and the median of the ratios: a machine that slows down meanwhile slows both of a pair. */
function sideBySide(pairs: readonly { ours: number; bare: number }[]): { value: number; floor: number; ratio: number } {
  return {
    value: median(pairs.map(({ ours }) => ours)),
    floor: median(pairs.map(({ bare }) => bare)),
    ratio: median(pairs.map(({ ours, bare }) => ours / bare)),
  };
}
