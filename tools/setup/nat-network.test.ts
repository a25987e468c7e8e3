import { expect, it } from 'vitest';
import { firstFree, networkXml, subnetsIn } from './nat-network.mjs';

it('takes the first /24 when nothing is in the way', () => {
  expect(firstFree(subnetsIn('1: lo inet 127.0.0.1/8 scope host lo\n2: eth0 inet 10.0.0.5/24 brd 10.0.0.255'))).toBe(
    '192.168.171',
  );
});

it('steps over addresses, narrower and wider routes of others', () => {
  expect(firstFree(subnetsIn('inet 192.168.171.9/24'))).toBe('192.168.172');
  expect(firstFree(subnetsIn('192.168.171.128/25 dev tun0\n192.168.172.7 via 10.0.0.1'))).toBe('192.168.173');
  expect(firstFree(subnetsIn('192.168.160.0/20 dev wg0'))).toBe('192.168.176');
});

it('does not take a default route for an address in use, and says so when all are taken', () => {
  expect(firstFree(subnetsIn('0.0.0.0/0 via 10.0.0.1 dev eth0'))).toBe('192.168.171');
  expect(firstFree(subnetsIn('192.168.0.0/16 dev corp0'))).toBeUndefined();
});

it('marks the network as ours and keeps spanning tree away from new cards', () => {
  const xml = networkXml('chronovirt', '192.168.171');
  expect(xml).toContain("<chronovirt:network xmlns:chronovirt='https://chronovirt.dev/xmlns/network/1'/>");
  expect(xml).toContain("stp='off' delay='0'");
});
