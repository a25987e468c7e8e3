/** States that a deployment's policy ends when an instance has rested in them for a time, and since when it has. */
import type { CommandName, InstanceState, RestingState } from '@chronovirt/contract';
import { restingOf } from '../life/resting.ts';
import type { Policy } from '../policy.ts';

type Times = Pick<Policy, 'reclaimAfterMs' | 'offloadAfterMs' | 'unrescueAfterMs' | 'confirmResizeAfterMs'>;

export interface Ending {
  readonly setting: keyof Times;
  /** Of the policy, as the history tells who did it. */
  readonly name: string;
  readonly command: CommandName;
  /** What it has been since then, in a person's words. */
  readonly is: string;
}

const endings: Readonly<Partial<Record<RestingState, Ending>>> = {
  trashed: { setting: 'reclaimAfterMs', name: 'reclaim', command: 'delete', is: 'in the trash' },
  shelved: { setting: 'offloadAfterMs', name: 'offload', command: 'offload', is: 'shelved' },
  rescued: { setting: 'unrescueAfterMs', name: 'end of rescue', command: 'unrescue', is: 'rescued' },
  resized: { setting: 'confirmResizeAfterMs', name: 'confirm', command: 'confirmResize', is: 'resized' },
};

export function endingOf({ value }: Pick<InstanceState, 'value'>): Ending | undefined {
  const at = restingOf(value);
  return at === null ? undefined : endings[at];
}

/**
 * Whether an event leads into a state whose time counts from each arrival; the event then says when that was. In the trash it counts from the
 * first rest there, which is not asked of another host: where one takes it over, it begins anew.
 */
export function beginsToRest(
  before: Pick<InstanceState, 'value'> | null,
  after: Pick<InstanceState, 'value'>,
  type: string,
): boolean {
  const isAdopted = type === 'adopted';
  if ((after.value === before?.value || after.value === 'trashed') && !isAdopted) return false;
  return endingOf(after) !== undefined;
}

/** Since when an instance is in such a state, in milliseconds since 1970; undefined where its history does not say. */
export function restsSince({ value, parts }: InstanceState): number | undefined {
  return value === 'trashed' ? parts.trashedAt : parts.restsSince;
}

/** When a policy next has something to do about an instance, in milliseconds since 1970; null = never, as it is. */
export function policyWakesAt(state: InstanceState, times: Times): number | null {
  const { parts, actor } = state;
  const ending = endingOf(state);
  if (actor.role.kind !== 'owner' || ending === undefined) return null;
  const after = times[ending.setting];
  const since = restsSince(state);
  // A lock keeps what it is as it is; whoever takes it away lets the time count again.
  if (after === null || since === undefined || parts.lock !== null) return null;
  return since + after;
}
