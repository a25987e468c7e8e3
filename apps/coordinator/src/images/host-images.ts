/** What was made on a host, as its agent tells it and removes it. */
import { madeImage, type MadeImages } from '@chronovirt/contract';
import { z } from 'zod';
import type { AskHost } from '../cluster/host-requests.ts';
import type { OrderHost } from '../hosts/order-host.ts';

const told = z.object({ images: z.array(madeImage) });
const removed = z.object({ removed: z.array(z.string()) });

const PATIENCE_MS = 10_000;

/** Both calls reject with `HOST_UNREACHABLE` where the agent does not answer. An agent of before there was the question has nothing to tell. */
export function imagesOnHost(host: string, ask: AskHost, order: OrderHost): MadeImages {
  const patience = (): { patienceMs: number; signal: AbortSignal } => ({
    patienceMs: PATIENCE_MS,
    signal: AbortSignal.timeout(2 * PATIENCE_MS),
  });
  return {
    made: () =>
      ask(host, 'madeImages', {}, patience()).then(
        (answer) => told.parse(answer).images,
        (error: unknown) => {
          if ((error as { code?: string }).code === 'UNKNOWN_QUERY') return [];
          throw error;
        },
      ),
    removeMade: async (image) =>
      removed.parse(await order(host, 'removeImages', { images: [image] }, patience())).removed.includes(image.sha256),
  };
}
