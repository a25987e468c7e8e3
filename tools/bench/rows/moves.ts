/**
 * Moves between two real hosts: the whole way of an order, and for how long the guest stands still, beside virsh with a guest like it.
 * Nothing boots in the guests, so their memory is quick to copy: what is seen is what a move takes beside its copy.
 */
import { mkdirSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Pair, DISK_MIB } from '../moves/pair.ts';
import { Ran } from '../moves/ran.ts';
import { Twin } from '../moves/twin.ts';
import { byTurns, median, timed } from '../measure/samples.ts';
import type { Goal, Measured } from '../row.ts';
import type { Scene } from './scene.ts';
import type { LabHost } from '../../lab/lab-host.ts';

const live = { shared: 'live migration on shared storage', block: 'live migration with its disk' };
const liveNames = (kind: string) => ({
  whole: `${kind}, order to running there, p50`,
  down: `${kind}, the guest stands still, p50`,
  letGo: `${kind}, the guest stands still, over the source's letting go, p50`,
});
const coldName = 'cold migration, order to stored there, p50';
const rounds = { live: 6, cold: 5 };

export const movesScene: Scene = {
  names: [...Object.values(live).flatMap((kind) => Object.values(liveNames(kind))), coldName],
  measure,
};

interface Move {
  readonly ms: number;
  readonly downMs: number;
  /** From the guest's stop until its source has nothing of it any more. */
  readonly letGoMs: number;
}

async function measure(directory: string, say: (line: string) => void): Promise<Measured[]> {
  const stateBefore = process.env['CHRONOVIRT_STATE'];
  // What the lab starts keeps its state there and nowhere else.
  process.env['CHRONOVIRT_STATE'] = directory;
  try {
    say('two hosts');
    const pair = await Pair.start();
    try {
      return await measureOn(pair, say);
    } finally {
      await pair.stop();
    }
  } finally {
    if (stateBefore === undefined) delete process.env['CHRONOVIRT_STATE'];
    else process.env['CHRONOVIRT_STATE'] = stateBefore;
  }
}

async function measureOn(pair: Pair, say: (line: string) => void): Promise<Measured[]> {
  const { system } = pair;
  const { a } = system;
  const own = await pair.create('own');
  await pair.end(own, a);
  const disk = join(pair.directory(own, a), 'disk');
  await a.host.exec(['qemu-io', '-f', 'qcow2', '-c', `write -P 7 0 ${DISK_MIB}M`, disk]);
  say('cold migration');
  const cold = await coldMoves(pair, own);
  await pair.start(own, a);
  say('live migration with its disk');
  const block = await liveMoves(pair, own, true);
  await pair.delete(own);

  await system.use({ storage: 'shared' });
  const shared = await pair.create('shared');
  say('live migration on shared storage');
  const moved = await liveMoves(pair, shared, false);
  await pair.delete(shared);
  return [
    ...rowsOf(live.shared, moved, '"virsh migrate --live --p2p" of a guest like it'),
    ...rowsOf(
      live.block,
      block,
      '"virsh migrate --live --p2p --copy-storage-inc" of a guest like it, into an overlay that lies there already',
    ),
    {
      name: coldName,
      value: median(cold.map((one) => one.a)),
      unit: 'ms',
      floor: median(cold.map((one) => one.b)),
      floorIs: "the files' bytes read on the one host and written on the other, durable; no network, no hash",
      goal: { of: 'ratio', is: '<=', limit: 4 },
      note: `${cold.length} moves of a guest that is off, its disk holds ${DISK_MIB} MiB; each is confirmed before the next, which is not in it`,
    },
  ];
}

/** A guest goes on when its source is known to have let go of it, so no standstill can be shorter than that takes. */
function rowsOf(kind: string, pairs: readonly { a: Move; b: Move }[], byHand: string): Measured[] {
  const of = (side: 'a' | 'b', field: keyof Move): number[] => pairs.map((pair) => pair[side][field]);
  const line = (name: string, ours: keyof Move, floor: keyof Move, floorIs: string, goal: Goal | null): Measured => ({
    name,
    value: median(of('a', ours)),
    unit: 'ms',
    floor: median(of('b', floor)),
    floorIs,
    goal,
    note: `${pairs.length} moves to and fro; the longest ${Math.max(...of('a', ours)).toFixed(0)} ms, of the floor ${Math.max(...of('b', floor)).toFixed(0)} ms`,
  });
  const { whole, down, letGo } = liveNames(kind);
  const most: Goal = { of: 'ratio', is: '<=', limit: 1.5 };
  return [
    line(whole, 'ms', 'ms', byHand, most),
    line(down, 'downMs', 'downMs', `${byHand}, which goes on before its source has let go of it`, null),
    line(letGo, 'downMs', 'letGoMs', `${byHand}: from its stop until its source's QEMU is gone`, most),
  ];
}

async function liveMoves(pair: Pair, uuid: string, blockMigration: boolean): Promise<{ a: Move; b: Move }[]> {
  const ran = await Ran.listen(pair.system.two);
  const twin = await Twin.of(uuid, pair, pair.system.a);
  try {
    let at = pair.system.a;
    const ours = async (): Promise<Move> => {
      ran.forget();
      const [from, to] = [at, pair.other(at)];
      const ms = await pair.order(uuid, 'liveMigrate', { host: to.name, blockMigration }, to, 'running');
      await pair.rests(uuid);
      at = to;
      return { ms, ...(await ran.standstill(uuid, from.name, to.name)) };
    };
    const byHand = async (): Promise<Move> => {
      ran.forget();
      const from = twin.at;
      const ms = await twin.move(blockMigration);
      return { ms, ...(await ran.standstill(twin.uuid, from.name, twin.at.name)) };
    };
    // The first of each brings what is kept from then on: the image to the other host, connections.
    await ours();
    await byHand();
    return await byTurns(rounds.live, ours, byHand);
  } finally {
    await twin.remove();
    await ran.close();
  }
}

async function coldMoves(pair: Pair, uuid: string): Promise<{ a: number; b: number }[]> {
  let at: LabHost = pair.system.a;
  const ours = async (): Promise<number> => {
    const to = pair.other(at);
    const ms = await pair.order(uuid, 'coldMigrate', { host: to.name }, to, 'resized');
    await pair.rests(uuid);
    await pair.order(uuid, 'confirmResize', {}, to, 'stopped');
    await pair.rests(uuid);
    at = to;
    return ms;
  };
  const copy = async (): Promise<number> => {
    const from = join(at.host.instancesOutside, uuid);
    const to = join(pair.other(at).host.instancesOutside, '..', 'copy');
    mkdirSync(to, { recursive: true });
    return await timed(async () => {
      for (const name of ['disk', 'disk.config', 'disk.info']) await copyDurably(join(from, name), join(to, name));
    });
  };
  await ours();
  await copy();
  const pairs = await byTurns(rounds.cold, ours, copy);
  // Back to where it began.
  if (at !== pair.system.a) await ours();
  return pairs;
}

async function copyDurably(from: string, to: string): Promise<void> {
  await using source = await open(from);
  await using target = await open(to, 'w');
  for await (const chunk of source.createReadStream({ highWaterMark: 2 ** 20, autoClose: false }))
    await target.write(chunk as Buffer);
  await target.sync();
}
