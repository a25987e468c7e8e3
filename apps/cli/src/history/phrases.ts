/** Stored events in a person's words. */
import { withVerbs } from '../parse/verb-names.ts';
import { inWords } from '../parse/words.ts';
import type { EventView } from '../api/types.ts';

const seen: Readonly<Record<string, string>> = {
  running: 'running',
  paused: 'paused',
  stopped: 'off',
  asleep: 'asleep',
  crashed: 'crashed',
  absent: 'gone',
};

/** What a person ordered, where the driver's method has another name than the order. */
const orders: Readonly<Record<string, string>> = {
  powerOn: 'start',
  powerOff: 'stop',
  destroy: 'delete',
  confirmMigration: 'confirm resize',
  finishRevertMigration: 'revert resize',
};

/** What happened, in a few words. */
export function phraseOf({ type, data = {}, to }: EventView): string {
  if (type === 'move.requested' && data['kind'] === 'evacuate') return 'evacuate';
  if (type === 'move.requested' && data['kind'] === 'return')
    return `${String(data['host'])} is there again: it gets back what nobody has taken over`;
  if (type === 'confirmMigration.requested' && data['asked'] === true) return 'what is kept here is to be removed';
  const step = moveSteps[type];
  if (step !== undefined) return `${step}${errorIn(data)}`;
  const fixed = envelope[type];
  if (fixed !== undefined) return fixed(data);
  const [subject = type, what] = type.split('.');
  switch (what) {
    case 'requested':
      return requested(subject, data);
    case 'done':
      return subject === 'place' || subject === 'placeMove'
        ? `placed on ${String(data['host'])}`
        : subject === 'order'
          ? `${String(data['host'])} has taken it`
          : subject === 'probe' && to === 'failed' && isAbsent(data)
            ? 'looked again: the guest is gone from its host'
            : `${inWords(subject)} done`;
    case 'failed':
      return `${inWords(subject)} failed${errorIn(data)}`;
    case 'timedOut':
      return `${inWords(subject)} took too long`;
    default:
      return subject === 'observed'
        ? `seen: ${hasOnlyDisk(data) ? noDomain : (seen[what ?? ''] ?? what)}`
        : inWords(type.replace('.', ' '));
  }
}

/** Steps of a move, as the spine tells them. */
const moveSteps: Readonly<Record<string, string>> = {
  'checkMove.done': 'both hosts agree that it can move',
  'checkMove.failed': 'it cannot move',
  'prepareMove.done': 'the destination is ready',
  'prepareMove.failed': 'the destination could not get ready',
  'copyMove.done': 'it has come to the destination',
  'copyMove.failed': 'it has not moved',
  'fenceSource.done': 'its source may not run it any more',
  'adoptMove.done': 'the destination has taken it over',
  'adoptMove.failed': 'the destination has not taken it over',
  'confirmKept.done': 'what its source kept is removed',
  'fenceDestination.done': 'the destination has given it up',
  'adoptBack.done': 'its source has taken it back',
  'undoMove.done': 'the destination was told that it is off',
  'releaseSource.done': 'its source goes on alone',
  'move.requested': 'a move begins',
  'abort.requested': 'the move is called off',
  'force.requested': 'the move is to end at any price',
  'land.requested': 'the destination is there again: the move is to arrive once more',
  'confirm.requested': 'the move is to be made final',
  'revert.requested': 'the move is to be turned back',
};

const envelope: Readonly<Record<string, (data: Readonly<Record<string, unknown>>) => string>> = {
  granted: ({ host, epoch }) => `${String(host)} owns it (epoch ${String(epoch)})`,
  adopted: ({ epoch, from }) => `taken over from ${placeIn(from)} (epoch ${String(epoch)})`,
  returned: ({ host, outcome }) => `${String(host)} ${outcome === 'deleted' ? 'has deleted it' : 'has given it back'}`,
  released: () => 'given back, nothing is left here',
  closed: () => 'history here is closed',
  cleaned: () => 'all that was left here is removed',
  fence: ({ epoch, undecided }) =>
    `fenced (epoch ${String(epoch)}): this host may not run it${undecided === true ? '; its disks stay until it is decided who has it' : ''}`,
  incoming: () => 'it is on its way here',
  undo: () => 'the move here is off: what was prepared is removed',
  moveOver: ({ outcome, reason }) =>
    outcome === 'confirmed'
      ? 'the move is final'
      : `the move did not take place${typeof reason === 'string' ? `: ${reason}` : ''}`,
  stilled: () => 'what ran here is off; the files are kept',
  refused: ({ name, fact }) => `refused ${inWords(String(name ?? 'command'))}: ${withVerbs(String(fact))}`,
  late: ({ method, result }) =>
    `too late: ${inWords(String(method ?? 'an outcome'))} ${String(result ?? '')}`.trimEnd(),
  resumed: ({ attempt }) => `taken up again after a restart (attempt ${String(attempt)})`,
  note: ({ text }) => String(text ?? 'note'),
  locked: ({ reason }) => `locked${typeof reason === 'string' && reason !== '' ? `: ${reason}` : ''}`,
  unlocked: () => 'unlocked',
};

function requested(subject: string, data: Readonly<Record<string, unknown>>): string {
  const request = (data['request'] ?? {}) as Record<string, unknown>;
  if (subject === 'reboot') return request['rebootType'] === 'HARD' ? 'hard reboot' : 'reboot';
  const phrase = orders[subject] ?? inWords(subject);
  return request['adminPassword'] === undefined ? phrase : `${phrase}, with a password of its own`;
}

function errorIn(data: Readonly<Record<string, unknown>>): string {
  const error = data['error'] as { message?: unknown } | undefined;
  return typeof error?.message === 'string' ? `: ${error.message}` : '';
}

const isAbsent = ({ observation }: Readonly<Record<string, unknown>>): boolean =>
  (observation as { domain?: unknown } | undefined)?.domain === 'absent';

/** So is a guest that was taken over while it was off, until its first start here. */
const noDomain = 'not defined here, its disk is there';
function hasOnlyDisk({ observation }: Readonly<Record<string, unknown>>): boolean {
  const { domain, disks } = (observation ?? {}) as { domain?: unknown; disks?: unknown };
  return domain === 'absent' && Array.isArray(disks) && disks.includes('root');
}

function placeIn(from: unknown): string {
  const { host, seq } = (from ?? {}) as { host?: unknown; seq?: unknown };
  return `${String(host)}:${String(seq)}`;
}
