import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sendOrder, takeOrders } from './control-socket.ts';

const dir = mkdtempSync(join(tmpdir(), 'cv-orders-'));
afterAll(() => rmSync(dir, { recursive: true }));

it('an order reaches the lab, and its answer or its reason against comes back', async () => {
  const path = join(dir, 'a.sock');
  const close = await takeOrders(path, async (order, target) => {
    if (order === 'on') throw new Error('host-a is on, not off');
    return `${order} ${String(target)}`;
  });
  expect(statSync(path).mode & 0o077).toBe(0);
  expect(await sendOrder(path, 'off', 'host-a')).toBe('off host-a');
  expect(await sendOrder(path, 'status', null)).toBe('status null');
  await expect(sendOrder(path, 'on', 'host-a')).rejects.toThrow('host-a is on, not off');
  await close();
  expect(existsSync(path)).toBe(false);
});

it('without a lab it says so, also where the socket of a killed one lies, which the next one takes over', async () => {
  const path = join(dir, 'b.sock');
  await expect(sendOrder(path, 'status', null)).rejects.toThrow('no lab runs here');
  writeFileSync(path, '');
  await expect(sendOrder(path, 'status', null)).rejects.toThrow('no lab runs here');
  const close = await takeOrders(path, async () => 'up');
  expect(await sendOrder(path, 'status', null)).toBe('up');
  await close();
});
