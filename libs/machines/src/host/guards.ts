/** Why an order about a host is refused: guards with stable names, each with the fact behind it and the way out. */
import type { HostCommandName, HostOrder, HostState } from '@chronovirt/contract';
import { describeHost, hostLeafOf } from './leaves.ts';
import type { HostFacts } from './types.ts';

export const hostGuards = {
  exists: 'The host has reported at least once.',
  notForgotten: 'The host is not forgotten.',
  state: 'The order is legal in the present state of the host.',
  proof: 'It is proved that no guest runs there.',
  fenceCommand: 'The configuration of the coordinator has a fence command for the host.',
  reports: 'The agent of the host reports.',
  emptied: 'The host was drained before its power is touched.',
  relied: 'Nothing under way rests on the proof that the host runs no guest.',
  journalNotFull: 'The journal takes new commands.',
  ifSeq: 'The last message of the host is the one that the caller saw.',
} as const;

export type HostGuardName = keyof typeof hostGuards;

export interface HostRefusal {
  readonly guard: HostGuardName;
  /** The fact behind it, in a person's words. */
  readonly fact: string;
  /** Orders to give first; null = there is no way. */
  readonly path: readonly string[] | null;
}

const no = (guard: HostGuardName, fact: string, path: readonly string[] | null = null): HostRefusal => ({
  guard,
  fact,
  path,
});

/** Why an order would be refused now, or null. */
export function checkHost(
  state: HostState | null,
  { name, args }: Pick<HostOrder, 'name' | 'args'>,
  facts: HostFacts,
): HostRefusal | null {
  if (state === null) return no('exists', 'no host of that name has ever reported');
  if (state.value === 'forgotten' && name !== 'admit' && name !== 'acknowledge')
    return no('notForgotten', 'the host was given up for ever; only admit brings it back', ['admit']);
  const refusal = check(state, name, args, facts);
  if (refusal !== null) return refusal;
  return facts.full && !urgent.has(name)
    ? no('journalNotFull', 'the journal is nearly full; what is left is for outcomes')
    : null;
}

/** What keeps guests safe is taken as long as anything can be stored. */
const urgent: ReadonlySet<HostCommandName> = new Set(['fence', 'confirmDown', 'standDown']);

function check(state: HostState, name: HostCommandName, args: HostOrder['args'], facts: HostFacts): HostRefusal | null {
  const { parts } = state;
  switch (name) {
    case 'enable':
      return parts.service.value === 'enabled' || parts.service.value.startsWith('enabling') ? enabled(state) : null;
    case 'disable':
      return parts.service.value === 'disabled' || parts.service.value.startsWith('disabling')
        ? no('state', 'the host is disabled already', [])
        : null;
    case 'maintenance':
      return args['on'] === true ? checkMaintenance(state) : checkEndOfMaintenance(state);
    case 'fence':
      if (!facts.canFence)
        return no('fenceCommand', `the configuration of the coordinator has no fence command for host ${state.host}`, [
          'confirmDown',
        ]);
      return checkFencing(state, 'command');
    case 'standDown':
      if (state.context.lostAt !== null || state.value === 'lost')
        return no('reports', 'its agent does not report, so it cannot be told to stop its guests', ['fence']);
      return checkFencing(state, 'standDown');
    case 'confirmDown':
      return checkFencing(state, 'statement');
    case 'admit':
      return checkAdmission(state, facts);
    case 'power':
      return checkPower(state, args, facts);
    case 'forget':
      return state.context.proof !== null && state.value === 'fenced'
        ? null
        : no('proof', `nothing proves that no guest runs there: ${describeHost('reach', state.value)}`, ['fence']);
    case 'acknowledge':
      return parts.alarm === null ? no('state', 'there is no alarm to acknowledge', []) : null;
    default:
      return name satisfies never;
  }
}

/** Who opens a host that takes no instances may mean its maintenance, which is another thing. */
function enabled({ parts: { maintenance } }: HostState): HostRefusal {
  return maintenance.value === 'none' || maintenance.value.startsWith('leaving.')
    ? no('state', 'the host is enabled already', [])
    : no(
        'state',
        'the host is enabled already; no instances come because of its maintenance, which maintenance off ends',
        ['maintenance'],
      );
}

function checkMaintenance({ parts, value }: HostState): HostRefusal | null {
  if (value !== 'reachable')
    return no('reports', `its instances cannot be moved away: ${describeHost('reach', value)}`);
  const { value: at } = parts.maintenance;
  return at === 'draining.drain' || at === 'entering.hostMaintenanceMode'
    ? no('state', describeHost('maintenance', at), [])
    : null;
}

function checkEndOfMaintenance({ parts }: HostState): HostRefusal | null {
  const { value } = parts.maintenance;
  return value === 'none' || value === 'leaving.hostMaintenanceMode'
    ? no('state', 'the host is not in maintenance', [])
    : null;
}

function checkFencing({ value, context }: HostState, way: string): HostRefusal | null {
  if (value === 'fenced') return no('state', `it is fenced already: ${context.proof?.kind ?? 'proved'}`, []);
  if (value === 'unheard') return no('exists', 'nothing was heard of it yet', []);
  if (value === 'forgetting.fenceInstances') return no('state', describeHost('reach', value), []);
  if (value.startsWith('fencing.') && context.way === way) return no('state', describeHost('reach', value), []);
  return null;
}

function checkAdmission({ value }: HostState, { reliedOn }: HostFacts): HostRefusal | null {
  if (value !== 'fenced' && value !== 'barred' && value !== 'forgotten')
    return no('state', `its term was not ended: ${describeHost('reach', value)}`, []);
  return reliedOn
    ? no('relied', 'instances are being brought up elsewhere because no guest runs there; wait for their end', [])
    : null;
}

function checkPower(
  { parts, value }: HostState,
  args: HostOrder['args'],
  { instances }: HostFacts,
): HostRefusal | null {
  if (parts.power !== null && hostLeafOf('power', parts.power.value) !== null)
    return no('state', `a power action is under way: ${parts.power.action}`, []);
  if (args['action'] === 'startup') return null;
  if (value !== 'reachable')
    return no('reports', `its agent cannot be told: ${describeHost('reach', value)}`, ['fence']);
  return instances > 0
    ? no('emptied', `${instances} instances are on it, and would end with it`, ['maintenance'])
    : null;
}
