/** How far what is under way of an instance has come, asked of the hosts at work: numbers to look at, never stored. */
import { CLUSTER } from '@chronovirt/contract';
import { z } from 'zod';
import type { InstanceEntry } from '../read-model/instance-entry.ts';
import type { HttpPorts } from './ports.ts';

export const effects = z.array(
  z.object({
    host: z.string().describe('Where it runs.'),
    method: z.string(),
    op: z.int(),
    what: z.string().describe('In words.'),
    fraction: z.number().nullable().describe('From 0 to 1; null = not known.'),
  }),
);
const heard = z.object({ effects: z.array(effects.element.omit({ host: true })) });

type Asked = Pick<HttpPorts, 'queries'>;

export interface InstanceProgress {
  readonly effects: z.infer<typeof effects>;
  /** The numbers of a live copy; null while none runs. */
  readonly copy: unknown;
}

/** A host that does not answer is left out. */
export async function progressOf(asked: Asked, entry: InstanceEntry): Promise<InstanceProgress> {
  const [said, copy] = await Promise.all([
    Promise.all(workingHosts(entry).map((host) => effectsOn(asked, host, entry.uuid))),
    copyOf(asked, entry).catch(() => null),
  ]);
  return { effects: said.flat(), copy };
}

/** The numbers of a live copy; null while none runs. Rejects when its source cannot be asked. */
export async function copyOf({ queries }: Asked, { migration, uuid }: InstanceEntry): Promise<unknown> {
  const isCopying = migration?.value === 'copying.copy' && migration.context.kind === 'live';
  return isCopying ? await queries.query(migration.context.source, 'migrationProgress', { instance: uuid }) : null;
}

/** Hosts that may be at work on an instance: who has it, and both sides of a move. */
function workingHosts({ host, isDeleted, migration }: InstanceEntry): string[] {
  const { source, destination } = migration?.context ?? {};
  const hosts = [isDeleted ? null : host, source, destination].filter((name) => typeof name === 'string');
  return [...new Set(hosts)].filter((name) => name !== CLUSTER);
}

async function effectsOn({ queries }: Asked, host: string, instance: string): Promise<z.infer<typeof effects>> {
  const answer = await queries.query(host, 'progress', { instance }).catch(() => ({ effects: [] }));
  return heard.parse(answer).effects.map((effect) => ({ host, ...effect }));
}
