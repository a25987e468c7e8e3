/**
 * What the record keeps beside `life`, and how events change it: what was seen, a question about it, the time in the trash, the work on
 * images. Fields that say nothing are left out, so that a record of before there were any folds as it was stored.
 */
import type { ImageState, InstanceState, Observation, Sight, StoredEvent } from '@chronovirt/contract';
import { replaced, withBackup, withoutReplaced } from '../image/backups.ts';
import { imageStep } from '../image/machine.ts';
import { restingOf } from '../life/resting.ts';

type Parts = InstanceState['parts'];
type Event = Pick<StoredEvent, 'type' | 'data' | 'of'>;

/** The observation that an event bears, or null. */
export function observationOf({ data }: Event): Observation | null {
  return (data?.['observation'] as Observation | null | undefined) ?? null;
}

/** The power and the boot of the host as an event shows them. A domain in the middle of something shows no power to keep. */
export function withSeen(parts: Parts, event: Event): Parts {
  const boot = event.data?.['boot'];
  const seen = observationOf(event);
  const known = typeof boot === 'string' ? { ...parts, boot } : parts;
  return seen === null || seen.busy !== null ? known : { ...known, power: seen.power };
}

/**
 * After an event of `life`: what was seen before is over. The time in the trash counts from the first rest there; that of other states from
 * each arrival, as the event says (`since`).
 */
export function afterLife(parts: Parts, event: Event, value: string, at: number): Parts {
  const { drift: _, sight: __, restsSince: ___, trashedAt, ...rest } = withSeen(parts, event);
  const isResting = restingOf(value) !== null;
  const since = value === 'trashed' ? (trashedAt ?? at) : isResting ? undefined : trashedAt;
  const arrived = event.data?.['since'];
  const kept: Parts = {
    ...rest,
    ...(since !== undefined && { trashedAt: since }),
    ...(typeof arrived === 'number' && { restsSince: arrived }),
  };
  return value.startsWith('deleting.') || value === 'deleted' ? withoutImageWork(kept) : kept;
}

/** After a look that moves nothing: a question is answered by it, or was none. */
export function afterLook(parts: Parts, event: Event): Parts {
  const { drift: _, ...rest } = withSeen(parts, event);
  return withSight(rest, event.data?.['seen'] as Sight | undefined);
}

/** After a look that a person has to judge. */
export function afterQuestion(parts: Parts, event: Event, at: number): Parts {
  const { seen, heard = '' } = event.data as { seen: Sight; heard?: string };
  return { ...withSight(withSeen(parts, event), seen), drift: { seen, heard, at } };
}

/** After a person's answer. */
export function afterAnswer(parts: Parts): Parts {
  const { drift: _, ...rest } = parts;
  return rest;
}

function withSight(parts: Parts, seen: Sight | undefined): Parts {
  const { sight: _, ...rest } = parts;
  return seen === undefined || seen === rest.power ? rest : { ...rest, sight: seen };
}

/** After an event of the part `image`; null = its chart has no transition for it. What was seen of the guest is an event of its own. */
export function afterImage(
  parts: Parts,
  event: Event,
  at: number,
): { readonly parts: Parts; readonly effect: string | null } | null {
  const step = imageStep(parts.image, { type: event.type, data: event.data ?? {}, of: event.of ?? null });
  if (step === null) return null;
  return { parts: withWork(withBackups(parts, event, at), event, step.state), effect: step.effect };
}

/** Whoever does not own the instance any more, or is deleting it, makes no image of it. */
export function withoutImageWork(parts: Parts): Parts {
  const { imageWork: _, ...rest } = parts;
  return { ...rest, image: 'idle' };
}

function withBackups(parts: Parts, { type, data }: Event, at: number): Parts {
  const { imageWork } = parts;
  if (imageWork === undefined || imageWork.rotation === null) return parts;
  const image = data?.['image'] as { sha256: string } | undefined;
  if (type === 'snapshot.done' && image !== undefined) {
    const made: Parts = { ...parts, backups: withBackup(parts, imageWork, image.sha256, at) };
    // Where no file goes with them, the replaced ones are gone at once.
    return data?.['replaces'] === true || replaced(made).length === 0
      ? made
      : { ...made, backups: withoutReplaced(made) };
  }
  return type === 'removeImages.done' ? { ...parts, backups: withoutReplaced(parts) } : parts;
}

function withWork(parts: Parts, { type, data }: Event, image: ImageState): Parts {
  if (image === 'idle') return withoutImageWork(parts);
  const { imageWork } = parts;
  if (imageWork === undefined || type.endsWith('.requested')) {
    const { name, rotation = null } = (data?.['request'] ?? {}) as { name: string; rotation?: number | null };
    return { ...parts, image, imageWork: { name, rotation, tries: 0 } };
  }
  const tries = image === parts.image ? imageWork.tries + 1 : 0;
  return { ...parts, image, imageWork: { ...imageWork, tries } };
}
