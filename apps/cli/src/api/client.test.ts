/** An API that takes the connection and says nothing: a coordinator that is stopped, a machine that swaps. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Terminal } from '../testing/terminal.ts';
import { ApiClient } from './client.ts';

let silent: Server;
let address: string;
const open = new Set<Socket>();
beforeAll(async () => {
  silent = createServer((socket) => void open.add(socket.on('error', () => {})));
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const socket of open) socket.destroy();
  silent.close();
});

test('is told of while it is waited for, once, and given up in the end', async () => {
  const told: string[] = [];
  const patience = { tellAfterMs: 20, endAfterMs: 200 };
  const client = new ApiClient({ address, token: 't' }, { patience, onSilence: (text) => told.push(text) });
  const both = await Promise.allSettled([client.json('/v1/instances'), client.json('/v1/hosts')]);
  for (const one of both)
    expect(one).toMatchObject({
      status: 'rejected',
      reason: {
        exitCode: 1,
        message: expect.stringContaining('does not answer: it took the request'),
        hint: expect.stringContaining('coordinator'),
      },
    });
  expect(told).toEqual([`no answer from ${address} yet; waiting 0.2 s at most`]);
});

test('lets go of who presses Ctrl-C, at once; one who ordered something is told to look', async () => {
  const terminal = await Terminal.open();
  try {
    const env = { CHRONOVIRT_API: address };
    const endWhen = (_out: string, err: string): boolean =>
      err.includes('no answer from') && !err.includes('interrupted');
    const [list, pause] = await Promise.all([
      terminal.run('list', { env, endWhen }),
      terminal.run('pause web', { env, endWhen }),
    ]);
    expect(list.err).not.toContain('cannot be reached');
    expect(list.code).toBe(1);
    expect(pause).toMatchObject({
      code: 6,
      err: expect.stringContaining('chronovirt history tells whether it was taken'),
    });
  } finally {
    await terminal.close();
  }
}, 40_000);
