/** What may be ordered of a host, and how it is followed: until the part of the host that it concerns comes to rest. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { CliError, UsageError } from '../cli-error.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { DrainProgress } from '../follow/drain-progress.ts';
import { waitingOf, waitingOptions } from '../follow/waiting.ts';
import { hostStateText, proofText } from '../history/host-words.ts';
import { withVerbs } from '../parse/verb-names.ts';
import { inKebab, inWords } from '../parse/words.ts';
import { duration } from '../output/time.ts';
import type { HostRecordView, HostShown } from '../api/types.ts';
import { textOption, type Argument, type Option, type OptionValues, type Verb, type VerbContext } from './verb.ts';

export const hostArgument: Argument = { name: 'host', description: 'name of the host', complete: 'host' };
const group = 'Images, flavors, hosts';
const pollMs = 300;

const reason: Option = { flags: '--reason <text>', description: 'why, for the history' };

type Part = 'reach' | 'service' | 'maintenance' | 'power' | 'none';

interface HostOrderVerb {
  readonly command: string;
  readonly part: Part;
  readonly summary: string;
  readonly details?: string;
  readonly args?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly examples: readonly (readonly [string, string])[];
  readonly make?: (args: readonly string[], options: OptionValues) => Record<string, unknown>;
}

const reasonOf = (options: OptionValues): Record<string, unknown> => {
  const text = textOption(options, 'reason');
  return text === undefined ? {} : { reason: text };
};

export function budgetOf(options: OptionValues): Record<string, unknown> {
  const text = textOption(options, 'budget');
  if (text === undefined) return {};
  const budget = Number(text);
  if (!Number.isInteger(budget) || budget < 1)
    throw new UsageError(`--budget: expected a whole number from 1 on, got ${JSON.stringify(text)}`);
  return { budget };
}

export const budgetOption: Option = {
  flags: '--budget <n>',
  description: 'instances on their way at a time; default 1',
};

const orders: Readonly<Record<string, HostOrderVerb>> = {
  enable: {
    command: 'enable',
    part: 'service',
    summary: 'Let new instances come to a host again.',
    examples: [['hosts enable h1', 'open it']],
  },
  disable: {
    command: 'disable',
    part: 'service',
    summary: 'Let no new instances come to a host; what runs there stays.',
    options: [reason],
    examples: [['hosts disable h1 --reason "noisy fan"', 'close it and say why']],
    make: (_args, options) => reasonOf(options),
  },
  maintenance: {
    command: 'maintenance',
    part: 'maintenance',
    summary: 'Take a host out of use, its instances moved away first; or into use again.',
    args: [{ name: 'on|off', description: 'on: move the instances away; off: use it again' }],
    options: [budgetOption],
    examples: [
      ['hosts maintenance h1 on', 'empty it and close it'],
      ['hosts maintenance h1 on --budget 4', 'four moves at a time'],
      ['hosts maintenance h1 off', 'use it again'],
    ],
    make: ([, mode = ''], options) => {
      if (mode !== 'on' && mode !== 'off')
        throw new UsageError(`on|off: expected on or off, got ${JSON.stringify(mode)}`);
      if (mode === 'off' && options['budget'] !== undefined)
        throw new UsageError('--budget: goes with on; off moves nothing');
      return { on: mode === 'on', ...budgetOf(options) };
    },
  },
  fence: {
    command: 'fence',
    part: 'reach',
    summary: 'Turn the power of a host off, so that its instances may be evacuated.',
    details:
      'By the fence command of the coordinator’s configuration. Only its success proves that no guest runs there any more.',
    options: [reason],
    examples: [['hosts fence h1 --reason "does not answer"', 'power off, for certain']],
    make: (_args, options) => reasonOf(options),
  },
  'stand-down': {
    command: 'standDown',
    part: 'reach',
    summary: 'Have the agent of a host stop all its guests, and start none until it is admitted.',
    options: [reason],
    examples: [['hosts stand-down h1 --reason "its storage fails"', 'give it up while it still answers']],
    make: (_args, options) => reasonOf(options),
  },
  'confirm-down': {
    command: 'confirmDown',
    part: 'reach',
    summary: 'State that no guest runs on a host. You answer for it: its instances may be started elsewhere then.',
    options: [{ flags: '--statement <text>', description: 'how you know, in a sentence; stored with your name' }],
    examples: [['hosts confirm-down h1 --statement "I have pulled both power cables"', 'say what you have seen']],
    make: (_args, options) => {
      const statement = textOption(options, 'statement');
      if (statement === undefined)
        throw new UsageError('--statement is needed: say how you know that no guest runs there');
      return { statement };
    },
  },
  admit: {
    command: 'admit',
    part: 'reach',
    summary: 'Let a host that was fenced or stood down run guests again.',
    examples: [['hosts admit h1', 'give it its next term']],
  },
  power: {
    command: 'power',
    part: 'power',
    summary: 'Reboot, shut down or start a host.',
    details: 'By the command of the host’s configuration; a host with instances on it is refused.',
    args: [{ name: 'action', description: 'reboot, shutdown or startup' }],
    examples: [['hosts power h1 reboot', 'reboot it']],
    make: ([, action = '']) => {
      if (!['reboot', 'shutdown', 'startup'].includes(action))
        throw new UsageError(`action: expected reboot, shutdown or startup, got ${JSON.stringify(action)}`);
      return { action };
    },
  },
  forget: {
    command: 'forget',
    part: 'reach',
    summary: 'Give a host up for ever. Needs a proof that it runs no guest.',
    details:
      'What it held is fenced and offered for evacuation; its histories stay, and so do the disks that it has. Let in again, it has back what nobody has taken over.',
    examples: [['hosts forget h1', 'after hosts fence h1']],
  },
  acknowledge: {
    command: 'acknowledge',
    part: 'none',
    summary: 'Say that you have looked at the alarm of a host.',
    examples: [['hosts acknowledge h1', 'take the alarm away']],
  },
};

export const hostOrderNames = Object.keys(orders);

/** The verb `hosts <name>`. */
export function hostOrderVerb(name: string): Verb {
  const given = orders[name];
  if (given === undefined) throw new Error(`no order about hosts is called ${name}`);
  const { command, part, summary, details, args = [], options = [], examples, make = () => ({}) } = given;
  return {
    name: `hosts ${name}`,
    group,
    summary,
    ...(details === undefined ? {} : { details }),
    args: [hostArgument, ...args],
    options: [...options, ...(part === 'none' ? [] : waitingOptions)],
    examples,
    run: (context, words, values) => orderHost(context, words[0] ?? '', command, make(words, values), part, values),
  };
}

