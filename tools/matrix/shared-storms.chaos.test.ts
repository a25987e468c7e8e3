/** As storms.chaos.test.ts, with instances on storage that both hosts share: moves without their disks, and evacuations. */
import { afterAll, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { faults, type Fault } from './faults.ts';
import type { Operation } from './operation.ts';
import { bringBack, lose, operations } from './operations.ts';
import { dismiss, raise, report, storm, type Member, type Weathered } from './storm.ts';
import { membersOf, momentOf, stormFaults } from './storm-faults.ts';

const LATEST_MS = 1_500;
/** An evacuation is soon over. */
const LATEST_OF_EVACUATION_MS = 500;
/** A host needs some seconds to boot, its agent some more to see what it missed. */
const LATEST_OF_RETURN_MS = 8_000;

const bench = new Bench(() => {});
afterAll(() => bench.stop(), 60_000);

function hold(rows: readonly Weathered[]): void {
  process.stdout.write(report(rows));
  expect(rows.filter(({ problems }) => problems.length > 0)).toEqual([]);
}

test.each(stormFaults)(
  'properties 1, 2, 13: guests move live between two real hosts when it comes to: $name',
  { timeout: 600_000 },
  (fault) =>
    bench.within({ storage: 'shared' }, async (system) => {
      const crew = await raise(system, membersOf(system, 'shared', fault));
      const rows = await storm(system, crew, { fault, afterMs: momentOf(`shared ${fault.name}`, LATEST_MS) });
      const left = await dismiss(system, crew);
      hold(rows);
      expect(left).toEqual([]);
    }),
);

const evacuate = operations.find(({ name }) => name.startsWith('evacuate')) as Operation;
const named = (name: string): Fault => faults.find((fault) => fault.name === name) as Fault;
/** The lost host has no part that could die before it returns. */
const meanwhile = faults.filter(({ at }) => at !== 'source');

/** Its guests are made anew on the other one, each while something else dies. */
async function evacuateAll(crew: readonly Member[], struckBy: readonly (Fault | null)[]): Promise<void> {
  const [first] = crew;
  if (first === undefined) throw new Error('nobody is to be evacuated');
  const { system, source, destination } = first.guest;
  await lose(first.guest);
  const leaving: Operation = {
    ...evacuate,
    perform: (scene) => scene.order('evacuate', { host: destination.name }),
  };
  for (const [index, { guest }] of crew.entries()) {
    await guest.takes('evacuate');
    const fault = struckBy[index] ?? null;
    if (fault === null) await guest.order('evacuate', { host: destination.name });
    else {
      const afterMs = momentOf(`evacuate ${fault.name}`, LATEST_OF_EVACUATION_MS);
      hold(await storm(system, [{ operation: leaving, guest }], { fault, afterMs, without: source }));
    }
  }
}

/** The lost host boots, finds that its guests are elsewhere, and is struck over it. */
async function comesBack(crew: readonly Member[], fault: Fault): Promise<void> {
  const [first] = crew;
  if (first === undefined) throw new Error('nobody was evacuated');
  const { system, source } = first.guest;
  const isBack = bringBack(system, source);
  const returning: Operation = {
    ...evacuate,
    isUnordered: true,
    perform: async (scene) => {
      await isBack;
      await scene.stored('cleaned');
    },
  };
  const returned = crew.map(({ guest }) => ({ operation: returning, guest }));
  hold(await storm(system, returned, { fault, afterMs: momentOf(`return ${fault.name}`, LATEST_OF_RETURN_MS) }));
}

const returns = [
  {
    host: 'a',
    during: meanwhile,
    fault: named('kill source agent'),
    what: 'each while another part dies, and its agent',
  },
  { host: 'b', during: [], fault: named('kill source libvirtd'), what: 'and its libvirtd' },
] as const;

test.each(returns)(
  'properties 1, 2, 3: a lost host’s guests are evacuated, $what dies when it returns',
  { timeout: 900_000 },
  ({ host, during, fault }) =>
    bench.within({ storage: 'shared' }, async (system) => {
      const one = { operation: evacuate, source: system[host] };
      const crew = await raise(system, during.length === 0 ? [one] : during.map(() => one));
      await evacuateAll(crew, during);
      await comesBack(crew, fault);
      expect(await dismiss(system, crew)).toEqual([]);
    }),
);
