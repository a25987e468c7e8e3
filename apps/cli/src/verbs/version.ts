import manifest from '../../package.json' with { type: 'json' };
import { CliError } from '../cli-error.ts';
import type { Verb } from './verb.ts';

interface ApiVersion {
  readonly version: string;
  readonly machine: string;
  readonly instances: number;
}

export const versionVerb: Verb = {
  name: 'version',
  group: 'This command',
  summary: 'Print the versions of this command and of the API.',
  args: [],
  options: [],
  examples: [['version', 'what runs']],
  async run(context) {
    let api: ApiVersion | null = null;
    try {
      api = await context.client.json<ApiVersion>('/version');
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
    }
    context.print({ version: manifest.version, node: process.version, api }, () => [
      `chronovirt ${manifest.version} (Node ${process.versions.node})`,
      api === null
        ? 'API: none answers'
        : `API ${api.version} at ${context.client.address}, chart ${api.machine}, ${api.instances} instances`,
    ]);
  },
};
