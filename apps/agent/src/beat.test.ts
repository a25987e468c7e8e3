import { expect, test } from 'vitest';
import { hostReport, MAX_HALTS_TOLD } from '@chronovirt/contract';
import { uuidNumber } from '@chronovirt/testing/world';
import { FakeDriver, SimulatedHost } from '@chronovirt/fake-driver';
import { DriverExecutor, systemClock } from '@chronovirt/runtime';
import { haltsOf, implementedBy } from './beat.ts';

const hostWith = (count: number, message: string) => ({
  *instances() {
    for (let n = 1; n <= count; n += 1)
      yield { instance: uuidNumber(n), state: null, seq: n, halt: { code: 'FAULT', message, seq: n } };
    yield { instance: uuidNumber(count + 1), state: null, seq: 1, halt: null };
  },
});

test('a report names the instances that were given up, and nothing where there are none', () => {
  expect(haltsOf(hostWith(0, ''))).toEqual({});
  expect(haltsOf(hostWith(1, 'why'))).toEqual({
    halted: [{ instance: uuidNumber(1), code: 'FAULT', message: 'why', seq: 1 }],
  });
});

test('however many there are and whatever they say, it is a report that is taken', () => {
  const { halted } = haltsOf(hostWith(200, 'x'.repeat(5_000)));
  expect(halted).toHaveLength(MAX_HALTS_TOLD);
  expect(hostReport.shape.halted.safeParse(halted).success).toBe(true);
});

test('a report names every method that an order for this host is judged by: what the agent would take is not explained as refused', () => {
  const driver = new FakeDriver(new SimulatedHost({ name: 'h1', clock: systemClock }));
  const executor = new DriverExecutor({ driver, host: driver, secrets: null, images: driver.images });
  const reported = implementedBy(driver, executor);
  expect(reported).toEqual(expect.arrayContaining([...executor.implements]));
  expect(reported).toEqual(expect.arrayContaining(['snapshot', 'removeImages']));
});
