import type { InstanceState } from '@chronovirt/contract';
import { onAlarm, onResume } from './on-alarm.ts';
import { onCommand } from './on-command.ts';
import { onLink } from './on-link.ts';
import { onLook } from './on-look.ts';
import { onOutcome } from './on-outcome.ts';
import { onPolicy } from './on-policy.ts';
import type { Decision, Env, Item } from './types.ts';

/**
 * One turn: what an item of the mailbox means for an instance. Pure; nothing is stored or done. `state` null = no history here.
 * Throws `EventNotAcceptedError` only where state and chart do not belong together.
 */
export function decide(state: InstanceState | null, item: Item, env: Env): Decision {
  switch (item.kind) {
    case 'command':
      return onCommand(state, item.command, env);
    case 'outcome':
      return onOutcome(state, item, env);
    case 'look':
      return onLook(state, item, env);
    case 'alarm':
      return onAlarm(state, item.op, env);
    case 'resume':
      return onResume(state, item.op, item.attempt, env);
    case 'link':
      return onLink(state, item.link, env);
    case 'policy':
      return onPolicy(state, env);
    default:
      return item satisfies never;
  }
}
