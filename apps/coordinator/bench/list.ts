/**
 * How long a list of all instances with their details takes over HTTP, against sending the same bytes at once from a bare server in the
 * same run (the floor). `node apps/coordinator/bench/list.ts [instances…]` prints rows as JSON.
 */
import { createServer, request, Agent } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MemoryJournal, MemoryStore, silentLog } from '@chronovirt/runtime';
import { ReadModel } from '../src/read-model/read-model.ts';
import { serveHttp } from '../src/http/serve.ts';
import { ChainWriter } from '../src/testing/sample-chain.ts';
import { SimulatedCloud } from '../src/testing/simulated-cloud.ts';

const agent = new Agent({ keepAlive: true });

function fetchAll(address: string, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(address, { agent, headers: { authorization: `Bearer ${token}` } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('end', () => resolve(bytes));
    });
    sent.on('error', reject);
    sent.end();
  });
}

async function p50(rounds: number, run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await run();
    times.push(performance.now() - began);
  }
  return times.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0;
}

/** Rows for a number of instances. */
async function measure(count: number): Promise<object[]> {
  const journal = new MemoryJournal({ store: new MemoryStore() });
  for (let n = 1; n <= count; n++) {
    const writer = new ChainWriter(journal, n);
    await writer.build('h1');
    await writer.outcome('h1', 'done');
  }
  const cloud = new SimulatedCloud();
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const model = new ReadModel({ journal, log: silentLog });
  const began = performance.now();
  await model.start();
  const startMs = performance.now() - began;
  const server = await serveHttp({
    ...cloud.ports(),
    journal,
    model,
    tokenFile: cloud.tokenFile,
    config: { incomingDirectory: cloud.directory },
  });
  const bytes = await fetchAll(`${server.address}/v1/instances`, cloud.token);
  globalThis.gc?.();
  const heapAfter = process.memoryUsage().heapUsed;
  const payload = Buffer.alloc(bytes, 'x');
  const bare = createServer((_request, response) => response.end(payload));
  await new Promise<void>((resolve) => {
    bare.listen(0, '127.0.0.1', resolve);
  });
  const floorAddress = `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`;
  const rounds = count > 5_000 ? 31 : 101;
  const list = await p50(rounds, () => fetchAll(`${server.address}/v1/instances`, cloud.token));
  const floor = await p50(rounds, () => fetchAll(floorAddress, cloud.token));
  const one = await p50(301, () => fetchAll(`${server.address}/v1/instances/guest-1`, cloud.token));
  bare.close();
  bare.closeAllConnections();
  await server.close();
  model.close();
  await journal.close();
  const name = `list of ${count} instances over HTTP, p50`;
  const goal = count <= 1_000 ? 10 : 60;
  return [
    { name, value: list, unit: 'ms', floor, ratio: list / floor, goal, met: list < goal, bytes },
    { name: `show of one of ${count}, p50`, value: one, unit: 'ms' },
    { name: `read model of ${count}: start`, value: startMs, unit: 'ms' },
    { name: `read model of ${count}: memory per instance`, value: (heapAfter - heapBefore) / count, unit: 'bytes' },
  ];
}

const counts = process.argv.slice(2).map(Number);
for (const count of counts.length === 0 ? [1_000, 10_000] : counts)
  for (const row of await measure(count)) console.log(JSON.stringify(row));
agent.destroy();
