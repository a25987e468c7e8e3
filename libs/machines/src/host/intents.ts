/** The events that stand for an order about a host once it is taken. */
import type { FenceWay, HostOrder, HostState } from '@chronovirt/contract';
import type { Candidate } from '../actor/opening.ts';
import { ALARM_PART } from './advance.ts';
import type { HostEnv } from './types.ts';

export function intentsOf(state: HostState, { name, args, by }: HostOrder, env: HostEnv): Candidate[] {
  const said = { reason: String(args['reason'] ?? ''), name: by.name, at: env.at };
  switch (name) {
    case 'enable':
    case 'disable':
      return [{ type: 'setHostEnabled.requested', part: 'service', data: { ...said, enabled: name === 'enable' } }];
    case 'maintenance':
      return args['on'] === true
        ? [{ type: 'drain.requested', part: 'maintenance', data: { ...said, budget: Number(args['budget'] ?? 1) } }]
        : [{ type: 'maintenance.ended', part: 'maintenance', data: said }];
    case 'fence':
      return fenceIntents(state, 'command', said);
    case 'standDown':
      return fenceIntents(state, 'standDown', said);
    case 'confirmDown':
      return fenceIntents(state, 'statement', { ...said, reason: String(args['statement']) });
    case 'admit':
      return [
        { type: 'giveTerm.requested', data: said },
        ...(state.parts.alarm === null ? [] : [{ type: 'acknowledged', part: ALARM_PART, data: said }]),
      ];
    case 'power':
      return [{ type: 'hostPowerAction.requested', part: 'power', data: { ...said, action: args['action'] ?? null } }];
    case 'forget':
      return [{ type: 'forget.requested', data: said }];
    case 'acknowledge':
      return [{ type: 'acknowledged', part: ALARM_PART, data: said }];
    default:
      return name satisfies never;
  }
}

/** To be given up ends a drain: nothing can be moved away any more. */
export function fenceIntents(
  state: HostState,
  way: FenceWay,
  said: { readonly reason: string; readonly name: string; readonly at: number },
): Candidate[] {
  const drains = state.parts.maintenance.value === 'draining.drain';
  const error = { code: 'HOST_GIVEN_UP', message: 'the host is being fenced' };
  const op = state.actor.due.find(({ part }) => part === 'maintenance')?.op;
  return [
    { type: 'fence.requested', data: { ...said, way } },
    ...(drains
      ? [{ type: 'drain.failed', part: 'maintenance', ...(op !== undefined && { of: op }), data: { error } }]
      : []),
  ];
}
