import { describe, expect, test } from 'vitest';
import type { EventView, HistoryEntry } from '../api/types.ts';
import { paint, plainText } from '../output/colour.ts';
import { historyTable } from './history-table.ts';
import { phraseOf } from './phrases.ts';
import { rowsOf } from './rows.ts';

const began = new Date(2026, 10, 22, 10, 2, 11, 120).getTime();

function entry(
  seq: number,
  after: number,
  by: [string, string],
  value: string,
  events: Partial<EventView>[],
  more: object = {},
): HistoryEntry {
  const message = {
    id: `m${seq}`,
    instance: 'i',
    host: 'h1',
    epoch: 1,
    at: began + after,
    by: { kind: by[0], name: by[1] },
    command: 'c1',
    cause: null,
    machine: 'life@1',
    events: events as EventView[],
    state: {
      value,
      context: { goal: null, origin: null, awaiting: null, failure: null },
      parts: { power: null, lock: null, image: 'idle' },
      actor: { role: { kind: 'owner' }, epoch: 1, op: 1, due: [] },
    },
    ...more,
  };
  return { host: 'h1', seq, message };
}

test('a guest that is only not defined is not told as gone', () => {
  const seen = (disks: string[]): EventView => ({
    type: 'observed.absent',
    part: 'power',
    to: 'absent',
    data: { observation: { domain: 'absent', disks } },
  });
  expect(phraseOf(seen(['root']))).toBe('seen: not defined here, its disk is there');
  expect(phraseOf(seen([]))).toBe('seen: gone');
});

const entries: HistoryEntry[] = [
  entry(1, 0, ['user', 'ada'], 'stopping.powerOff', [
    { type: 'powerOff.requested', op: 4, data: { request: { reason: 'disk swap' } } },
  ]),
  entry(2, 1_920, ['agent', 'h1'], 'stopped', [{ type: 'powerOff.done', of: 4 }], { cause: 'effect powerOff op 4' }),
  entry(3, 86_400_000, ['hypervisor', 'libvirt'], 'stopped', [{ type: 'observed.absent', part: 'power' }], {
    command: null,
    cause: 'libvirt UNDEFINED',
  }),
];

describe('a row tells', () => {
  const [intent, done, seen] = rowsOf(entries);

  test('who, what and why a person ordered', () =>
    expect(intent).toMatchObject({
      who: 'ada',
      what: 'stop',
      why: 'disk swap',
      state: 'stopping.powerOff',
      tookMs: null,
    }));
  test('what an outcome served and how long its effect took', () =>
    expect(done).toMatchObject({
      who: 'agent',
      what: 'power off done',
      why: 'for stop by ada',
      state: 'stopped',
      tookMs: 1_920,
    }));
  test('what was heard of the hypervisor', () =>
    expect(seen).toMatchObject({ who: 'hypervisor', what: 'seen: gone', why: 'libvirt UNDEFINED' }));
});

test('what the spine tells of a move has the state of the move, and a host that may not run the guest none of the guest', () => {
  const rows = rowsOf([
    entry(1, 0, ['user', 'ada'], 'building.spawn', [
      { type: 'move.requested', part: 'migration', data: { kind: 'evacuate' }, to: 'planning.place' },
    ]),
    entry(2, 1, ['coordinator', 'c'], 'running', [
      { type: 'fence', part: 'owner', data: { epoch: 2 }, to: 'remnant(2)' },
    ]),
    entry(3, 2, ['coordinator', 'c'], 'building.spawn', [
      { type: 'fenceSource.done', part: 'migration', to: 'landing.adopt' },
      { type: 'granted', part: 'owner', data: { host: 'h2', epoch: 2 }, to: 'granted(h2, 2)' },
    ]),
  ]);
  expect(rows.map(({ what, state, why }) => [what, state, why])).toEqual([
    ['evacuate', 'move: planning.place', 'command c1'],
    ['fenced (epoch 2): this host may not run it', 'remnant(2)', 'for evacuate by ada'],
    ['its source may not run it any more', 'move: landing.adopt', 'for evacuate by ada'],
    ['h2 owns it (epoch 2)', '', 'for evacuate by ada'],
  ]);
});

