import { UsageError } from '../cli-error.ts';
import { parseSize } from '../parse/size.ts';
import { instanceArgument, textOption, type Verb } from './verb.ts';

const most = 102_400;

export const consoleLogVerb: Verb = {
  name: 'console-log',
  group: 'Guests',
  summary: 'Print the end of what the guest wrote to its serial console.',
  args: [instanceArgument],
  options: [
    { flags: '--lines <number>', description: 'only the last lines' },
    { flags: '--bytes <size>', description: 'at most this much: 4KiB; 100KiB at most' },
  ],
  examples: [
    ['console-log web', 'what it said'],
    ['console-log web --lines 20', 'the last 20 lines'],
  ],
  async run({ client, io, print }, [instance = ''], options) {
    const [lines, bytes] = [textOption(options, 'lines'), textOption(options, 'bytes')];
    if (lines !== undefined && !/^[1-9]\d*$/.test(lines))
      throw new UsageError(`--lines: expected a whole number from 1 on, got ${JSON.stringify(lines)}`);
    const query = { bytes: bytes === undefined ? undefined : parseSize(bytes, '--bytes', ['B', 'KiB']) };
    if (query.bytes !== undefined && (query.bytes < 1 || query.bytes > most))
      throw new UsageError(`--bytes: expected a size from 1B to ${most / 1024}KiB, got ${JSON.stringify(bytes)}`);
    const text = await client.text(`/v1/instances/${encodeURIComponent(instance)}/console-log`, { query });
    const shown = lines === undefined ? text : text.replace(/\n$/, '').split('\n').slice(-Number(lines)).join('\n');
    print({ instance, text: shown }, () => {
      io.out(shown.endsWith('\n') || shown === '' ? shown : `${shown}\n`);
      return [];
    });
  },
};
