/** A drain as it is shown: while it runs, how far each move is; afterwards what came of it. Nothing of the former is stored. */
import { z } from 'zod';
import type { ApiContext } from './context.ts';
import { effects, progressOf } from './progress-of.ts';

export const drainView = z.object({
  isRunning: z.boolean().describe('False: it is over, and the rest is what came of it.'),
  moved: z.int().describe('Instances that have left since it was ordered.'),
  waiting: z.int().describe('Those that it has not begun with.'),
  moving: z
    .array(
      z.object({
        instance: z.string(),
        name: z.string(),
        kind: z
          .string()
          .nullable()
          .describe('`live` or `cold`; null = its move is not on the spine yet, or over there.'),
        to: z.string().nullable().describe('The host that it goes to; null = not chosen yet.'),
        step: z.string().nullable().describe('State of its move.'),
        awaiting: z.string().nullable().describe('What its move waits for.'),
        effects: effects.describe('What running effects say of themselves.'),
        copy: z
          .json()
          .nullable()
          .describe('The numbers of its live copy, with the predicted end; null while none runs.'),
      }),
    )
    .describe('Those on their way.'),
  stayed: z
    .array(z.object({ instance: z.string(), name: z.string(), why: z.string() }))
    .describe('Those that stay, and why; at most 100.'),
  more: z.int().describe('How many more stay than are named.'),
});
export type DrainView = z.infer<typeof drainView>;

const NAMED = 100;

/** Null while no drain of the host runs or has ended. */
export async function drainOf(context: ApiContext, host: string): Promise<DrainView | null> {
  const maintenance = context.fleet.state(host)?.state.parts.maintenance;
  if (maintenance === undefined) return null;
  const picture = context.fleet.drainOf(host);
  if (picture !== null) {
    const { moved, waiting, moving, stayed } = picture;
    return {
      isRunning: true,
      moved,
      waiting,
      moving: (await Promise.all(moving.slice(0, NAMED).map((uuid) => moveOf(context, uuid)))).flat(),
      stayed: stayed.slice(0, NAMED),
      more: Math.max(0, stayed.length - NAMED),
    };
  }
  const { result, value } = maintenance;
  if (result === null || value === 'none' || value.startsWith('draining')) return null;
  return { isRunning: false, moved: result.moved, waiting: 0, moving: [], stayed: result.except, more: result.more };
}

async function moveOf(context: ApiContext, uuid: string): Promise<DrainView['moving']> {
  const entry = context.model.get(uuid);
  if (entry === undefined) return [];
  const { value = null, context: move } = entry.migration ?? {};
  const { effects: said, copy } = await progressOf(context, entry);
  return [
    {
      instance: uuid,
      name: entry.name ?? uuid,
      kind: move?.kind ?? null,
      to: move?.destination ?? null,
      step: value,
      awaiting: move?.awaiting ?? null,
      effects: said,
      copy: z
        .json()
        .nullable()
        .parse(copy ?? null),
    },
  ];
}
