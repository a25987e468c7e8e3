import { expect, test } from 'vitest';
import { fromTypedParams, toTypedParams, typed } from './typed-params.ts';

test('numbers get the C type that the daemon wants for their name', () => {
  const params = {
    bandwidth: 8,
    'compression.mt.level': 3,
    disks_port: 49152,
    read_iops_sec: 100n,
    cpu_shares: 1024,
    vcpu_quota: -1,
    'inbound.peak': 5,
    weight: 500,
  };
  expect(toTypedParams(params).map(({ field, value }) => [field, value.type, value.value])).toEqual([
    ['bandwidth', 'ullong', 8n],
    ['compression.mt.level', 'int', 3],
    ['disks_port', 'int', 49152],
    ['read_iops_sec', 'ullong', 100n],
    ['cpu_shares', 'ullong', 1024n],
    ['vcpu_quota', 'llong', -1n],
    ['inbound.peak', 'uint', 5],
    ['weight', 'uint', 500],
  ]);
});

test('text, booleans, given types and repeated names go as they are; undefined is left out', () => {
  expect(
    toTypedParams({ migrate_disks: ['vda', 'vdb'], flag: true, odd: typed.double(0.5), nothing: undefined }),
  ).toEqual([
    { field: 'migrate_disks', value: { type: 'string', value: 'vda' } },
    { field: 'migrate_disks', value: { type: 'string', value: 'vdb' } },
    { field: 'flag', value: { type: 'boolean', value: true } },
    { field: 'odd', value: { type: 'double', value: 0.5 } },
  ]);
});

test('a number whose C type is not known is refused with what to do', () => {
  expect(() => toTypedParams({ novel: 1 })).toThrow(
    'parameter novel: the C type of this number is not known; give it with typed.int(), typed.ullong(), …',
  );
});

test('what comes back is plain', () => {
  expect(fromTypedParams(toTypedParams({ bandwidth: 8, name: 'x' }))).toEqual({ bandwidth: 8n, name: 'x' });
});
