import { expect, test } from 'vitest';
import type { Api, Turn } from './api.ts';
import { LiveView } from './live-view.ts';

const instance = '8a4e4f0e-0000-4000-8000-000000000001';
const began = Date.UTC(2026, 10, 22, 10, 2, 11, 120);

function turn(host: string, seq: number, after: number, value: string, events: object[], role = 'owner'): Turn {
  const state = { value, context: {}, parts: {}, actor: { role: { kind: role }, due: [] } };
  const by = { kind: 'coordinator', name: 'c' };
  return { host, seq, message: { at: began + after, instance, host, by, events, state } } as unknown as Turn;
}

const turns: Turn[] = [
  turn('_cluster', 1, 0, 'building.place', [
    { type: 'create.requested', data: { spec: { name: 'web' } }, to: 'building.place' },
  ]),
  turn('_cluster', 2, 21, 'building.order', [
    { type: 'place.done', data: { host: 'a' }, to: 'building.order' },
    { type: 'granted', part: 'owner', data: { host: 'a', epoch: 1 }, to: 'granted(a, 1)' },
  ]),
  turn('a', 1, 40, 'building.spawn', [
    { type: 'adopted', part: 'owner', data: { epoch: 1, from: { host: '_cluster', seq: 2 } }, to: 'owner' },
  ]),
  turn('_cluster', 3, 45, 'building.spawn', [{ type: 'order.done', data: { host: 'a' }, to: 'building.spawn' }]),
  turn('a', 2, 50, 'building.spawn', [{ type: 'resumed', data: { attempt: 2 }, to: 'building.spawn' }]),
  turn('a', 3, 1_250, 'running', [{ type: 'spawn.done', to: 'running' }]),
  turn('_cluster', 4, 1_300, 'building.spawn', [
    { type: 'move.requested', part: 'migration', data: { kind: 'live' }, to: 'planning.place' },
  ]),
  turn('a', 4, 1_400, 'running', [{ type: 'cleaned', part: 'owner', to: 'closed' }], 'closed'),
  turn('b', 1, 1_500, 'deleted', [
    { type: 'destroy.done', to: 'deleted' },
    { type: 'closed', part: 'owner', to: 'closed' },
  ]),
];

test('the live view says what happened in the words of a history, to whom, where, and what became of it, once', async () => {
  const lines: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const api = {
    async *turns(_signal: AbortSignal, attached: () => void) {
      attached();
      yield* turns;
      resolve();
    },
  } as unknown as Api;
  const view = new LiveView(api, (line) => lines.push(line));
  await view.start();
  await promise;
  await view.stop();
  expect(lines).toEqual([
    '  10:02:11.120 web      _cluster create                               → building.place',
    '  10:02:11.141 web      _cluster placed on a, a owns it (epoch 1)     → building.order  +21 ms',
    '  10:02:11.160 web      a        taken over from _cluster:2 (epoch 1) → building.spawn  +19 ms',
    '  10:02:11.165 web      _cluster a has taken it  +5 ms',
    '  10:02:11.170 web      a        taken up again after a restart (attempt 2)  +5 ms',
    '  10:02:12.370 web      a        spawn done                           → running  +1.20 s',
    '  10:02:12.420 web      _cluster a move begins                        → move: planning.place  +50 ms',
    '  10:02:12.520 web      a        all that was left here is removed    → closed  +100 ms',
    '  10:02:12.620 web      b        destroy done, history here is closed → deleted  +100 ms',
  ]);
});
