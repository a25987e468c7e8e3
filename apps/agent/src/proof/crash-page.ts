/** The table of the crash matrix as a page of the documentation. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { natsVersion, bestNatsServer } from '@chronovirt/testing/lab';
import type { Ending } from './crash-points.ts';

/** One operation and how its points ended. */
export interface Row {
  readonly operation: string;
  readonly points: number;
  readonly endings: readonly Ending[];
}

const page = fileURLToPath(new URL('../../../../docs/reference/crash-matrix.md', import.meta.url));

/** Writes docs/reference/crash-matrix.md. */
export function writePage(rows: readonly Row[]): void {
  writeFileSync(page, render(rows, new Date().toISOString().slice(0, 10), versions()));
}

/** The page's text. */
export function render(rows: readonly Row[], date: string, parts: readonly string[]): string {
  const all = rows.flatMap(({ endings }) => endings);
  const healed = all.map(({ healedMs }) => healedMs).toSorted((a, b) => a - b);
  const at = (share: number): number => healed[Math.min(healed.length - 1, Math.floor(healed.length * share))] ?? 0;
  return `# The crash matrix on real parts

Written by \`npm run test:full\` on ${date}; do not edit. Parts: ${parts.join(', ')}.

A real agent process was killed with \`kill -9\` before and after every message between it and libvirt or NATS, in both directions, and before
and during every child process, of each operation (\`apps/agent/src/proof\`); of an image that comes in many like pieces, at points evenly
spread. Another agent was started. Without a person what is recorded had to become what \`virsh\` shows, within 10 s of that start, or ten times
as long as the start itself took on a busy machine. No guest may be started twice by one operation; the next command had to be taken; after a
delete nothing may be left of the guest, and nothing without an owner on the host.

${all.length} kills; ${all.filter(({ problems }) => problems.length > 0).length} of them with a problem. Time from the start of the second agent to the truth: median ${at(0.5)} ms, 99 of 100 within ${at(0.99)} ms,
longest ${healed.at(-1) ?? 0} ms. An operation whose intent was not stored yet ends where it began: whoever asked was told nothing. _Not reached_: this time
the operation ended without coming by that point. –: not tried.

| operation | kills | at libvirt | at NATS | at children | ended in | longest | problems |
|---|---|---|---|---|---|---|---|
${rows.map(summary).join('\n')}

${rows.map(details).join('\n')}`;
}

function summary({ operation, endings }: Row): string {
  const count = (place: Ending['point']['at']): number => endings.filter(({ point }) => point.at === place).length;
  const longest = Math.max(0, ...endings.map(({ healedMs }) => healedMs));
  const problems = endings.filter((ending) => ending.problems.length > 0).length;
  return `| ${operation} | ${endings.length} | ${count('libvirt')} | ${count('nats')} | ${count('child')} | ${counted(endings.map(({ end }) => end))} | ${longest} ms | ${problems} |`;
}

/** One row per message: how it ended when the agent died before it, and after it. */
function details({ operation, endings }: Row): string {
  const places = new Map<string, { what: string; before: string; after: string }>();
  for (const { point, end, isReached, problems } of endings) {
    const key = `${point.at} ${point.n}`;
    const place = places.get(key) ?? { what: point.what, before: '–', after: '–' };
    place[point.phase] =
      `${isReached ? end : `${end} (not reached)`}${problems.length > 0 ? ` **${problems.join('; ')}**` : ''}`;
    places.set(key, place);
  }
  const lines = [...places].map(([key, { what, before, after }]) => `| ${key} | \`${what}\` | ${before} | ${after} |`);
  return `## ${operation}\n\n| point | what passes | killed before | killed after |\n|---|---|---|---|\n${lines.join('\n')}\n`;
}

function counted(ends: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const end of ends) counts.set(end, (counts.get(end) ?? 0) + 1);
  return [...counts].map(([end, count]) => `${end} ${count}`).join(', ');
}

function versions(): string[] {
  const say = (command: string, ...args: string[]): string => execFileSync(command, args, { encoding: 'utf8' });
  const libvirt = /\d+\.\d+\.\d+/.exec(say('libvirtd', '--version'))?.[0] ?? 'unknown';
  const qemu = /\d+\.\d+\.\d+/.exec(say('qemu-system-x86_64', '--version'))?.[0] ?? 'unknown';
  return [
    `libvirt ${libvirt}`,
    `QEMU ${qemu} (TCG)`,
    `nats-server ${natsVersion(bestNatsServer().path)}`,
    `Node ${process.versions.node}`,
  ];
}
