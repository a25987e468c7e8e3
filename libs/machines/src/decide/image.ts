/** Images that are made of an instance while its life goes on: what is asked, and how each step ended. */
import { imageRef, type Command, type ImageRef } from '@chronovirt/contract';
import type { InstanceState } from '@chronovirt/contract';
import { removable, withBackup } from '../image/backups.ts';
import { IMAGE_PART, imageOperationOf } from '../image/leaves.ts';
import { restingOf } from '../life/resting.ts';
import { newsAtRest } from './on-look.ts';
import { dataOf, type Turn } from './turn.ts';
import type { Env, Outcome } from './types.ts';

/** Removals of replaced backups before the rest is left to the next backup of that name. */
const MOST_REMOVALS = 3;

export function imageIntent({ name, args }: Pick<Command, 'name' | 'args'>): Parameters<Turn['add']>[0] {
  const operation = imageOperationOf(name);
  if (operation === null) throw new Error(`${name} makes no image`);
  return { type: operation.event, part: IMAGE_PART, data: { request: args } };
}

/** The image that a driver made, or null where it gave none. */
export function imageIn(data: Outcome['data']): ImageRef | null {
  return imageRef.safeParse(data?.['result']).data ?? null;
}

/** A step of an image's making has ended. What was seen at its end is looked at as any look at rest: the guest may have changed meanwhile. */
export function ofImage(turn: Turn, state: InstanceState, item: Outcome, env: Env): void {
  turn.add({ ...(item.method === 'snapshot' ? captured(state, item) : rotated(state, item)), of: item.op });
  const { observation } = item;
  const at = restingOf(turn.state.value);
  if (at === null || observation === null || observation.busy !== null || turn.state.actor.due.length > 0) return;
  const news = newsAtRest(turn.state, at, { observation, heard: `the look after ${item.method}` }, env);
  if (news !== null) turn.add(news.event);
}

function captured({ parts }: InstanceState, { result, data, error, observation }: Outcome): Parameters<Turn['add']>[0] {
  const image = result === 'done' ? imageIn(data) : null;
  const work = parts.imageWork;
  if (image === null || work === undefined) {
    const missing = { code: 'IMAGE_MISSING', message: 'it said done, and gave no image' };
    return { type: 'snapshot.failed', part: IMAGE_PART, data: dataOf({ observation, error: error ?? missing }) };
  }
  const backups = withBackup(parts, work, image.sha256, 0);
  return {
    type: 'snapshot.done',
    part: IMAGE_PART,
    data: dataOf({
      image: { ...image, name: work.name },
      replaces: removable({ ...parts, backups }).length > 0,
      observation,
    }),
  };
}

function rotated({ parts }: InstanceState, { result, error, observation }: Outcome): Parameters<Turn['add']>[0] {
  return {
    type: `removeImages.${result}`,
    part: IMAGE_PART,
    data: dataOf({
      images: removable(parts),
      again: result === 'done' ? undefined : (parts.imageWork?.tries ?? 0) + 1 < MOST_REMOVALS,
      observation,
      error,
    }),
  };
}
