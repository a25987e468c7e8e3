/** The operations of the crash matrix: where each begins, what is asked for, where it may end. */
import type { CommandName } from '@chronovirt/contract';

export interface Step {
  readonly name: CommandName;
  readonly args?: Readonly<Record<string, string | number | boolean>>;
}

export interface Operation {
  readonly name: string;
  /** Commands that bring a running guest to where the operation begins. */
  readonly before: readonly Step[];
  readonly ask: Step | 'spawn';
  /** Whether the host has not had the image yet. */
  readonly isImageNew?: true;
  /** States in which it may end after a crash: its goal, and where it began when its intent was not stored. */
  readonly ends: readonly string[];
}

const cut: Step = { name: 'stop', args: { timeoutSeconds: 0 } };
const pause: Step = { name: 'pause' };
const suspend: Step = { name: 'suspend' };

export const operations: readonly Operation[] = [
  { name: 'spawn', before: [], ask: 'spawn', ends: ['running'] },
  { name: 'spawn of a new image', before: [], ask: 'spawn', isImageNew: true, ends: ['running'] },
  { name: 'pause', before: [], ask: pause, ends: ['paused', 'running'] },
  { name: 'unpause', before: [pause], ask: { name: 'unpause' }, ends: ['running', 'paused'] },
  { name: 'suspend', before: [], ask: suspend, ends: ['suspended', 'running'] },
  { name: 'resume', before: [suspend], ask: { name: 'resume' }, ends: ['running', 'suspended'] },
  { name: 'power off', before: [], ask: cut, ends: ['stopped', 'running'] },
  { name: 'power on', before: [cut], ask: { name: 'start' }, ends: ['running', 'stopped'] },
  { name: 'reboot soft', before: [], ask: { name: 'reboot' }, ends: ['running'] },
  { name: 'reboot hard', before: [], ask: { name: 'hardReboot' }, ends: ['running'] },
  { name: 'destroy', before: [], ask: { name: 'delete' }, ends: ['deleted', 'running'] },
];
