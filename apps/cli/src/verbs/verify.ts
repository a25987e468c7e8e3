import { exitCodes } from '../exit-codes.ts';
import { instanceArgument, type Verb } from './verb.ts';

interface Verdict {
  readonly host: string;
  readonly ok: boolean;
  readonly messages?: number;
  readonly events?: number;
  readonly at?: number;
  readonly difference?: string;
}

export const verifyVerb: Verb = {
  name: 'verify',
  group: 'History',
  summary: "Fold an instance's history with the charts of today and compare every recorded state.",
  details: 'Ends with exit code 8 when a history and the charts disagree.',
  args: [instanceArgument],
  options: [],
  examples: [['verify web', 'prove that its history still means what it says']],
  async run({ client, paint, print }, [instance = '']) {
    const found = await client.json<{ name: string | null; ok: boolean; segments: Verdict[] }>(
      `/v1/instances/${encodeURIComponent(instance)}/verify`,
    );
    print(found, () =>
      found.segments.map(({ host, ok, messages, events, at, difference }) =>
        ok
          ? `${host}: ${paint.green('agrees')}, ${messages} messages, ${events} events`
          : `${host}: ${paint.red('differs')} at ${host}:${at}: ${difference}`,
      ),
    );
    return found.ok ? exitCodes.ok : exitCodes.failed;
  },
};
