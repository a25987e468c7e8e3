/** What is told of orders about hosts, and of what may be done afterwards. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Terminal } from '../testing/terminal.ts';

const stayed = [{ instance: 'u', name: 'web', why: 'no host can take it' }];
const shown = {
  host: 'h1',
  seq: 7,
  record: {
    value: 'reachable',
    parts: { maintenance: { value: 'drained', result: { moved: 0, except: stayed, more: 0 } } },
    failure: null,
  },
  proof: null,
  placed: { instances: 1 },
  drain: { moved: 0, moving: [], waiting: 0, stayed, more: 0, isRunning: false },
};

const step = { instance: 'u', state: 'running', how: 'liveMigrate', why: null, lockedBy: null };
const steps = [
  { ...step, name: 'web' },
  { ...step, name: 'db', lockedBy: 'ada' },
  { ...step, name: 'old', how: null, why: 'no host can take it', lockedBy: 'ada' },
];

let server: Server;
let terminal: Terminal;
beforeAll(async () => {
  server = createServer(({ method, url }, response) => {
    const answer = url?.endsWith('/drain') ? { host: 'h1', steps, stay: 1 } : shown;
    response.end(JSON.stringify(method === 'POST' ? { host: 'h1', command: 'c', seq: 7 } : answer));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  terminal = await Terminal.open();
});
afterAll(async () => {
  server.close();
  await terminal.close();
});

test('what became of each instance comes before the word that it is over', async () => {
  const env = { CHRONOVIRT_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const { err, code } = await terminal.run('hosts drain h1', { env });
  expect(code).toBe(8);
  expect(err).toMatch(/web stays: no host can take it\n[^]*not all instances could leave/);
});

test('what is locked is named before a drain moves it, and what that means', async () => {
  const env = { CHRONOVIRT_API: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const { out, code } = await terminal.run('hosts drain h1 --preview', { env });
  expect(code).toBe(4);
  expect(out).toMatch(/\nlocked, and moved all the same: db \(by ada\); a lock keeps users out, .*\n$/);
});

test('a delete of what a forgotten host held is explained as what it is: taken by the spine', async () => {
  expect(await terminal.make('stranded')).toMatchObject({ code: 0 });
  for (const line of ['hosts fence h1', 'hosts forget h1']) expect(await terminal.run(line)).toMatchObject({ code: 0 });
  expect((await terminal.run('explain stranded pause')).out).toMatch(/given up for ever/);
  expect(await terminal.run('explain stranded delete')).toMatchObject({
    code: 0,
    out: 'delete would be taken: stranded is running\n',
  });
  const { out } = await terminal.run('show stranded');
  expect(out).toMatch(/may now +evacuate, delete/);
  expect(out).toMatch(/under way +destroy, which nobody does: h1 is forgotten\n/);
  expect(out).not.toContain('left');
  expect(await terminal.run('delete stranded')).toMatchObject({ code: 0 });
});