test('what is refused by the spine, and what a host does that has given the guest up, has no old state of the guest', () => {
  const acting = (role: object) => ({
    state: {
      value: 'building.spawn',
      context: { goal: null, origin: null, awaiting: null, failure: null },
      parts: { power: null, lock: null, image: 'idle' },
      actor: { role, epoch: 2, op: 1, due: [] },
    },
  });
  const refused = { type: 'refused', data: { name: 'evacuate', fact: 'nothing proves it' } };
  const rows = rowsOf([
    entry(1, 0, ['user', 'ada'], '', [refused], acting({ kind: 'granted', host: 'h2', epoch: 2 })),
    entry(2, 1, ['agent', 'h1'], '', [{ type: 'resumed', part: 'life' }], acting({ kind: 'remnant', epoch: 2 })),
    entry(3, 2, ['user', 'ada'], '', [refused], acting({ kind: 'owner' })),
  ]);
  expect(rows.map(({ state }) => state)).toEqual(['', 'remnant(2)', 'building.spawn']);
});

test('a message that cannot be read is a row too', () => {
  expect(
    rowsOf([
      { host: 'h1', seq: 9, unreadable: { code: 'UNKNOWN_VERSION', text: 'message version 2; this reader knows 1' } },
    ]),
  ).toMatchObject([{ what: 'cannot be read: message version 2; this reader knows 1', kind: 'unreadable' }]);
});

test('the table tells the day where it changes, and aligns', () => {
  expect(historyTable(rowsOf(entries), null, paint(false)).join('\n')).toMatchInlineSnapshot(`
    "SEQ  TIME          WHO         WHAT            STATE                TOOK  WHY
    ── 2026-11-22 ───────────────────────────────────────────────────────────────
    1    10:02:11.120  ada         stop            stopping.powerOff          disk swap
    2    10:02:13.040  agent       power off done  stopped            1.92 s  for stop by ada
    ── 2026-11-23 ───────────────────────────────────────────────────────────────
    3    10:02:11.120  hypervisor  seen: gone      stopped                    libvirt UNDEFINED"
  `);
});

test('in a narrow terminal who and why stand behind what, where they are news, and words go on below: none is cut', () => {
  expect(historyTable(rowsOf(entries), 64, paint(false))).toEqual([
    'SEQ  TIME          WHAT                STATE                TOOK',
    '── 2026-11-22 ──────────────────────────────────────────────────',
    '1    10:02:11.120  stop (ada, disk     stopping.powerOff',
    '                   swap)',
    '2    10:02:13.040  power off done      stopped            1.92 s',
    '── 2026-11-23 ──────────────────────────────────────────────────',
    '3    10:02:11.120  seen: gone          stopped',
    '                   (hypervisor,',
    '                   libvirt UNDEFINED)',
  ]);
  const long = rowsOf([
    ...entries,
    entry(4, 86_500_000, ['user', 'ada'], 'migrating.postLiveMigrationAtDestination', [
      { type: 'spawn.failed', of: 4, data: { error: { message: 'no room on any of the disks of this host' } } },
    ]),
  ]);
  for (const width of [60, 64, 70, 80, 100, 120, 200]) {
    const lines = historyTable(long, width, paint(false));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
    expect(lines.join('')).not.toContain('…');
    for (const word of ['SEQ', '10:02:11.120', '1.92 s', 'swap', 'UNDEFINED', 'ada', 'disks', 'host'])
      expect(lines.join('\n')).toContain(word);
  }
});

test('in colour a wrapped row is coloured line by line', () => {
  const lines = historyTable(rowsOf(entries), 60, paint(true));
  expect(lines.map(plainText)).toEqual(historyTable(rowsOf(entries), 60, paint(false)));
});

test.each([
  [{ type: 'reboot.requested', data: { request: { rebootType: 'HARD' } } }, 'hard reboot'],
  [{ type: 'destroy.requested' }, 'delete'],
  [{ type: 'rescue.requested', data: { request: { first: 'powerOff' } } }, 'rescue'],
  [
    { type: 'rescue.requested', data: { request: { adminPassword: { object: 'x' } } } },
    'rescue, with a password of its own',
  ],
  [{ type: 'spawn.failed', data: { error: { message: 'no room' } } }, 'spawn failed: no room'],
  [{ type: 'spawn.timedOut' }, 'spawn took too long'],
  [{ type: 'place.done', data: { host: 'h1' } }, 'placed on h1'],
  [{ type: 'granted', data: { host: 'h1', epoch: 2 } }, 'h1 owns it (epoch 2)'],
  [{ type: 'adopted', data: { epoch: 2, from: { host: '_cluster', seq: 4 } } }, 'taken over from _cluster:4 (epoch 2)'],
  [{ type: 'refused', data: { name: 'pause', fact: 'it is paused' } }, 'refused pause: it is paused'],
  [{ type: 'resumed', data: { attempt: 2 } }, 'taken up again after a restart (attempt 2)'],
  [{ type: 'somethingNew.happened' }, 'something new happened'],
])('%j in words', (event, words) => expect(phraseOf({ to: '', ...event })).toBe(words));
