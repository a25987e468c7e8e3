import { hostReport, type InstanceSpec } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { choose, explainNone, type Candidate } from './placement.ts';

const host = (name: string, over: object = {}): Candidate => ({
  report: hostReport.parse({
    host: name,
    incarnation: '1796052818146-1',
    bootId: 'boot',
    at: 0,
    driver: 'simulated',
    hypervisor: '',
    acceleration: { kind: 'simulated', why: '' },
    instances: 0,
    vcpus: 2,
    memoryMiB: 4096,
    diskGiB: 100,
    freeDiskGiB: 100,
    enabled: true,
    waitingFor: null,
    implements: ['spawn'],
    ...over,
  }),
  alive: true,
  closed: null,
  claimed: { vcpus: 0, memoryMiB: 0, diskGiB: 0 },
});
const spec = {
  flavor: { name: 'small', vcpus: 1, memoryMiB: 1024, rootGiB: 1, ephemeralGiB: 0, swapMiB: 0, extraSpecs: {} },
} as unknown as InstanceSpec;
const why = (hosts: Candidate[], ask: Parameters<typeof choose>[2]): string => {
  const placement = choose(spec, hosts, ask);
  return placement.kind === 'placed' ? placement.host : explainNone(placement.reasons);
};

test('why no host will do is told of each; of the one that was asked for alone', () => {
  const hosts = [host('h1', { enabled: false }), host('h2', { memoryMiB: 1000 })];
  const closed = 'its own agent says that it takes no new instances';
  expect(why(hosts, { only: null, not: [] })).toBe(
    `no host can take it: h1: ${closed}; h2: 1024 MiB of memory wanted, 488 free`,
  );
  expect(why(hosts, { only: 'h1', not: [] })).toBe(`no host can take it: h1: ${closed}`);
  expect(why(hosts, { only: 'h9', not: [] })).toBe('no host can take it: h9: no agent of that name has reported');
});

test('a host that its history keeps closed is told with what that says, and not as its agent reports it', () => {
  const closed = { ...host('h1', { enabled: false }), closed: 'it is in maintenance: out of use' };
  expect(why([closed], { only: 'h1', not: [] })).toBe('no host can take it: h1: it is in maintenance: out of use');
});

test('a host is out of the question for the reason that is given', () => {
  expect(why([host('h1')], { only: null, not: ['h1'] })).toBe(
    'no host can take it: h1: the build has failed there already',
  );
  expect(why([host('h1')], { only: null, not: ['h1'], because: 'it is to leave that one' })).toBe(
    'no host can take it: h1: it is to leave that one',
  );
});
