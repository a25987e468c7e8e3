import type { By, CommandName, InstanceState } from '@chronovirt/contract';
import type { GuardName } from './guard-names.ts';
import { check } from './guards.ts';
import { pathOf } from './paths.ts';
import type { Env } from './types.ts';

export type Explanation = (
  | { readonly allowed: true }
  | { readonly allowed: false; readonly guard: GuardName; readonly fact: string; readonly path: CommandName[] | null }
) & {
  /** Arguments that were not given and that the answer rests on: with another value of them it may be another one. */
  readonly dependsOn?: readonly string[];
};

/** What an explanation needs to know; `by` and `args` as the command would have them. */
export type ExplainEnv = Pick<Env, 'host' | 'facts' | 'spec'> & {
  readonly by?: Pick<By, 'kind'>;
  readonly args?: Readonly<Record<string, unknown>>;
};

/** Whether a command would be taken now, or why not and what to do first. Nothing is stored. */
export function explain(state: InstanceState | null, name: CommandName, env: ExplainEnv): Explanation {
  const open = new Set<string>();
  const args = watched(env.args ?? {}, (argument) => open.add(argument));
  const checked = check(state, { name, args, by: env.by ?? { kind: 'user' } }, env);
  const rests = open.size === 0 ? {} : { dependsOn: [...open].toSorted() };
  if (!('guard' in checked)) return { allowed: true, ...rests };
  const { guard, fact, path = pathOf(state, name, guard, env.host) } = checked;
  return { allowed: false, guard, fact, path, ...rests };
}

/** Tells which arguments a guard has asked for that were not given. */
function watched(args: Readonly<Record<string, unknown>>, missed: (name: string) => void): typeof args {
  return new Proxy(args, {
    get(target, name) {
      if (typeof name === 'string' && target[name] === undefined) missed(name);
      return Reflect.get(target, name) as unknown;
    },
  });
}
