import { expect, test } from 'vitest';
import { computeDriverMatches, isComputeDriver, loadComputeDriver } from './load-compute-driver.ts';
import type { DriverClass } from './load-compute-driver.ts';

class Simulated {
  readonly capabilities = { hasImagecache: false, supportsRecreate: false };
  readonly virtapi: string;
  constructor(virtapi: string) {
    this.virtapi = virtapi;
  }
  async listInstances() {
    return [];
  }
}
class Stranger {
  readonly name = 'not a driver';
}
const drivers = { Simulated, Stranger: Stranger as unknown as DriverClass<string> };

const refusal = (name: string | null, configured: string | null = null) => {
  try {
    loadComputeDriver('api', name, { computeDriver: configured, drivers });
  } catch (error) {
    return error;
  }
  return undefined;
};

test('the named driver is made and gets the way up first', () => {
  const driver = loadComputeDriver('api', 'Simulated', { computeDriver: 'Stranger', drivers });
  expect(driver).toBeInstanceOf(Simulated);
  expect((driver as unknown as Simulated).virtapi).toBe('api');
});

test('without a name the configured driver is made, a new one each time', () => {
  const config = { computeDriver: 'Simulated', drivers };
  expect(loadComputeDriver('api', null, config)).not.toBe(loadComputeDriver('api', null, config));
});

test('no name, an unknown name and a class of another type fail with one clear line', () => {
  expect(refusal(null)).toMatchObject({
    code: 'DRIVER_NOT_NAMED',
    message: expect.stringContaining('expected one of: Simulated'),
  });
  expect(refusal('')).toMatchObject({ code: 'DRIVER_NOT_NAMED' });
  expect(refusal('Xen')).toMatchObject({ code: 'DRIVER_NOT_FOUND', message: expect.stringContaining('"Xen"') });
  expect(refusal('toString')).toMatchObject({ code: 'DRIVER_NOT_FOUND' });
  expect(refusal('Stranger')).toMatchObject({
    code: 'DRIVER_OF_WRONG_TYPE',
    message: expect.stringContaining('Stranger'),
  });
});

test('a driver is what has the capabilities and no method that is not a function', () => {
  expect(isComputeDriver(new Simulated('api'))).toBe(true);
  expect(isComputeDriver({ capabilities: { hasImagecache: true } })).toBe(false);
  expect(isComputeDriver({ capabilities: { hasImagecache: true, supportsRecreate: true }, spawn: 'yes' })).toBe(false);
  expect(isComputeDriver(null)).toBe(false);
});

test('a driver matches by the end of its name, and nothing matches when none is configured', () => {
  expect(computeDriverMatches('LibvirtDriver', { computeDriver: 'libvirt.LibvirtDriver' })).toBe(true);
  expect(computeDriverMatches('LibvirtDriver', { computeDriver: 'fake.FakeDriver' })).toBe(false);
  expect(computeDriverMatches('', { computeDriver: '' })).toBe(false);
  expect(computeDriverMatches('LibvirtDriver', { computeDriver: null })).toBe(false);
});
