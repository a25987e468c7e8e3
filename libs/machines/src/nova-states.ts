/** Nova's three facts about an instance, from one table. */
import {
  powerStateOf,
  type InstanceState,
  type PowerStateCode,
  type RestingState,
  type TaskState,
  type VmState,
} from '@chronovirt/contract';
import { imageLeaves } from './image/leaves.ts';
import { probingOf } from './life/chart-event.ts';
import { isLeafName, leaves } from './life/leaves.ts';
import { restingOf } from './life/resting.ts';

/** Nova's name of each resting state. */
export const vmStates: Readonly<Record<RestingState, VmState>> = {
  running: 'active',
  paused: 'paused',
  suspended: 'suspended',
  stopped: 'stopped',
  rescued: 'rescued',
  resized: 'resized',
  shelved: 'shelved',
  offloaded: 'shelved_offloaded',
  trashed: 'soft-delete',
  failed: 'error',
  deleted: 'deleted',
};

export interface NovaStates {
  /** The stable state; while something goes on, the one that it began in. */
  readonly vmState: VmState;
  /** Work in progress; null = idle. */
  readonly taskState: TaskState | null;
  /** Nova's code of the power as last seen. */
  readonly powerState: PowerStateCode;
}

/** `vmState`, `taskState` and `powerState` of an instance, in Nova's words. */
export function novaStates(state: Pick<InstanceState, 'value' | 'context' | 'parts'>): NovaStates {
  const at = restingOf(state.value) ?? state.context.origin;
  return {
    vmState: at === null ? 'building' : vmStates[at],
    taskState: taskOf(state),
    powerState: powerStateOf(state.parts.power ?? 'absent'),
  };
}

/** The task of the leaf; while an operation's end is being looked for, the operation's own; of a guest at rest, of its image. */
function taskOf({ value, context, parts }: Pick<InstanceState, 'value' | 'context' | 'parts'>): TaskState | null {
  if (restingOf(value) !== null && parts.image !== 'idle')
    return typeof parts.imageWork?.rotation === 'number' ? 'image_backup' : imageLeaves[parts.image].task;
  const name = value === 'reconciling.probe' ? probingOf(context)?.leaf : value;
  if (!isLeafName(name)) return null;
  if (name === 'rebooting.reboot') return context.request['rebootType'] === 'HARD' ? 'rebooting_hard' : 'rebooting';
  if (name === 'stopping.powerOff' && context.goal === 'trashed') return 'soft-deleting';
  if (name === 'starting.powerOn' && context.origin === 'trashed') return 'restoring';
  if (name === 'starting.powerOn' && context.origin === 'shelved') return 'unshelving';
  return leaves[name].task;
}
