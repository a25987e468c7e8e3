/** Every method of the driver that changes an instance, from each situation that it has to cope with. */
import { isEmpty, type Observation } from '@chronovirt/contract';
import { sameMark } from '../world/definition.ts';
import type { OutsideAct } from '../world/outside.ts';
import { THE_OP, type Bench, type Scenario } from './bench.ts';
import { resizeScenarios } from './resize-scenarios.ts';

type Run = Scenario['run'];

const spawn: Run = (driver, guest, context) => driver.spawn(guest, context);
const pause: Run = (driver, guest, context) => driver.pause(guest, context);
const suspend: Run = (driver, guest, context) => driver.suspend(guest, context);
const powerOff: Run = (driver, guest, context) => driver.powerOff(guest, context);
const rescue: Run = (driver, guest, context) => driver.rescue(guest, context);
const snapshot: Run = async (driver, guest, context) =>
  void (await driver.snapshot({ ...guest, imageId: 'evening', updateTaskState: async () => {} }, context));
const hard: Run = (driver, guest, context) => driver.reboot({ ...guest, rebootType: 'HARD' }, context);
const soft: Run = (driver, guest, context) => driver.reboot({ ...guest, rebootType: 'SOFT' }, context);

const after =
  (...methods: readonly Run[]): Scenario['setUp'] =>
  (bench) =>
    bench.prepare(...methods);

const afterOutside = (act: OutsideAct) => async (bench: Bench) => {
  await bench.prepare(spawn);
  await bench.clock.settle(bench.host.outside.act(act, bench.uuid));
};

const running = (seen: Observation): boolean =>
  seen.power === 'on' && seen.busy === null && seen.definition && !seen.savedMemory;
const runningAnew = (seen: Observation): boolean => running(seen) && sameMark(seen.mark, THE_OP);
const paused = (seen: Observation): boolean => seen.power === 'paused' && seen.busy === null;
const offOrSaved = (seen: Observation): boolean => seen.power === 'off' && seen.definition;
const off = (seen: Observation): boolean => seen.power === 'off' && seen.definition && !seen.savedMemory;
/** A transient domain that ends before the first look leaves nothing to define it from. */
const offOrGone = (seen: Observation): boolean => off(seen) || seen.power === 'absent';
const saved = (seen: Observation): boolean => seen.power === 'off' && seen.definition && seen.savedMemory;
const rescued = (seen: Observation, { host, uuid }: Bench): boolean =>
  runningAnew(seen) && host.viewOf(uuid)?.live?.disks[0] === 'rescue';
const notRescued = (seen: Observation, { host, uuid }: Bench): boolean =>
  running(seen) && host.viewOf(uuid)?.live?.disks[0] === 'root' && !seen.disks.includes('rescue');
/** One image, and nothing else of the work at it; the guest's power is its own affair. */
const imageMade = (seen: Observation, { host, uuid }: Bench): boolean =>
  host.files.images().length === 1 &&
  (host.find(uuid)?.mirror ?? null) === null &&
  !seen.leftovers.some((left) => left.startsWith('temporary'));

export const scenarios: readonly Scenario[] = [
  { name: 'spawn', setUp: async () => {}, run: spawn, goal: runningAnew },
  { name: 'destroy, running', setUp: after(spawn), run: (d, guest, c) => d.destroy(guest, c), goal: isEmpty },
  {
    name: 'destroy, suspended',
    setUp: after(spawn, suspend),
    run: (d, guest, c) => d.destroy(guest, c),
    goal: isEmpty,
  },
  { name: 'destroy, rescued', setUp: after(spawn, rescue), run: (d, guest, c) => d.destroy(guest, c), goal: isEmpty },
  { name: 'softDelete', setUp: after(spawn), run: (d, guest, c) => d.softDelete(guest, c), goal: offOrSaved },
  { name: 'restore', setUp: after(spawn, powerOff), run: (d, guest, c) => d.restore(guest, c), goal: running },
  { name: 'powerOff', setUp: after(spawn), run: powerOff, goal: off },
  {
    name: 'powerOff, the guest asked first',
    setUp: after(spawn),
    run: (d, guest, c) => d.powerOff({ ...guest, timeout: 5, retryInterval: 1 }, c),
    goal: off,
  },
  { name: 'powerOff, paused', setUp: after(spawn, pause), run: powerOff, goal: off },
  { name: 'powerOff, transient', setUp: afterOutside('undefine'), run: powerOff, goal: offOrGone },
  { name: 'powerOn', setUp: after(spawn, powerOff), run: (d, guest, c) => d.powerOn(guest, c), goal: running },
  { name: 'reboot HARD, running', setUp: after(spawn), run: hard, goal: runningAnew },
  { name: 'reboot HARD, paused', setUp: after(spawn, pause), run: hard, goal: runningAnew },
  { name: 'reboot HARD, suspended', setUp: after(spawn, suspend), run: hard, goal: runningAnew },
  { name: 'reboot HARD, off', setUp: after(spawn, powerOff), run: hard, goal: runningAnew },
  { name: 'reboot SOFT', setUp: after(spawn), run: soft, goal: runningAnew },
  {
    name: 'reboot SOFT, the guest does not listen',
    setUp: async (bench) => {
      await bench.prepare(spawn);
      bench.host.guest(bench.uuid).heedsShutdown(false);
    },
    run: soft,
    goal: runningAnew,
  },
  { name: 'pause', setUp: after(spawn), run: pause, goal: paused },
  { name: 'unpause', setUp: after(spawn, pause), run: (d, guest, c) => d.unpause(guest, c), goal: running },
  { name: 'suspend', setUp: after(spawn), run: suspend, goal: saved },
  { name: 'suspend, paused', setUp: after(spawn, pause), run: suspend, goal: saved },
  { name: 'resume', setUp: after(spawn, suspend), run: (d, guest, c) => d.resume(guest, c), goal: running },
  {
    name: 'resume, paused before it was suspended',
    setUp: after(spawn, pause, suspend),
    run: (d, guest, c) => d.resume(guest, c),
    goal: running,
  },
  {
    name: 'resumeStateOnHostBoot',
    setUp: afterOutside('destroy'),
    run: (d, guest, c) => d.resumeStateOnHostBoot(guest, c),
    goal: running,
  },
  {
    name: 'pollRebootingInstances',
    setUp: afterOutside('destroy'),
    run: (d, guest, c) => d.pollRebootingInstances({ timeout: 1, instances: [guest.instance] }, c),
    goal: running,
  },
  { name: 'rescue, running', setUp: after(spawn), run: rescue, goal: rescued },
  { name: 'rescue, off', setUp: after(spawn, powerOff), run: rescue, goal: rescued },
  { name: 'unrescue', setUp: after(spawn, rescue), run: (d, guest, c) => d.unrescue(guest, c), goal: notRescued },
  { name: 'snapshot, running', setUp: after(spawn), run: snapshot, goal: imageMade },
  { name: 'snapshot, off', setUp: after(spawn, powerOff), run: snapshot, goal: imageMade },
  { name: 'snapshot, suspended', setUp: after(spawn, suspend), run: snapshot, goal: imageMade },
  {
    name: 'unplugVifs',
    setUp: after(spawn),
    run: (d, guest, c) => d.unplugVifs(guest, c),
    goal: (_seen, bench) => bench.host.taps.size === 0,
  },
  {
    name: 'plugVifs',
    setUp: after(spawn, (d, guest, c) => d.unplugVifs(guest, c)),
    run: (d, guest, c) => d.plugVifs(guest, c),
    goal: (_seen, bench) => bench.host.taps.size === 1,
  },
  ...resizeScenarios,
];
