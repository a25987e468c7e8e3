/** The way from another terminal to a lab that runs: a unix socket that its owner alone can open, one order and one answer at a time. */
import { rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { labOrders, type LabOrder } from './orders.ts';

/** Answers a line; what is thrown is told to who asked. */
export type Carry = (order: LabOrder, target: string | null) => Promise<string>;

/** Takes orders; resolves with the way to end. */
export async function takeOrders(path: string, carry: Carry): Promise<() => Promise<void>> {
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    void text(socket)
      .then((line) => {
        const { order, target } = JSON.parse(line) as { order: string; target: string | null };
        if (!Object.hasOwn(labOrders, order)) throw new Error(`this lab knows no order "${order}"`);
        return carry(order as LabOrder, target);
      })
      .then(
        (said) => socket.end(JSON.stringify({ ok: true, said })),
        (error: unknown) =>
          socket.end(JSON.stringify({ ok: false, said: error instanceof Error ? error.message : String(error) })),
      );
  });
  const mask = process.umask(0o177);
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve)).finally(() =>
    process.umask(mask),
  );
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/** Sends an order to the lab at a socket; what it answered. Throws with the lab's words when it would not, and when none is there. */
export async function sendOrder(path: string, order: LabOrder, target: string | null): Promise<string> {
  const socket = connect(path);
  const answer = await new Promise<string>((resolve, reject) => {
    socket.once('error', () => reject(new Error('no lab runs here: start one with "npm run lab"')));
    socket.once('connect', () => {
      socket.end(JSON.stringify({ order, target }));
      text(socket).then(resolve, reject);
    });
  });
  const { ok, said } = JSON.parse(answer) as { ok: boolean; said: string };
  if (!ok) throw new Error(said);
  return said;
}