/** Orders something of a host and, unless asked not to, waits until it has come to rest. */
export async function orderHost(
  context: VerbContext,
  host: string,
  name: string,
  args: Record<string, unknown>,
  part: Part,
  options: OptionValues,
): Promise<ExitCode> {
  const { waits, timeoutMs } = waitingOf(options, context.isJson);
  const path = `/v1/hosts/${encodeURIComponent(host)}`;
  const key = randomUUID();
  const accepted = await context.client
    .json<{ host: string; command: string; seq: number }>(`${path}/commands`, {
      method: 'POST',
      key,
      body: { name, args },
    })
    .catch((error: unknown) => {
      throw withWayOut(error, host, name);
    });
  if (!waits || part === 'none') {
    context.print(accepted, () => [`${context.paint.bold(host)}: ordered, stored as _cluster:${accepted.seq}`]);
    return exitCodes.ok;
  }
  const ends = Date.now() + timeoutMs;
  const began = Date.now();
  let told = '';
  const progress = context.isJson ? null : new DrainProgress(context.io, context.paint);
  try {
    for (;;) {
      const shown = await context.client.json<HostShown>(path);
      const value = valueOf(shown.record, part);
      const isSince = shown.seq >= accepted.seq;
      const isAtRest = !value.includes('.');
      const tell = (): void => {
        if (value !== told && isSince) progress?.say(hostStateText(part, value));
      };
      // What the instances did comes before the word that it is over.
      if (!isAtRest) tell();
      if (part === 'maintenance' && isSince) progress?.take(shown.drain);
      if (isAtRest) tell();
      told = value;
      if (isSince && isAtRest) {
        progress?.end();
        return tellEnd(context, host, shown, part, value, Date.now() - began);
      }
      if (Date.now() > ends)
        throw new CliError(exitCodes.timeout, `host ${host} is ${value}; it goes on`, {
          hint: `chronovirt hosts show ${host} tells how far it is`,
        });
      await pause(context, host);
    }
  } finally {
    progress?.end();
  }
}

