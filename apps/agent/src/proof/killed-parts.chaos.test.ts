/**
 * kill -9 of what the agent works with, in the middle of each operation: nats-server, libvirtd, the guest's QEMU. The server is started
 * again; the agent stays. Points take turns with the days; with CHRONOVIRT_FULL=1 more of them are tried.
 */
import { existsSync } from 'node:fs';
import { domainNameOf } from '@chronovirt/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '@chronovirt/testing/lab';
import { CrashLab } from './crash-lab.ts';
import { ask, begin, end, isSame, listen, pointsOf, textOf, truth, type Point } from './crash-points.ts';
import { operations, type Operation } from './operations.ts';
import { isFull, seed, shuffled } from './rotation.ts';

/** Within this time after the killed server is back the truth must have been reached. */
const HEALED_WITHIN_MS = 20_000;
/** What each part gets in a short run, in milliseconds. */
const SHARE_MS = 25_000;
const POINTS_OF_EACH = 4;

/** Kills it; resolves when it serves again. `false`: there was nothing to kill. */
type Part = {
  readonly name: string;
  readonly isGuest: boolean;
  kill(lab: CrashLab, domain: string): false | Promise<void>;
};

const parts: readonly Part[] = [
  { name: 'nats-server', isGuest: false, kill: async ({ nats }) => (await nats.kill('SIGKILL'), nats.restart()) },
  { name: 'libvirtd', isGuest: false, kill: async ({ libvirt }) => (await libvirt.kill('SIGKILL'), libvirt.restart()) },
  {
    name: 'QEMU',
    isGuest: true,
    kill: ({ libvirt }, domain) => {
      const pid = libvirt.guestPids().get(domain);
      if (pid === undefined) return false;
      process.kill(pid, 'SIGKILL');
      // A process ends some time after its kill, and libvirt hears of it later still; until then the guest looks alive.
      return until(
        async () => {
          if (existsSync(`/proc/${pid}`)) return false;
          const state = await libvirt.virsh('domstate', domain).catch(() => 'absent');
          return !/^(running|paused)/.test(state) || libvirt.guestPids().has(domain);
        },
        { timeoutMs: 30_000, what: `libvirt notices that ${domain} was killed` },
      ).then(() => {});
    },
  },
];

describe(`points of seed ${seed} (CHRONOVIRT_SEED=${seed} repeats them)`, () => {
  let lab: CrashLab;
  /** Points of each operation, found by a clean run when they are first needed. */
  const known = new Map<Operation, Promise<Point[]>>();
  const pointsOnce = (operation: Operation): Promise<Point[]> => {
    const points = known.get(operation) ?? pointsOf(lab, operation);
    known.set(operation, points);
    return points;
  };

  beforeAll(async () => {
    lab = await CrashLab.start('parts');
    await lab.startAgent().ready;
    const spec = lab.newSpec();
    await lab.prepare(spec, [{ name: 'delete' }]);
  });

  afterAll(() => lab?.stop());

  test.each(parts)(
    'properties 8, 11: $name killed in the middle of any operation, on real parts',
    { timeout: 3_600_000 },
    async (part) => {
      const stopAt = isFull ? Number.POSITIVE_INFINITY : performance.now() + SHARE_MS;
      const problems: Record<string, string[]> = {};
      let kills = 0;
      for (const operation of shuffled(operations, part.name)) {
        const points = shuffled(await pointsOnce(operation), `${part.name} ${operation.name}`);
        for (const point of points.slice(0, isFull ? POINTS_OF_EACH : 1)) {
          if (performance.now() > stopAt) break;
          const ending = await killedAt(lab, operation, point, part);
          kills += 1;
          if (ending.problems.length > 0) problems[`${operation.name}, ${textOf(point)}`] = ending.problems;
          process.stdout.write(
            `${part.name.padEnd(11)} ${operation.name.padEnd(20)} ${textOf(point).padEnd(66)} ${ending.isReached ? '' : 'nothing to kill: '}${ending.end} after ${ending.healedMs} ms${ending.problems.map((problem) => `\n  ${problem}`).join('')}\n`,
          );
        }
      }
      expect(kills).toBeGreaterThan(0);
      expect(problems).toEqual({});
    },
  );

  test.runIf(isFull)(
    'I10: libvirtd away longer than the deadline of a pause is awaited by name, and its return settles it',
    { timeout: 600_000 },
    async () => {
      const spec = lab.newSpec();
      await lab.prepare(spec, []);
      await lab.libvirt.kill('SIGKILL');
      const reply = await lab.command(lab.make(spec.uuid, { name: 'pause' }));
      expect(reply).toMatchObject({ kind: 'answer', answer: { kind: 'accepted' } });
      const waiting = await until(
        async () => {
          const message = await lab.last(spec.uuid);
          return message?.state.value === 'reconciling.probe' &&
            message.state.context.awaiting !== null &&
            message.state.context.tries > 0
            ? message.state
            : null;
        },
        { timeoutMs: 300_000, everyMs: 500, what: 'the pause timed out, and what is awaited is named' },
      );
      expect(waiting.context.awaiting).toMatch(/hypervisor/);
      await lab.libvirt.restart();
      const state = await truth(lab, spec.uuid, HEALED_WITHIN_MS);
      expect(['paused', 'running']).toContain(state.value);
      expect(await end(lab, spec.uuid)).toEqual([]);
    },
  );
});

async function killedAt(
  lab: CrashLab,
  operation: Operation,
  point: Point,
  part: Part,
): Promise<{ end: string; healedMs: number; isReached: boolean; problems: string[] }> {
  const spec = await begin(lab, operation);
  let killing: false | Promise<void> | null = null;
  const stop = listen(lab, (passing) => {
    if (killing === null && isSame(passing, point)) killing = part.kill(lab, domainNameOf(spec.uuid));
    return undefined;
  });
  await ask(lab, operation, spec).catch(() => null);
  // The operation may need the part, so its return comes before its end.
  await until(
    async () =>
      killing !== null ||
      (await lab.last(spec.uuid).then((message) => message !== null && message.state.actor.due.length === 0)),
    { what: 'the kill, or the end of the operation', timeoutMs: 60_000 },
  );
  await (killing as false | Promise<void> | null);
  stop();
  const began = performance.now();
  const problems: string[] = [];
  const settled = await truth(lab, spec.uuid, HEALED_WITHIN_MS).catch((error: unknown) => {
    problems.push(error instanceof Error ? error.message : String(error));
    return null;
  });
  const healedMs = Math.round(performance.now() - began);
  // A guest that was killed may end off, or, if it was being built, be given back.
  const ends = part.isGuest ? [...operation.ends, 'stopped', 'failed'] : operation.ends;
  if (settled !== null && !ends.includes(settled.value))
    problems.push(`ended in ${settled.value}, not in ${ends.join(' or ')}`);
  problems.push(...(await end(lab, spec.uuid)));
  return { end: settled?.value ?? 'not settled', healedMs, isReached: killing !== null && killing !== false, problems };
}
