/**
 * What a person may order: which command begins which operation, from where, and where it leads. Guards, refusals, shortest paths,
 * documentation and the chart's own transitions all come from this table.
 *
 * The event that begins an operation bears the name of its driver method; where an operation has several, the operation's own.
 */
import type { CommandName, RestingState } from '@chronovirt/contract';
import { leaves, type LeafName, type Parent } from './leaves.ts';

export interface Operation {
  readonly command: CommandName;
  /** The event that records the intent. */
  readonly event: string;
  readonly from: readonly RestingState[];
  /** Transient states that it may cut short. */
  readonly preempts?: readonly Parent[];
  /** It also cuts `reconciling` short where this is what is being settled, of an operation that began where it may begin. */
  readonly settles?: readonly (Parent | 'nothing')[];
  readonly to: LeafName;
  /** `origin`: back to where it began, and to `running` from `failed`. `given`: the intent says it (a resize ends as its power tells). */
  readonly goal: RestingState | 'origin' | 'given';
  /** What the intent asks beyond the command's own arguments; also tells rows of one event apart. */
  readonly request?: Readonly<Record<string, string>>;
  /** Where the actor must be. */
  readonly where: 'host' | 'spine';
  /** Legal only where the other host is this one (`here`), or another (`elsewhere`); either way when left out. */
  readonly reach?: 'here' | 'elsewhere';
  /** Methods that it needs besides those of its leaves: the cluster orders them later. */
  readonly needs?: readonly string[];
  /** Needs a first successful start. */
  readonly launched?: true;
  /** Needs the guest's disks, or its domain: it acts on a guest that is there, and makes none. */
  readonly there?: true;
  readonly description: string;
}

/** Stable states in which a guest is held by a host and was launched. A resize is confirmed or turned back before its guest is set aside. */
const held = ['running', 'paused', 'suspended', 'stopped', 'rescued', 'shelved', 'failed'] as const;

