/** Hosts that just now do nothing for their instances: what is told of these is what was heard last. */
import { CliError } from '../cli-error.ts';
import { age } from '../output/time.ts';
import type { ApiClient } from './client.ts';
import type { HostView } from './types.ts';

/** By name, what is the matter: `h1 is lost`. Empty where the hosts cannot be asked for. */
export async function hostsAway(client: ApiClient): Promise<ReadonlyMap<string, string>> {
  const { hosts } = (await optional(client.json<{ hosts: HostView[] }>('/v1/hosts'))) ?? { hosts: [] };
  const away = new Map<string, string>();
  for (const { host, state, alive, silentMs } of hosts) {
    if (state !== null && state !== 'reachable') away.set(host, `${host} is ${state}`);
    else if (!alive) away.set(host, `${host} is silent${silentMs === null ? '' : ` for ${age(silentMs)}`}`);
  }
  return away;
}

/** What was answered; null when it was refused. */
export async function optional<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}
