/** What the libvirt driver adds to the bare calls, on a private libvirt: measured by the driver's own bench, taken over as rows. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkout } from '../../setup/places.mjs';
import type { Measured } from '../row.ts';
import type { Scene } from './scene.ts';

/** A row of `libs/libvirt-adapter/bench/overhead.ts`. */
interface Overhead {
  readonly name: string;
  readonly driverMs: number;
  readonly bareMs: number;
  readonly deltaMs: number;
  readonly calls: number;
}

/** How its rows begin, ours, and what each may add in milliseconds. */
const wanted = [
  { begins: 'spawn', name: 'driver: spawn over the bare calls', limit: 30 },
  { begins: 'power on', name: 'driver: power on over the bare calls', limit: 20 },
  { begins: 'pause', name: 'driver: pause over the bare call', limit: 1 },
  { begins: 'get_info', name: 'driver: get_info over the bare call', limit: 1 },
  { begins: 'list_instances', name: 'driver: list_instances over the bare call', limit: 1 },
  { begins: 'get_available_resource', name: 'driver: inventory over the bare call', limit: 10 },
] as const;
const inventoryCalls = 'driver: calls of an inventory';

export const driverScene: Scene = { names: [...wanted.map(({ name }) => name), inventoryCalls], measure };

async function measure(_directory: string, say: (line: string) => void): Promise<Measured[]> {
  say('driver on a private libvirt');
  const program = join(checkout, 'libs/libvirt-adapter/bench/overhead.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--json'], { maxBuffer: 2 ** 24 });
  const { rows } = JSON.parse(stdout) as { rows: Overhead[] };
  const measured = wanted.flatMap(({ begins, name, limit }): Measured[] => {
    const row = rows.find((one) => one.name.startsWith(begins));
    if (row === undefined) throw new Error(`the driver's bench has no row ${begins}`);
    return [
      {
        name,
        value: row.deltaMs,
        unit: 'ms',
        floor: row.bareMs,
        floorIs: 'the bare calls of libvirt on the same daemon; value is what comes on top, ratio is whole / bare',
        ratio: row.driverMs / row.bareMs,
        goal: { of: 'value', is: '<', limit },
        note: `${row.calls} calls`,
      },
    ];
  });
  const inventory = rows.find(({ name }) => name.startsWith('get_available_resource'));
  return [
    ...measured,
    {
      name: inventoryCalls,
      value: inventory?.calls ?? Number.NaN,
      unit: 'calls',
      floor: 1,
      floorIs: 'one bulk call',
      goal: { of: 'value', is: '<', limit: 10 },
    },
  ];
}
