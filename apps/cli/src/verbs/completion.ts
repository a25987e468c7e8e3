import { UsageError } from '../cli-error.ts';
import { completionScript, shells, type Shell } from '../completion/scripts.ts';
import type { Verb } from './verb.ts';

export const completionVerb: Verb = {
  name: 'completion',
  group: 'This command',
  summary: 'Print the completion script for a shell: bash, zsh or fish.',
  args: [{ name: 'shell', description: shells.join(', '), complete: 'shell' }],
  options: [],
  examples: [
    ['completion bash > /etc/bash_completion.d/chronovirt', 'bash, for everybody'],
    ['completion zsh > ~/.zfunc/_chronovirt', 'zsh (with ~/.zfunc in fpath)'],
    ['completion fish > ~/.config/fish/completions/chronovirt.fish', 'fish'],
  ],
  async run({ io, print }, [shell = '']) {
    if (!(shells as readonly string[]).includes(shell))
      throw new UsageError(`expected one of ${shells.join(', ')}, got ${JSON.stringify(shell)}`);
    const script = completionScript(shell as Shell);
    print({ shell, script }, () => {
      io.out(script);
      return [];
    });
  },
};
