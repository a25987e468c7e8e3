import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { MessageProxy, type Message, type Splitter } from './index.ts';

/** One message per line. */
const lines = (): Splitter => {
  let rest = '';
  return (chunk) => {
    const parts = `${rest}${chunk.toString()}`.split('\n');
    rest = parts.pop() ?? '';
    return parts.map((line) => ({ label: line.startsWith('#') ? null : line, bytes: Buffer.from(`${line}\n`) }));
  };
};

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A server that answers each line with the same in capitals, a proxy before it and a client. */
async function chain(): Promise<{ proxy: MessageProxy; client: Socket; answer(): Promise<string> }> {
  const server = createServer((socket) =>
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase())).on('error', () => {}),
  );
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const proxy = await MessageProxy.listen({ port: 0 }, { port: (server.address() as AddressInfo).port }, () => lines);
  const client = connect(proxy.port, '127.0.0.1').on('error', () => {});
  open.push(
    async () => client.destroy(),
    () => proxy.close(),
    async () => server.close(),
  );
  return { proxy, client, answer: async () => String((await once(client, 'data'))[0]) };
}

test('a listener hears of each message before and after it goes on, both ways, and of no housekeeping', async () => {
  const { proxy, client, answer } = await chain();
  const heard: string[] = [];
  const note =
    (when: string) =>
    ({ from, label }: Message): undefined =>
      void heard.push(`${when} ${from} ${label}`);
  proxy.listen({ before: note('before'), after: note('after') });
  client.write('#ping\none\n');
  let got = await answer();
  if (!got.includes('ONE')) got += await answer();
  expect(got).toBe('#PING\nONE\n');
  expect(heard).toEqual(['before client one', 'after client one', 'before server ONE', 'after server ONE']);
});

test('a dropped message and all that follow it do not reach the other side', async () => {
  const { proxy, client } = await chain();
  const passed: (string | null)[] = [];
  proxy.listen({
    before: ({ label }) => (label === 'two' ? 'drop' : undefined),
    after: ({ label }) => void passed.push(label),
  });
  const ended = once(client, 'close');
  client.write('one\ntwo\nthree\n');
  await ended;
  expect(passed.filter((label) => label === 'two' || label === 'three')).toEqual([]);
});

test('connections that are cut end, and new ones are taken', async () => {
  const { proxy, client } = await chain();
  client.write('one\n');
  await once(client, 'data');
  const ended = once(client, 'close');
  proxy.cut();
  await ended;
  const again = connect(proxy.port, '127.0.0.1');
  open.push(async () => again.destroy());
  again.write('two\n');
  expect(String((await once(again, 'data'))[0])).toBe('TWO\n');
});
