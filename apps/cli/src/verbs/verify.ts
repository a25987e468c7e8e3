import type { ApiClient } from '../api/client.ts';
import type { InstanceView } from '../api/types.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Paint } from '../output/colour.ts';
import { everInstanceArgument, type Verb } from './verb.ts';

interface Verdict {
  readonly host: string;
  readonly ok: boolean;
  readonly messages?: number;
  readonly events?: number;
  readonly at?: number;
  readonly difference?: string;
}

/** What one history came to, host by host. */
interface Verified {
  readonly instance: string;
  readonly name: string | null;
  readonly ok: boolean;
  readonly segments: readonly Verdict[];
}

export const verifyVerb: Verb = {
  name: 'verify',
  group: 'History',
  summary: 'Fold stored histories with the charts of today and compare every recorded state.',
  details: 'Without an instance: all, deleted ones too. Ends with exit code 8 when a history and the charts disagree.',
  args: [{ ...everInstanceArgument, description: 'name or UUID; none: all', isOptional: true }],
  options: [],
  examples: [
    ['verify web', 'prove that its history still means what it says'],
    ['verify', 'every history; before an upgrade, and after it'],
  ],
  async run({ client, io, paint, print }, [instance]) {
    if (instance !== undefined) {
      const found = await verified(client, instance, io.signal);
      print(found, () => found.segments.map((segment) => lineOf(segment, paint)));
      return found.ok ? exitCodes.ok : exitCodes.failed;
    }
    const { instances } = await client.json<{ instances: InstanceView[] }>('/v1/instances', { query: { all: true } });
    const all: Verified[] = [];
    for (const { uuid } of instances) {
      all.push(await verified(client, uuid, io.signal));
    }
    const ok = all.every((one) => one.ok);
    print({ ok, instances: all }, () => [...all.flatMap((one) => differences(one, paint)), summaryOf(all)]);
    return ok ? exitCodes.ok : exitCodes.failed;
  },
};

function verified(client: ApiClient, instance: string, signal: AbortSignal): Promise<Verified> {
  return client.json<Verified>(`/v1/instances/${encodeURIComponent(instance)}/verify`, { signal });
}

function lineOf({ host, ok, messages, events, at, difference }: Verdict, paint: Paint): string {
  return ok
    ? `${host}: ${paint.green('agrees')}, ${messages} messages, ${events} events`
    : `${host}: ${paint.red('differs')} at ${host}:${at}: ${difference}`;
}

function differences({ name, instance, segments }: Verified, paint: Paint): string[] {
  return segments.filter(({ ok }) => !ok).map((segment) => `${name ?? instance}: ${lineOf(segment, paint)}`);
}

function summaryOf(all: readonly Verified[]): string {
  const bad = all.filter(({ ok }) => !ok).length;
  if (bad > 0) return `${bad} of ${all.length} histories ${bad === 1 ? 'differs' : 'differ'}`;
  const segments = all.flatMap((one) => one.segments);
  const sum = (of: 'messages' | 'events'): number => segments.reduce((total, one) => total + (one[of] ?? 0), 0);
  return `${all.length} histories agree, ${sum('messages')} messages, ${sum('events')} events`;
}
