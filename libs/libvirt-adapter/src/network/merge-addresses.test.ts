import { describe, expect, it } from 'vitest';
import { vifRecord } from '../testing/records.ts';
import { mergeAddresses } from './merge-addresses.ts';
import { neighboursIn } from './neighbours.ts';

const MAC = '52:54:00:aa:bb:01';
const OTHER = '52:54:00:aa:bb:02';
const ports = [vifRecord({ id: 'p1', address: MAC }), vifRecord({ id: 'p2', address: OTHER })];
const nic = (hwaddr: string | null, ...addresses: string[]) => ({
  name: 'eth0',
  hwaddr,
  addrs: addresses.map((addr) => ({ type: addr.includes(':') ? 1 : 0, addr, prefix: 24 })),
});
const merged = (known: Partial<Parameters<typeof mergeAddresses>[1]>): string[] =>
  mergeAddresses(ports, { lease: [], agent: [], arp: [], ...known }).map(
    ({ port, address, source }) => `${port} ${address} ${source}`,
  );

describe('addresses of ports', () => {
  it('are merged by MAC, each with the first source that knows it', () => {
    const lease = [nic(MAC, '10.0.0.1')];
    const agent = [nic(MAC.toUpperCase(), '10.0.0.1', '2001:db8::1'), nic(OTHER, '10.0.0.2')];
    expect(merged({ lease, agent })).toEqual(['p1 10.0.0.1 lease', 'p1 2001:db8::1 agent', 'p2 10.0.0.2 agent']);
  });
  it('are the neighbour table’s only where nobody else knows the port', () => {
    const arp = neighboursIn(`IP address       HW type     Flags       HW address            Mask     Device
10.0.0.1         0x1         0x2         ${MAC}     *        br0
10.0.0.7         0x1         0x0         ${MAC}     *        br0
10.0.0.8         0x1         0x2         ${OTHER}     *        br0
10.0.0.9         0x1         0x6         ${MAC}     *        br0
`);
    expect(merged({ agent: [nic(OTHER, '10.0.0.2')], arp })).toEqual([
      'p1 10.0.0.1 arp',
      'p1 10.0.0.9 arp',
      'p2 10.0.0.2 agent',
    ]);
  });
  it('leave out NICs that are none of its ports, and addresses that reach nobody', () => {
    const agent = [nic(null, '127.0.0.1'), nic('00:00:00:00:00:00', '::1'), nic(MAC, 'fe80::1', 'FE80::2', '10.0.0.1')];
    expect(merged({ agent })).toEqual(['p1 10.0.0.1 agent']);
  });
  it('believe no agent that an address is what is none, or without end', () => {
    const many = Array.from({ length: 200 }, (_, index) => `10.1.0.${index}`);
    expect(merged({ agent: [nic(MAC, '\u001B[2J10.0.0.1', '$(reboot)', '')] })).toEqual([]);
    expect(merged({ agent: [nic(MAC, ...many)] })).toHaveLength(32);
  });
});