function tellEnd(
  context: VerbContext,
  host: string,
  shown: HostShown,
  part: Part,
  value: string,
  tookMs: number,
): ExitCode {
  const { paint } = context;
  context.print({ host, state: value, record: shown.record, proof: shown.proof }, () => [
    `${paint.bold(host)} is ${(part === 'maintenance' ? maintenanceEnds[value] : undefined) ?? inWords(value)}, after ${duration(tookMs)}`,
    ...endLines(shown, part),
  ]);
  const isBad = ['barred', 'failed', 'unknown'].includes(value) || (part === 'maintenance' && value === 'drained');
  return isBad ? exitCodes.failed : exitCodes.ok;
}

/** Where a maintenance has come to rest, in a person's words; `drained` is called what it leaves behind. */
const maintenanceEnds: Readonly<Record<string, string>> = { none: 'in use', drained: 'not empty' };

function endLines({ host, record, proof, placed }: HostShown, part: Part): string[] {
  if (record === null) return [];
  const lines: string[] = [];
  if (part === 'reach' && proof !== null) {
    lines.push(`proof: ${proof.kind} (${proofText(proof)})`);
    const held = placed.instances;
    if (held > 0)
      lines.push(
        `${held === 1 ? 'the instance' : `each of the ${held} instances`} that it held may go elsewhere: chronovirt evacuate <instance>`,
      );
    if (record.value === 'fenced')
      lines.push(`to let it run guests again: chronovirt hosts admit ${host}; the proof ends with that`);
  }
  if (part === 'reach' && record.failure !== null)
    lines.push(`${inWords(record.failure.method)} failed: ${record.failure.message}`);
  const { result } = record.parts.maintenance;
  if (part === 'maintenance' && result !== null && record.parts.maintenance.value !== 'none') {
    lines.push(`moved: ${result.moved}`);
    for (const { name, why } of result.except) lines.push(`  ${name} stays: ${withVerbs(why)}`);
    if (result.more > 0) lines.push(`  and ${result.more} more`);
    if (record.parts.maintenance.value === 'drained')
      lines.push(
        `to try again: chronovirt hosts drain ${host}`,
        `to use it again: chronovirt hosts maintenance ${host} off`,
      );
  }
  if (part === 'service' && record.parts.service.value === 'enabled' && record.parts.maintenance.value !== 'none')
    lines.push(`no instances come, for it is in maintenance: chronovirt hosts maintenance ${host} off`);
  if (part === 'power' && record.parts.power?.message) lines.push(record.parts.power.message);
  return lines;
}

function valueOf(record: HostRecordView | null, part: Part): string {
  if (record === null) return 'unknown';
  if (part === 'reach') return record.value;
  if (part === 'power') return record.parts.power?.value ?? 'none';
  return part === 'none' ? '' : record.parts[part].value;
}

async function pause({ io }: VerbContext, host: string): Promise<void> {
  await delay(pollMs, undefined, { signal: io.signal }).catch(() => {
    throw new CliError(exitCodes.timeout, 'no longer followed; the order goes on', {
      hint: `chronovirt hosts show ${host} tells how far it is`,
    });
  });
}

/** A refusal with the orders to give first. */
function withWayOut(error: unknown, host: string, refused: string): unknown {
  const path = error instanceof CliError ? error.problem?.['path'] : null;
  if (!(error instanceof CliError) || !Array.isArray(path) || path.length === 0) return error;
  // What is closed by a maintenance is opened by its end; all else needs the host empty.
  const mode = refused === 'enable' ? 'off' : 'on';
  const line = (name: string): string =>
    `chronovirt hosts ${inKebab(name)} ${host}${name === 'maintenance' ? ` ${mode}` : ''}`;
  const hint = `first: ${(path as string[]).map(line).join(' && ')}`;
  return new CliError(error.exitCode, error.message, { hint, problem: error.problem, cause: error });
}
