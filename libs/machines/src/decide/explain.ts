import type { By, CommandName, InstanceState } from '@chronovirt/contract';
import { check, type GuardName } from './guards.ts';
import { pathOf } from './paths.ts';
import type { Env } from './types.ts';

export type Explanation =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly guard: GuardName; readonly fact: string; readonly path: CommandName[] | null };

/** What an explanation needs to know; `by` and `args` as the command would have them. */
export type ExplainEnv = Pick<Env, 'host' | 'facts' | 'spec'> & {
  readonly by?: Pick<By, 'kind'>;
  readonly args?: Readonly<Record<string, unknown>>;
};

/** Whether a command would be taken now, or why not and what to do first. Nothing is stored. */
export function explain(state: InstanceState | null, name: CommandName, env: ExplainEnv): Explanation {
  const checked = check(state, { name, args: env.args ?? {}, by: env.by ?? { kind: 'user' } }, env);
  if (!('guard' in checked)) return { allowed: true };
  const { guard, fact } = checked;
  return { allowed: false, guard, fact, path: pathOf(state, name, guard, env.host) };
}
