/** Resize in place, from each situation that its methods have to cope with. */
import { isEmpty, type Flavor, type Migration, type Observation } from '@chronovirt/contract';
import { sameMark } from '../world/definition.ts';
import { THE_OP, type Bench, type Scenario } from './bench.ts';
import type { GuestCall } from './sample-guest.ts';

type Run = Scenario['run'];

export const larger = (flavor: Flavor): Flavor => ({
  ...flavor,
  name: 'larger',
  vcpus: 4,
  memoryMiB: 1024,
  rootGiB: 8,
  swapMiB: 128,
});

/** The record of a move; on one host it is a resize in place. */
export const moveOf = ({ instance }: GuestCall, source = 'simulated', dest = source): Migration => ({
  id: `${instance.uuid}.7`,
  migrationType: 'resize',
  status: 'migrating',
  sourceCompute: source,
  sourceNode: source,
  destCompute: dest,
  destNode: dest,
  destHost: dest,
  oldFlavor: instance.flavor,
  newFlavor: larger(instance.flavor),
});

export const withFlavor = (guest: GuestCall, flavor: Flavor): GuestCall => ({
  ...guest,
  instance: { ...guest.instance, flavor },
});

const spawn: Run = (driver, guest, context) => driver.spawn(guest, context);
const powerOff: Run = (driver, guest, context) => driver.powerOff(guest, context);
const away =
  (timeout: number): Run =>
  async (driver, guest, context) => {
    const args = {
      ...guest,
      dest: '127.0.0.1',
      flavor: larger(guest.instance.flavor),
      timeout,
      migration: moveOf(guest),
    };
    await driver.migrateDiskAndPowerOff(args, context);
  };
const finish =
  (powerOn: boolean): Run =>
  (driver, guest, context) =>
    driver.finishMigration(
      {
        ...withFlavor(guest, larger(guest.instance.flavor)),
        migration: moveOf(guest),
        diskInfo: [],
        resizeInstance: true,
        powerOn,
      },
      context,
    );
const confirm: Run = (driver, guest, context) =>
  driver.confirmMigration({ ...guest, migration: moveOf(guest) }, context);
const revert =
  (powerOn: boolean): Run =>
  (driver, guest, context) =>
    driver.finishRevertMigration({ ...guest, migration: moveOf(guest), powerOn }, context);

const after =
  (...methods: readonly Run[]): Scenario['setUp'] =>
  (bench) =>
    bench.prepare(...methods);

const keeps = ({ disks }: Observation): boolean => disks.includes('kept');
const rootGib = ({ host, uuid }: Bench): number | undefined =>
  host.files.view(uuid)?.files.find(({ name }) => name === 'root')?.gib;
const isLarger = (bench: Bench): boolean => bench.host.find(bench.uuid)?.stored?.vcpus === 4 && rootGib(bench) === 8;
const isAsBefore = (bench: Bench): boolean => bench.host.find(bench.uuid)?.stored?.vcpus === 2 && rootGib(bench) === 4;
const running = (seen: Observation): boolean => seen.power === 'on' && seen.busy === null && seen.definition;
const anew = (seen: Observation): boolean => running(seen) && sameMark(seen.mark, THE_OP);
const off = (seen: Observation): boolean => seen.power === 'off' && seen.definition && !seen.savedMemory;

const setAside = (seen: Observation): boolean =>
  (off(seen) || seen.power === 'absent') && keeps(seen) && seen.disks.includes('root') && seen.leftovers.length === 0;

export const resizeScenarios: readonly Scenario[] = [
  { name: 'migrateDiskAndPowerOff', setUp: after(spawn), run: away(0), goal: setAside },
  { name: 'migrateDiskAndPowerOff, the guest asked first', setUp: after(spawn), run: away(5), goal: setAside },
  { name: 'migrateDiskAndPowerOff, off', setUp: after(spawn, powerOff), run: away(0), goal: setAside },
  {
    name: 'finishMigration',
    setUp: after(spawn, away(0)),
    run: finish(true),
    goal: (seen, bench) => anew(seen) && keeps(seen) && isLarger(bench),
  },
  {
    name: 'finishMigration, off before',
    setUp: after(spawn, powerOff, away(0)),
    run: finish(false),
    goal: (seen, bench) => off(seen) && keeps(seen) && isLarger(bench),
  },
  {
    name: 'confirmMigration',
    setUp: after(spawn, away(0), finish(true)),
    run: confirm,
    goal: (seen) => !keeps(seen),
  },
  {
    name: 'finishRevertMigration',
    setUp: after(spawn, away(0), finish(true)),
    run: revert(true),
    goal: (seen, bench) => running(seen) && !keeps(seen) && isAsBefore(bench),
  },
  {
    name: 'finishRevertMigration, off before',
    setUp: after(spawn, powerOff, away(0), finish(false)),
    run: revert(false),
    goal: (seen, bench) => off(seen) && !keeps(seen) && isAsBefore(bench),
  },
  {
    name: 'finishRevertMigration, of files that were never set aside',
    setUp: after(spawn, powerOff),
    run: revert(true),
    goal: (seen, bench) => running(seen) && isAsBefore(bench),
  },
  {
    name: 'destroy, resized',
    setUp: after(spawn, away(0), finish(true)),
    run: (d, guest, c) => d.destroy(guest, c),
    goal: isEmpty,
  },
];
