/**
 * Command -> stored intent -> reply, against a bare responder in the same run: a core request, an append with compare-and-set by the client
 * library, a reply; no schema, no retry, no machine. Each side is a process pair of its own (caller here, responder a child), both on one
 * server. `node bench/append.ts [--json] [--server <path of nats-server>]`
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { connect as dial } from '@nats-io/transport-node';
import { commandSubject, type ActorRequest, type Command } from '@chronovirt/contract';
import { newInstance } from '@chronovirt/testing/journal';
import { startNats, tempDir } from '@chronovirt/testing/lab';
import { connect, requestActor } from '../src/index.ts';
import { testServers } from '../src/testing/servers.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, server: { type: 'string' } } });
const rounds = 5;
const instances = Array.from({ length: 256 }, newInstance);

type Ask = (lane: number) => Promise<void>;
interface Sample {
  rate: number;
  p50: number;
  p99: number;
}

/** Keeps `inFlight` requests running, one lane per instance, until `count` are answered. */
async function measure(ask: Ask, inFlight: number, count: number): Promise<Sample> {
  const times: number[] = [];
  let left = count;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async (_, lane) => {
      while (left-- > 0) {
        const start = performance.now();
        await ask(lane);
        times.push(performance.now() - start);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { rate: count / seconds, p50: at(0.5), p99: at(0.99) };
}

async function responder(kind: 'floor' | 'journal', url: string): Promise<ChildProcess> {
  const child = fork(new URL('append-responder.ts', import.meta.url), [kind, url], { stdio: 'inherit' });
  await once(child, 'message');
  return child;
}

const median = (list: number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;

const path = values.server ?? testServers()[0]?.path ?? '';
await using dir = tempDir('bench');
await using nats = await startNats({ server: path, dir: dir.path });
const children = await Promise.all([responder('floor', nats.url), responder('journal', nats.url)]);
const bare = await dial({ servers: nats.url });
const connection = await connect({ servers: nats.url, name: 'bench' });
let id = 0;

const floor: Ask = async (lane) => {
  await bare.request(commandSubject('floor', instances[lane] ?? ''), JSON.stringify(command(lane)), {
    timeout: 10_000,
  });
};
const ours: Ask = async (lane) => {
  const request: ActorRequest = { kind: 'command', command: command(lane) };
  const reply = await requestActor(connection, 'journal', instances[lane] ?? '', request, { patienceMs: 10_000 });
  if (reply.kind !== 'answer') throw new Error(JSON.stringify(reply));
};
function command(lane: number): Command {
  return {
    id: `c${++id}`,
    instance: instances[lane] ?? '',
    name: 'pause',
    args: {},
    by: { kind: 'user', name: 'bench' },
  } as Command;
}

const rows = [];
for (const inFlight of [1, 64, 256]) {
  const count = inFlight === 1 ? 500 : 3_000;
  const samples: { floor: Sample; ours: Sample }[] = [];
  await measure(floor, inFlight, count / 4);
  await measure(ours, inFlight, count / 4);
  for (let round = 0; round < rounds; round++) {
    samples.push({ floor: await measure(floor, inFlight, count), ours: await measure(ours, inFlight, count) });
  }
  const of = (side: 'floor' | 'ours', what: keyof Sample) => median(samples.map((sample) => sample[side][what]));
  rows.push({
    inFlight,
    floor: { rate: of('floor', 'rate'), p50: of('floor', 'p50'), p99: of('floor', 'p99') },
    ours: { rate: of('ours', 'rate'), p50: of('ours', 'p50'), p99: of('ours', 'p99') },
    // Of each round, so that a machine that slows down meanwhile slows both.
    p50Ratio: median(samples.map((sample) => sample.ours.p50 / sample.floor.p50)),
    rateRatio: median(samples.map((sample) => sample.ours.rate / sample.floor.rate)),
  });
}
if (values.json) console.log(JSON.stringify({ server: nats.version, rows }));
else {
  console.log(`nats-server ${nats.version}, medians of ${rounds} rounds`);
  for (const { inFlight, floor: f, ours: o, p50Ratio, rateRatio } of rows) {
    console.log(
      `${String(inFlight).padStart(4)} in flight   floor ${line(f)}   ours ${line(o)}   p50 ${p50Ratio.toFixed(2)}x   rate ${(rateRatio * 100).toFixed(0)} %`,
    );
  }
}
function line({ rate, p50, p99 }: Sample): string {
  return `${Math.round(rate)}/s p50 ${p50.toFixed(2)} p99 ${p99.toFixed(2)} ms`;
}
for (const child of children) child.kill();
await bare.close();
await connection.close();
