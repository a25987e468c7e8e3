/** What the coordinator hears of a host, and its silence. */
import type { FenceProof, HeardOfHost, HostAlarm, HostState } from '@chronovirt/contract';
import type { Decision } from '../decide/types.ts';
import { dataOf, nothing } from '../decide/turn.ts';
import { ALARM_PART } from './advance.ts';
import { fenceIntents } from './intents.ts';
import { boundOf } from './policy.ts';
import { contradiction, fenceProofOf, proofIn } from './proof.ts';
import { coordinator, HostTurnBuilder } from './turn.ts';
import type { HostEnv } from './types.ts';

const none = (why: string): Decision<HostState> => nothing('same', why) as Decision<never>;

export function onHeard(state: HostState | null, heard: HeardOfHost, env: HostEnv): Decision<HostState> {
  const turn = new HostTurnBuilder(state, env, null);
  const clash = state !== null && state.value === 'fenced' ? contradiction(state, heard) : null;
  const proof = state === null || clash !== null ? null : newProof(state, heard, env.at);
  if (state === null || isNews(state, heard)) turn.add({ type: 'heard', data: { heard: dataOf(heard) } });
  if (clash !== null) {
    turn.add({ type: 'contradicted', data: { why: clash, proof: state?.context.proof ?? null } });
    turn.add(alarm('PROOF_CONTRADICTED', clash, env.at));
  }
  if (proof !== null) turn.add({ type: 'proved', data: { proof } });
  if (state?.value === 'forgotten' && state.parts.alarm === null)
    turn.add(alarm('FORGOTTEN_HOST_REPORTS', 'it was given up for ever and reports again; it runs nothing', env.at));
  const now = turn.isEmpty ? state : turn.state;
  if (now !== null && isToBeAdmitted(now, heard, env))
    turn.add({ type: 'giveTerm.requested', data: { reason: 'it reports again', name: env.of, at: env.at } });
  if (turn.isEmpty) return none(`nothing new of host ${env.of}`);
  return turn.end(turn.state.value.startsWith('admitting') ? policy : { kind: 'agent', name: env.of }, 'report');
}

const policy = { kind: 'policy', name: 'returning hosts' } as const;

const alarm = (code: string, message: string, at: number) => {
  const data: HostAlarm = { code, message: message.slice(0, 1000), at };
  return { type: 'alarmed', part: ALARM_PART, data };
};

/** Whether a report tells something new: who speaks, of which boot, under which term; or that it speaks at all. */
export function isNews({ value, context }: HostState, heard: HeardOfHost): boolean {
  const { heard: before, lostAt } = context;
  return (
    value === 'lost' ||
    lostAt !== null ||
    before === null ||
    JSON.stringify(sorted(before)) !== JSON.stringify(sorted(heard))
  );
}

const sorted = (heard: HeardOfHost): unknown => Object.entries(heard).toSorted(([a], [b]) => (a < b ? -1 : 1));

function newProof(state: HostState, heard: HeardOfHost, at: number): FenceProof | null {
  const awaits = state.value === 'barred' || (state.value.startsWith('fencing.') && state.value !== 'fencing.endTerm');
  return awaits ? proofIn(state, heard, at) : null;
}

/** A host that comes back runs guests again once it has read that its term is over, unless a person took it out or nothing else may yet. */
function isToBeAdmitted(state: HostState, heard: HeardOfHost, { policy: { admitReturning }, facts }: HostEnv): boolean {
  return (
    admitReturning &&
    state.value === 'fenced' &&
    state.context.way !== 'standDown' &&
    state.parts.alarm === null &&
    fenceProofOf(state) !== null &&
    heard.barred &&
    heard.stoodDown &&
    heard.term === state.context.term &&
    !facts.reliedOn
  );
}

/** Silence makes a host lost. With a watchdog it also ends the host's term, after which the wait for the watchdog begins. */
export function onSilent(state: HostState | null, silentMs: number, env: HostEnv): Decision<HostState> {
  if (state === null) return none(`nothing was ever heard of host ${env.of}`);
  const turn = new HostTurnBuilder(state, env, null);
  if (state.context.lostAt === null && state.value !== 'unheard')
    turn.add({ type: 'lost', data: { at: env.at, silentMs } });
  const now = turn.isEmpty ? state : turn.state;
  const bound = boundOf(now);
  if (
    now.value === 'lost' &&
    env.policy.fenceByWatchdog &&
    bound > 0 &&
    silentMs > bound + env.policy.watchdogMarginMs
  ) {
    const reason = `silent for ${Math.round(silentMs / 1000)} s, with a watchdog of ${bound / 1000} s`;
    for (const event of fenceIntents(now, 'watchdog', { reason, name: 'watchdog', at: env.at })) turn.add(event);
  }
  if (turn.isEmpty) return none('it is known to be silent');
  return turn.end(coordinator, `silence of ${Math.round(silentMs)} ms`);
}
