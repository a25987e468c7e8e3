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
  readonly floorIs?: string;
}

/** How its rows begin, what we call them where that is another name, and what each may add in milliseconds. */
const wanted: readonly { readonly begins: string; readonly called?: string; readonly limit: number }[] = [
  { begins: 'spawn', limit: 30 },
  { begins: 'destroy', limit: 1 },
  { begins: 'power on', limit: 20 },
  { begins: 'hard reboot', limit: 20 },
  { begins: 'power off', limit: 1 },
  { begins: 'soft delete', limit: 1 },
  { begins: 'suspend', limit: 1 },
  { begins: 'resume', limit: 1 },
  { begins: 'rescue', limit: 30 },
  { begins: 'unrescue', limit: 20 },
  { begins: 'resize', called: 'resize on one host', limit: 30 },
  { begins: 'confirm of a resize', limit: 1 },
  { begins: 'rebuild', limit: 30 },
  { begins: 'pause', limit: 1 },
  { begins: 'unpause', limit: 1 },
  { begins: 'snapshot', limit: 20 },
  { begins: 'get_info', limit: 1 },
  { begins: 'list_instances', limit: 1 },
  { begins: 'list_instance_uuids', limit: 1 },
  { begins: 'get_num_instances', limit: 1 },
  { begins: 'instance_exists', limit: 1 },
  { begins: 'instance_on_disk', limit: 1 },
  { begins: 'get_console_output', limit: 1 },
  { begins: 'block_stats', limit: 1 },
  { begins: 'interface_stats', limit: 1 },
  { begins: 'get_diagnostics', limit: 1 },
  { begins: 'get_available_resource', called: 'inventory', limit: 10 },
  { begins: 'get_host_stats', limit: 10 },
  { begins: 'look at all', limit: 1 },
  { begins: 'look at one', limit: 1 },
];
const nameOf = ({ begins, called = begins }: (typeof wanted)[number]): string =>
  `driver: ${called} over the bare calls`;
const inventoryCalls = 'driver: calls of an inventory';

export const driverScene: Scene = { names: [...wanted.map(nameOf), inventoryCalls], measure };

async function measure(_directory: string, say: (line: string) => void): Promise<Measured[]> {
  say('driver on a private libvirt');
  const program = join(checkout, 'libs/libvirt-adapter/bench/overhead.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--json'], { maxBuffer: 2 ** 24 });
  const { rows } = JSON.parse(stdout) as { rows: Overhead[] };
  const measured = wanted.map((one): Measured => {
    const row = rows.find(({ name }) => name === one.begins || name.startsWith(`${one.begins} (`));
    if (row === undefined) throw new Error(`the driver's bench has no row ${one.begins}`);
    return {
      name: nameOf(one),
      value: row.deltaMs,
      unit: 'ms',
      floor: row.bareMs,
      floorIs: `${row.floorIs ?? 'the bare call of libvirt'}, on the same daemon; value is what comes on top, ratio is whole / bare`,
      ratio: row.driverMs / row.bareMs,
      goal: { of: 'value', is: '<', limit: one.limit },
      note: `${row.calls} calls`,
    };
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
