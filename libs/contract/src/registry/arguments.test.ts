import { expect, expectTypeOf, test } from 'vitest';
import type { ComputeDriver, ImplementedDriver } from '../port/compute-driver.ts';
import type { EffectContext, QueryContext } from '../port/permit.ts';
import type { InstanceUuid } from '../data/identifiers.ts';
import type { Instance } from '../data/nova/instance.ts';
import type { InstanceInfo } from '../data/nova/counters.ts';
import { connectionInfo } from '../data/nova/connection-info.ts';
import { parseArguments } from './arguments.ts';

const uuid = '6b7b9a52-3c6e-4f0e-9b1e-0c6d7a1f2e3d' as InstanceUuid;
const instance: Instance = {
  uuid,
  name: `instance-${uuid}`,
  hostname: 'web',
  host: null,
  node: null,
  flavor: { name: 'small', vcpus: 1, memoryMiB: 64, rootGiB: 0, ephemeralGiB: 0, swapMiB: 0, extraSpecs: {} },
  imageRef: null,
  keyData: null,
  userData: null,
  metadata: {},
  systemMetadata: {},
  vmState: 'building',
  taskState: 'spawning',
  powerState: 0,
};

const failureOf = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return error;
  }
  return undefined;
};

test('defaults are filled in', () => {
  expect(parseArguments('powerOff', { instance })).toEqual({ instance, timeout: 0, retryInterval: 0 });
});

test('an argument that does not fit names method and field, and never repeats the value', () => {
  const failure = failureOf(() =>
    parseArguments('setAdminPassword', { instance: { ...instance, hostname: '' }, newPass: 'geheim' }),
  );
  expect(failure).toMatchObject({ code: 'INVALID_INPUT', field: 'setAdminPassword.instance.hostname' });
  expect(String(failure)).not.toContain('geheim');
});

test('an argument that the method does not have is refused', () => {
  const failure = failureOf(() => parseArguments('pause', { instance, force: true } as never));
  expect(failure).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('force') });
});

test('volumes of a known type must have its data; of another type any data goes', () => {
  const data = { anything: ['goes'] };
  expect(connectionInfo.safeParse({ driverVolumeType: 'nfs', serial: 'v', data }).success).toBe(false);
  expect(connectionInfo.safeParse({ driverVolumeType: 'quobyte', serial: 'v', data }).success).toBe(true);
  expect(
    connectionInfo.safeParse({ driverVolumeType: 'local', serial: 'v', data: { devicePath: '/dev/vg/v' } }).success,
  ).toBe(true);
});

test('the port takes its arguments, results and contexts from the registry', () => {
  expectTypeOf<Parameters<ComputeDriver['powerOff']>[0]>().toEqualTypeOf<{
    instance: Instance;
    timeout: number;
    retryInterval: number;
  }>();
  expectTypeOf<Parameters<ComputeDriver['powerOff']>[1]>().toEqualTypeOf<EffectContext>();
  expectTypeOf<Parameters<ComputeDriver['getInfo']>[1]>().toEqualTypeOf<QueryContext>();
  expectTypeOf<ReturnType<ComputeDriver['getInfo']>>().toEqualTypeOf<Promise<InstanceInfo>>();
  expectTypeOf<EffectContext>().toExtend<Parameters<ComputeDriver['initHost']>[1]>();
  expectTypeOf<{
    capabilities: { hasImagecache: true; supportsRecreate: false; other: true };
  }>().toExtend<ImplementedDriver>();
});
