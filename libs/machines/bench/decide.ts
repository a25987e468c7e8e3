/**
 * What a decision costs: microseconds per call, and as a ratio to XState's bare transition in the same run.
 *
 *   node libs/machines/bench/decide.ts [--json]
 */
import { transition } from 'xstate';
import { evolve } from '../src/actor/evolve.ts';
import { decide } from '../src/decide/decide.ts';
import type { Item, TurnDecision } from '../src/decide/types.ts';
import { initialContext } from '../src/life/context-changes.ts';
import { lifeMachine } from '../src/life/machine.ts';
import { fold } from '../src/reading/fold.ts';
import { verify } from '../src/reading/verifier.ts';
import { Scenario, seen, shows } from '../src/testing/scenario.ts';

const rounds = 15;
const callsPerRound = 1000;

const running = Scenario.resting('running');
const pausing = Scenario.resting('running');
const command = (name: 'pause' | 'start'): Item => ({
  kind: 'command',
  command: {
    id: 'bench',
    instance: running.env.instance,
    name,
    args: {},
    by: { kind: 'user', name: 'bench' },
  } as never,
});
const intent = pausing.order('pause') as TurnDecision;
const outcome: Item = {
  kind: 'outcome',
  op: pausing.op,
  epoch: 1,
  method: 'pause',
  result: 'done',
  observation: shows('paused'),
};
const snapshot = lifeMachine.resolveState({ value: 'running', context: initialContext });
const event = { type: 'pause.requested', data: { request: {} }, of: null };

/** A history of about fifty turns. */
const history = Scenario.resting('running');
for (let n = 0; n < 12; n += 1) {
  history.order('pause');
  history.outcome('done', shows('paused'));
  history.order('unpause');
  history.outcome('done', seen());
}
const { entries } = history;
const events = entries.reduce((sum, { message }) => sum + message.events.length, 0);

interface Row {
  readonly name: string;
  readonly run: () => unknown;
  /** What one call counts for. */
  readonly events?: number;
}

const rows: readonly Row[] = [
  { name: 'bare XState transition', run: () => transition(lifeMachine, snapshot, event) },
  {
    name: 'evolve, one event',
    run: () => evolve(running.now, intent.events[0] as never, { ...running.env, epoch: 1, command: null }),
  },
  { name: 'decide, command accepted', run: () => decide(running.now, command('pause'), running.env) },
  { name: 'decide, command refused', run: () => decide(running.now, command('start'), running.env) },
  { name: 'decide, outcome', run: () => decide(pausing.now, outcome, pausing.env) },
  {
    name: 'decide, look without news',
    run: () => decide(running.now, { kind: 'look', op: running.op, observation: seen(), heard: 'bench' }, running.env),
  },
  { name: 'fold, per event', run: () => fold(entries), events },
  { name: 'verify, per event', run: () => verify(entries), events },
];

/** The rows take turns and each keeps its best round, so that a neighbour's load hits none of them alone. Microseconds per call. */
const best = rows.map(() => Number.POSITIVE_INFINITY);
for (let round = 0; round < rounds; round += 1) {
  for (const [n, { run, events: per = 1 }] of rows.entries()) {
    const calls = Math.ceil(callsPerRound / per);
    const start = performance.now();
    for (let call = 0; call < calls; call += 1) run();
    best[n] = Math.min(best[n] ?? 0, ((performance.now() - start) * 1000) / (calls * per));
  }
}

const bare = best[0] ?? 1;
const table = rows.map(({ name }, n) => ({
  name,
  us: Number((best[n] ?? 0).toFixed(2)),
  ratio: Number(((best[n] ?? 0) / bare).toFixed(2)),
}));
const bytes = JSON.stringify(running.now).length;

if (process.argv.includes('--json')) console.log(JSON.stringify({ events, bytes, rows: table }));
else {
  console.table(table);
  console.log(`plain state of an idle instance: ${bytes} bytes of JSON; history of ${events} events`);
}