export const operations: readonly Operation[] = [
  {
    command: 'start',
    event: 'powerOn.requested',
    from: ['stopped'],
    to: 'starting.powerOn',
    goal: 'running',
    where: 'host',
    description: 'Starts a stopped guest.',
  },
  {
    command: 'stop',
    event: 'powerOff.requested',
    from: ['running', 'failed'],
    to: 'stopping.powerOff',
    goal: 'stopped',
    where: 'host',
    launched: true,
    there: true,
    description: 'Shuts the guest down; after the timeout it is cut off.',
  },
  {
    command: 'reboot',
    event: 'reboot.requested',
    from: ['running'],
    to: 'rebooting.reboot',
    goal: 'running',
    request: { rebootType: 'SOFT' },
    where: 'host',
    description: 'Asks the guest to shut down and starts it again; hard if it does not.',
  },
  {
    command: 'hardReboot',
    event: 'reboot.requested',
    from: ['running', 'stopped', 'paused', 'suspended', 'failed'],
    preempts: ['freezing', 'thawing', 'rebooting'],
    settles: ['nothing', 'starting', 'stopping', 'rebooting', 'repairing', 'freezing', 'thawing'],
    to: 'rebooting.reboot',
    goal: 'running',
    request: { rebootType: 'HARD' },
    where: 'host',
    there: true,
    description: 'Cuts the guest off and starts it from a fresh definition; the repair tool.',
  },
  {
    command: 'pause',
    event: 'pause.requested',
    from: ['running'],
    to: 'freezing.pause',
    goal: 'paused',
    where: 'host',
    description: 'Stops the vCPUs; the memory stays.',
  },
  {
    command: 'unpause',
    event: 'unpause.requested',
    from: ['paused'],
    to: 'thawing.unpause',
    goal: 'running',
    where: 'host',
    description: 'Lets a paused guest go on.',
  },
  {
    command: 'suspend',
    event: 'suspend.requested',
    from: ['running'],
    to: 'freezing.suspend',
    goal: 'suspended',
    where: 'host',
    description: 'Saves the memory to disk and frees what the guest used.',
  },
  {
    command: 'resume',
    event: 'resume.requested',
    from: ['suspended'],
    to: 'thawing.resume',
    goal: 'running',
    where: 'host',
    description: 'Lets a suspended guest go on from its saved memory.',
  },
  {
    command: 'rescue',
    event: 'rescue.requested',
    from: ['running'],
    to: 'rescuing.powerOff',
    goal: 'rescued',
    request: { first: 'powerOff' },
    where: 'host',
    launched: true,
    description: 'Stops the guest and starts a rescue system with the own disk beside it.',
  },
  {
    command: 'rescue',
    event: 'rescue.requested',
    from: ['running', 'stopped', 'failed'],
    to: 'rescuing.rescue',
    goal: 'rescued',
    where: 'host',
    launched: true,
    there: true,
    description: 'Starts a rescue system with the own disk beside it.',
  },
  {
    command: 'unrescue',
    event: 'unrescue.requested',
    from: ['rescued'],
    to: 'unrescuing.unrescue',
    goal: 'running',
    where: 'host',
    description: 'Ends a rescue.',
  },
  {
    command: 'rebuild',
    event: 'rebuild.requested',
    from: ['running', 'stopped', 'failed'],
    to: 'rebuilding.destroy',
    goal: 'origin',
    where: 'host',
    launched: true,
    description:
      'Makes the guest anew in its place, from the same or another image. Its disks are lost, ephemeral ones too.',
  },
  {
    command: 'resize',
    event: 'resize.requested',
    from: ['running', 'stopped'],
    to: 'migrating.migrateDiskAndPowerOff',
    goal: 'resized',
    request: { by: 'host' },
    where: 'host',
    reach: 'here',
    description: 'Gives the guest another size where it is; confirm or revert follows.',
  },
  {
    command: 'resize',
    event: 'resize.requested',
    from: ['running', 'stopped'],
    to: 'migrating.plan',
    goal: 'origin',
    request: { by: 'cluster', what: 'resize' },
    where: 'host',
    reach: 'elsewhere',
    needs: ['migrateDiskAndPowerOff'],
    description: 'Gives the guest another size on another host; confirm or revert follows.',
  },
  {
    command: 'coldMigrate',
    event: 'coldMigrate.requested',
    from: ['running', 'stopped'],
    to: 'migrating.plan',
    goal: 'origin',
    request: { by: 'cluster', what: 'coldMigrate' },
    where: 'host',
    needs: ['migrateDiskAndPowerOff'],
    description: 'Brings the stopped guest to another host; confirm or revert follows.',
  },
  {
    command: 'liveMigrate',
    event: 'liveMigrate.requested',
    from: ['running', 'paused'],
    to: 'migrating.plan',
    goal: 'origin',
    request: { by: 'cluster', what: 'liveMigrate' },
    where: 'host',
    needs: ['liveMigration'],
    description: 'Brings the running guest to another host.',
  },
  {
    command: 'confirmResize',
    event: 'confirmMigration.requested',
    from: ['resized'],
    to: 'settling.confirmMigration',
    goal: 'given',
    request: { by: 'host' },
    where: 'host',
    reach: 'here',
    description: 'Makes a resize final.',
  },
  {
    command: 'confirmResize',
    event: 'confirmMigration.requested',
    from: ['resized'],
    to: 'settling.plan',
    goal: 'given',
    request: { by: 'cluster', what: 'confirmResize' },
    where: 'host',
    reach: 'elsewhere',
    description: 'Makes a move between hosts final: what the other host kept goes.',
  },
  {
    command: 'revertResize',
    event: 'finishRevertMigration.requested',
    from: ['resized'],
    to: 'settling.finishRevertMigration',
    goal: 'given',
    request: { by: 'host' },
    where: 'host',
    reach: 'here',
    description: 'Turns a resize back.',
  },
  {
    command: 'revertResize',
    event: 'finishRevertMigration.requested',
    from: ['resized'],
    to: 'settling.plan',
    goal: 'given',
    request: { by: 'cluster', what: 'revertResize' },
    where: 'host',
    reach: 'elsewhere',
    description: 'Turns a move between hosts back: the guest goes on where it came from.',
  },
  {
    command: 'shelve',
    event: 'shelve.requested',
    from: ['running', 'stopped', 'paused', 'suspended'],
    to: 'shelving.powerOff',
    goal: 'shelved',
    where: 'host',
    description: 'Stops the guest and makes an image of its disk.',
  },
  {
    command: 'offload',
    event: 'offload.requested',
    from: ['shelved'],
    to: 'shelving.destroy',
    goal: 'offloaded',
    where: 'host',
    description: 'Takes a shelved guest off its host.',
  },
  {
    command: 'unshelve',
    event: 'unshelve.requested',
    from: ['shelved'],
    to: 'starting.powerOn',
    goal: 'running',
    where: 'host',
    description: 'Starts a shelved guest where it is.',
  },
  {
    command: 'unshelve',
    event: 'unshelve.requested',
    from: ['offloaded'],
    to: 'unshelving.place',
    goal: 'running',
    where: 'spine',
    description: 'Makes an offloaded guest again on some host.',
  },
  {
    command: 'softDelete',
    event: 'softDelete.requested',
    from: held,
    to: 'stopping.softDelete',
    goal: 'trashed',
    request: { by: 'softDelete' },
    where: 'host',
    launched: true,
    there: true,
    description: 'Puts the guest aside as the driver does it; restore or delete follows.',
  },
  {
    command: 'softDelete',
    event: 'softDelete.requested',
    from: held,
    to: 'stopping.powerOff',
    goal: 'trashed',
    request: { by: 'powerOff' },
    where: 'host',
    launched: true,
    there: true,
    description: 'Where the driver has no such method, the guest is stopped.',
  },
  {
    command: 'restore',
    event: 'restore.requested',
    from: ['trashed'],
    to: 'starting.restore',
    goal: 'running',
    request: { by: 'restore' },
    where: 'host',
    description: 'Brings a trashed guest back as the driver does it.',
  },
  {
    command: 'restore',
    event: 'restore.requested',
    from: ['trashed'],
    to: 'starting.powerOn',
    goal: 'running',
    request: { by: 'powerOn' },
    where: 'host',
    description: 'Where the driver has no such method, the guest is started.',
  },
  {
    command: 'reset',
    event: 'probe.requested',
    from: ['running', 'paused', 'suspended', 'stopped', 'rescued', 'resized', 'shelved', 'trashed', 'failed'],
    to: 'reconciling.probe',
    goal: 'origin',
    request: { reset: 'yes' },
    where: 'host',
    description: 'Looks at the guest and takes the state that it shows; never just writes one.',
  },
];

