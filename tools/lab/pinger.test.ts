import { expect, it } from 'vitest';
import { answersIn } from './pinger.ts';

const OUTPUT = `PING 10.77.5.1 (10.77.5.1) 56(84) bytes of data.
[1795401084.100000] 64 bytes from 10.77.5.1: icmp_seq=1 ttl=64 time=0.5 ms
[1795401084.200000] 64 bytes from 10.77.5.1: icmp_seq=2 ttl=64 time=0.5 ms
[1795401085.000000] 64 bytes from 10.77.5.1: icmp_seq=10 ttl=64 time=0.5 ms

--- 10.77.5.1 ping statistics ---
10 packets transmitted, 3 received, 70% packet loss, time 900ms
`;

it('reads how many answers came and how long none did', () => {
  expect(answersIn(OUTPUT)).toEqual({ sent: 10, answered: 3, longestGapMs: 800 });
});

it('says that there was no answer', () => {
  const silent = '--- 10.77.5.1 ping statistics ---\n4 packets transmitted, 0 received, 100% packet loss, time 300ms\n';
  expect(answersIn(silent)).toEqual({ sent: 4, answered: 0, longestGapMs: null });
});
