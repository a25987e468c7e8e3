/** A method of the driver beside the bare calls that nobody can do without, on one private libvirt. */
import { Libvirt } from '@chronovirt/libvirt';
import { effectContext } from '../src/testing/effect-context.ts';
import { startLabHost, type LabHost } from '../src/testing/lab-host.ts';
import type { ArgsOf } from '@chronovirt/contract';

export interface Row {
  readonly name: string;
  readonly driverMs: number;
  readonly bareMs: number;
  readonly deltaMs: number;
  /** The most that the driver may add, in milliseconds. */
  readonly goalMs: number;
  /** Calls of libvirt that the method makes. */
  readonly calls: number;
  /** What the bare side is, where the name does not say it. */
  readonly floorIs?: string;
}

/** Everything that a row may use. */
export interface Bench {
  readonly lab: LabHost;
  /** A connection that knows nothing of the driver. */
  readonly bare: Libvirt;
  /** Arguments of the guest that all rows share. It runs when a row begins and when it ends. */
  readonly guest: ArgsOf<'spawn'>;
  /** A context of the next operation of that guest, as the runtime counts them. */
  context(): ReturnType<typeof effectContext>;
}

/** Rounds of what takes tenths of a second, of chains of such, and of what takes less than a millisecond. */
export const ROUNDS = { slow: 12, chain: 6, quick: 100 } as const;

/** What one round took, and how many calls were made meanwhile through the driver's connections. */
export interface Taken {
  readonly ms: number;
  readonly calls: number;
}

let calls = 0;

export const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? Number.NaN;

export async function timed(act: () => Promise<unknown>): Promise<Taken> {
  const before = calls;
  const start = performance.now();
  await act();
  return { ms: performance.now() - start, calls: calls - before };
}

/** What a row says of itself before it is measured. */
export interface Leg {
  readonly name: string;
  readonly goalMs: number;
  readonly floorIs?: string;
}

/** Driver and bare calls take turns (A B B A …), so that a busy moment of the machine hits both. */
export async function row(
  name: string,
  goalMs: number,
  rounds: number,
  driver: () => Promise<Taken>,
  floor: () => Promise<Taken>,
  floorIs?: string,
): Promise<Row> {
  const leg = { name, goalMs, ...(floorIs !== undefined && { floorIs }) };
  const [only] = await rowsOf(
    [leg],
    rounds,
    async () => [await driver()],
    async () => [await floor()],
  );
  return only!;
}

/** Rows of what is done one after another in each round: a way there and the way back. Each side tells of every leg, in their order. */
export async function rowsOf(
  legs: readonly Leg[],
  rounds: number,
  driver: () => Promise<readonly Taken[]>,
  floor: () => Promise<readonly Taken[]>,
): Promise<Row[]> {
  const ours: (readonly Taken[])[] = [];
  const theirs: (readonly Taken[])[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) ours.push(await driver());
    theirs.push(await floor());
    if (round % 2 === 1) ours.push(await driver());
  }
  return legs.map((leg, index) => {
    const of = (side: readonly (readonly Taken[])[]): Taken[] => side.map((taken) => taken[index]!);
    const [driverMs, bareMs] = [ours, theirs].map((side) => median(of(side).map(({ ms }) => ms))) as [number, number];
    return { ...leg, driverMs, bareMs, deltaMs: driverMs - bareMs, calls: median(of(ours).map((one) => one.calls)) };
  });
}

/** A host with one guest that runs, whose driver's calls are counted. */
export async function startBench(): Promise<Bench & { stop(): Promise<void> }> {
  const original = Libvirt.connect;
  Libvirt.connect = (options) =>
    original.call(Libvirt, {
      ...options,
      onPacket: ({ direction, header }) => void (calls += direction === 'out' && header.type === 0 ? 1 : 0),
    });
  const lab = await startLabHost('bench');
  const bare = await original.call(Libvirt, { uri: lab.settings.uri });
  const guest = lab.spawnArgs();
  let op = 1;
  const context = (): ReturnType<typeof effectContext> =>
    effectContext(guest.instance.uuid, { mark: { epoch: 1, op: (op += 1) } });
  const stop = async (): Promise<void> => {
    await bare.close();
    await lab.stop();
  };
  try {
    await lab.driver.spawn(guest, context());
  } catch (error) {
    await stop();
    throw error;
  }
  return { lab, bare, guest, context, stop };
}