/** Commands that the table above does not hold, since they are legal wherever there is something to act on. */
export const everywhere = {
  create: 'Makes an instance: a host is chosen, and it builds the guest.',
  delete: 'Legal in every state but deleted; cuts short whatever goes on.',
  lock: 'Keeps everybody but operators from changing the instance, also from calling off or forcing its move. An evacuation passes.',
  unlock: 'Takes the lock away; an operator’s lock only for an operator.',
  adoptDrift: 'Answers a question about what was seen: the guest is right, and that is taken over.',
  repairDrift: 'Answers a question about what was seen: the record is right, and the guest is brought back to it.',
  evacuate: 'On the spine: makes the guest again elsewhere, after proof that its host cannot run it any more.',
  abortMigration: 'On the spine: ends a move that has not landed; the guest stays where it is.',
  forceComplete: 'On the spine: brings a live migration to its end at the price of a pause.',
} as const;

/** Driver methods that an operation needs, from its first leaf to its last. */
export function methodsOf(operation: Operation): readonly string[] {
  const methods: string[] = [...(operation.needs ?? [])];
  for (let name: LeafName | null = operation.to; name !== null;) {
    const leaf: { method: string; next: LeafName | null; awaits?: string } = leaves[name];
    if (leaf.awaits === undefined && !notOfDrivers.has(leaf.method)) methods.push(leaf.method);
    name = leaf.next;
  }
  return methods;
}

/** Effects that no driver implements: the cluster's and the actor's own. */
export const notOfDrivers: ReadonlySet<string> = new Set(['place', 'order', 'probe']);

/** The goal of an operation that begins in `origin`; null when the intent has to say it. */
export function goalOf(operation: Operation, origin: RestingState): RestingState | null {
  if (operation.goal === 'given') return null;
  if (operation.goal !== 'origin') return operation.goal;
  return origin === 'failed' ? 'running' : origin;
}
