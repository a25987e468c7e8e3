import { describe, expect, it } from 'vitest';
import { readOptions, usage } from './options.ts';
import { labOrders } from './orders.ts';

describe('options of the lab', () => {
  it('bring it up on storage of both hosts, on the known port, unless said otherwise', () => {
    expect(readOptions([])).toEqual({
      once: false,
      storage: 'shared',
      watchdog: false,
      drift: 'usual',
      apiPort: 8774,
      order: null,
      help: false,
    });
    expect(readOptions(['--once', '--storage', 'own'])).toMatchObject({
      once: true,
      storage: 'own',
      watchdog: true,
      apiPort: 0,
    });
    expect(readOptions(['--port', '9000', '--drift', 'ask'])).toMatchObject({ apiPort: 9000, drift: 'ask' });
  });

  it('take an order with its target, as a word', () => {
    expect(readOptions(['off', 'host-a']).order).toEqual({ name: 'off', target: 'host-a' });
    expect(readOptions(['cut-network']).order).toEqual({ name: 'cut-network', target: null });
  });

  it.each([
    [['--storage', 'tape'], /--storage: expected "shared" or "own", not "tape"/],
    [['--drift', 'tell'], /--drift: expected one of usual, adopt, repair, ask, not "tell"/],
    [['--port', 'http'], /--port: expected a number/],
    [['explode'], /unknown order "explode": expected one of off, on, /],
    [['off'], /off: expected one HOST/],
    [['status', 'host-a'], /status: expected no target/],
    [['--simulated'], /--simulated/],
  ])('%j is refused with what was expected', (args, why) => {
    expect(() => readOptions(args)).toThrow(why);
  });

  it('tell of every order', () => {
    for (const name of Object.keys(labOrders)) expect(usage).toContain(`\n  ${name}`);
  });

  it('fit into a terminal of a hundred columns', () => {
    for (const line of usage.split('\n')) expect(line.length).toBeLessThan(100);
  });
});
