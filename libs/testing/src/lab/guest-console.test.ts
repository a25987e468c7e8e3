import { expect, it } from 'vitest';
import { guestCount, guestReady } from './guest-console.ts';

const LINE =
  'LAB-READY host=web uuid=6f8a source=configdrive ip=192.168.171.20/24,10.0.0.1/8 boots=2 free=60724kB up=5.01';

it('reads the last complete line and never half of one', () => {
  const first = LINE.replace('boots=2', 'boots=1');
  expect(guestReady(`SYSLINUX\r\n${first}\r\nnoise`)?.boots).toBe(1);
  expect(guestReady(`${first}\r\n${LINE}\r\n`)).toEqual({
    host: 'web',
    uuid: '6f8a',
    source: 'configdrive',
    ip: '192.168.171.20',
    boots: 2,
    upSeconds: 5.01,
  });
  expect(guestReady('LAB-READY host=web uu')).toBeUndefined();
});

it('says that a guest without a network has no address', () => {
  expect(guestReady(LINE.replace(/ip=\S+/, 'ip=').replace(/uuid=\S+/, 'uuid='))?.ip).toBeUndefined();
});

it('reads the counter, and -1 before its first line', () => {
  expect(guestCount('')).toBe(-1);
  expect(guestCount('COUNT 0 4.9\r\nguest login: \r\nCOUNT 12 17.2\r\nCOUNT 13')).toBe(12);
});
