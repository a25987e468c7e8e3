/** A live move that is ordered and not waited for: where it is, and how far. */
import type { Scene } from './scene.ts';

/** What the API shows of a copy. */
interface Copy {
  readonly phase: string;
  readonly bytesPerSecond: number;
  readonly iteration: number;
  readonly slowedBy: number | null;
  readonly expectedDowntimeMs: number | null;
}

export async function ordersMove(scene: Scene, name: string): Promise<void> {
  await scene.story.chronovirt('live-migrate', name, '--host', scene.b.name, '--no-wait');
}

/** The move under way; null = none. */
export async function moveOf({ system }: Scene, name: string): Promise<{ readonly value: string } | null> {
  const path = `/v1/instances/${encodeURIComponent(name)}/migration`;
  return (await system.api.get<{ migration: { value: string } | null }>(path)).migration;
}

/** The numbers of its copy, as the progress shows them; null = nothing is being copied. */
export async function copyOf({ system }: Scene, name: string): Promise<Copy | null> {
  const path = `/v1/instances/${encodeURIComponent(name)}/progress`;
  return (await system.api.get<{ copy: Copy | null }>(path)).copy;
}

/** Waits until memory or disks are on their way. */
export async function copying(scene: Scene, name: string): Promise<void> {
  await scene.until('it is being copied', async () => {
    const copy = await copyOf(scene, name);
    return copy?.phase === 'copying' && copy.bytesPerSecond > 0;
  });
}

/** The move has come to its end. */
export async function movedTo(scene: Scene, name: string, host: string): Promise<void> {
  const path = `/v1/instances/${encodeURIComponent(name)}`;
  await scene.until(`it is at home on ${host}`, async () => {
    const view = await scene.system.api.get<{ host: string; state: string; migration?: unknown }>(path);
    return view.host === host && view.state === 'running' && view.migration === undefined;
  });
}
