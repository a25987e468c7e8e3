/** Sends an order and, unless asked not to, follows it to its end; the one way in which every verb that changes something works. */
import { randomUUID } from 'node:crypto';
import { inOwnWords } from '../api/problems.ts';
import type { Accepted, Explanation, MadeImageView } from '../api/types.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { withVerbs } from '../parse/verb-names.ts';
import { inKebab } from '../parse/words.ts';
import { CliError } from '../cli-error.ts';
import { byteText } from '../output/bytes.ts';
import { say } from '../output/say.ts';
import { duration } from '../output/time.ts';
import type { Option, OptionValues, VerbContext } from '../verbs/verb.ts';
import { followOrder } from './follow-order.ts';
import { Progress } from './progress.ts';
import { waitingOf, waitingOptions, type Waiting } from './waiting.ts';

/** Options of every order. */
export const orderOptions: readonly Option[] = [
  ...waitingOptions,
  { flags: '--watch', description: 'with --json: also print every stored turn as a line of JSON' },
  { flags: '--dry-run', description: 'only say whether it would be taken, and why not' },
];

/** Orders `name` of an instance. */
export async function order(
  context: VerbContext,
  instance: string,
  name: string,
  args: Readonly<Record<string, unknown>>,
  options: OptionValues,
): Promise<ExitCode> {
  const waiting = waitingOf(options, context.isJson);
  if (options['dryRun'] === true) return dryRun(context, instance, name, args);
  const key = randomUUID();
  const path = `/v1/instances/${encodeURIComponent(instance)}`;
  try {
    const accepted =
      name === 'delete'
        ? await context.client.json<Accepted>(path, { method: 'DELETE', key })
        : await context.client.json<Accepted>(`${path}/commands`, { method: 'POST', key, body: { name, args } });
    if (makesPassword.has(name) && args['adminPassword'] === undefined) tellPassword(context, accepted, instance);
    return await waitFor(context, { ...accepted, name: instance }, waiting, doneText[name]);
  } catch (error) {
    throw withPath(inOwnWords(error, optionsOf(args)), instance);
  }
}

/** Orders for which the API makes a password when none is given. */
const makesPassword: ReadonlySet<string> = new Set(['rescue']);

/** Before anything is waited for: whoever stops waiting has it. With --json it stands in what is printed last. */
function tellPassword({ io, paint, isJson }: VerbContext, { adminPassword }: Accepted, instance: string): void {
  if (adminPassword === undefined)
    say(
      io,
      `chronovirt: ${instance}: a password was made, and the answer that told it was lost; chronovirt unrescue ${instance}, and rescue it again`,
    );
  else if (!isJson)
    io.out(`${paint.bold(instance)}: password of the rescue system, shown this once: ${adminPassword}\n`);
}

/** The options by the fields of a command's arguments. */
const optionsOf = (args: Readonly<Record<string, unknown>>): Record<string, string> => ({
  ...Object.fromEntries(Object.keys(args).map((name) => [name, `--${inKebab(name)}`])),
  adminPassword: '--admin-password-file',
  timeoutSeconds: '--grace',
});

/** What orders have done that leave the state as it is. */
const doneText: Readonly<Record<string, string>> = { lock: 'is locked', unlock: 'is unlocked' };

/** Waits for an order that was accepted, or tells that it was. `said`: what is done then, where the state does not tell. */
export async function waitFor(
  context: VerbContext,
  accepted: Accepted & { readonly name: string },
  { waits, timeoutMs, watches }: Waiting,
  said?: string,
): Promise<ExitCode> {
  const { io, paint, isJson } = context;
  const { instance, name, command, host, seq, adminPassword } = accepted;
  const made = adminPassword === undefined ? {} : { adminPassword };
  if (!waits) {
    context.print({ instance, name, command, host, seq, ...made }, () => [
      `${paint.bold(name)}: ordered, stored as ${host}:${seq}`,
    ]);
    return exitCodes.ok;
  }
  const progress = isJson
    ? null
    : new Progress(io, paint, () => context.client.json(`/v1/instances/${instance}/progress`));
  try {
    const { outcome, ...end } = await followOrder(context.client, {
      accepted,
      timeoutMs,
      signal: io.signal,
      onRow: (row) => {
        progress?.row(row);
        if (watches) io.out(`${JSON.stringify(row)}\n`);
      },
      onState: (message) => progress?.state(message),
    });
    progress?.end();
    const place = end.host === '_cluster' || end.state === 'deleted' ? '' : ` on ${end.host}`;
    const done = said === undefined ? '' : `${said}; it `;
    const reached = `${paint.bold(name)} ${done}is ${paint.state(end.state)}${place}, after ${duration(end.tookMs)}`;
    const { kind, text, note } = outcome;
    const noted = note === undefined ? {} : { note };
    context.print({ instance, name, command, outcome: kind, text, ...noted, ...end, ...made }, () =>
      kind === 'reached' ? [reached, ...(note === undefined ? [] : [note]), ...imageLines(end.image)] : [],
    );
    if (outcome.kind !== 'reached' && !isJson) say(io, `chronovirt: ${name}: ${paint.red(outcome.text)}`);
    if (outcome.kind === 'failed' && !isJson) say(io, `see: chronovirt history ${name}   chronovirt explain ${name}`);
    return outcome.exitCode;
  } catch (error) {
    // Nobody can ask for it again.
    if (isJson && adminPassword !== undefined)
      context.print({ instance, name, command, host, seq, adminPassword }, () => []);
    throw error;
  } finally {
    progress?.end();
  }
}

/** What was made, with what `create --image` takes: a name may be given to several images. */
function imageLines(image: MadeImageView | undefined): string[] {
  if (image === undefined) return [];
  return [`made image ${image.name} (${image.format}, ${byteText(image.bytes)}): --image ${image.sha256}`];
}

/** Says whether an order with these arguments would be taken now. */
export async function dryRun(
  context: VerbContext,
  instance: string,
  name: string,
  args: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const explanation = await context.client
    .json<Explanation & { state: string }>(`/v1/instances/${encodeURIComponent(instance)}/commands`, {
      method: 'POST',
      query: { dryRun: true },
      body: { name, args },
    })
    .catch((error: unknown) => {
      throw inOwnWords(error, optionsOf(args));
    });
  context.print(explanation, () => explained(explanation, instance));
  return endOf(explanation);
}

/** What an explanation ends with: as the order itself would, given now. */
export function endOf({ allowed, away }: Explanation): ExitCode {
  if (!allowed) return exitCodes.refused;
  return away === undefined ? exitCodes.ok : exitCodes.rolledBack;
}

/** An explanation as lines. */
export function explained(
  { command, allowed, away, fact, guard, path, state }: Explanation & { state: string },
  instance: string,
): string[] {
  if (allowed && away !== undefined)
    return [`${inKebab(command)} has to wait: ${instance} is ${state}; its host has to do it, and ${away}`];
  if (allowed) return [`${inKebab(command)} would be taken: ${instance} is ${state}`];
  return [
    `${inKebab(command)} would be refused: ${withVerbs(fact ?? '')} (guard ${guard})`,
    ...pathLines(path, instance),
  ];
}

/** What to do first, as commands to type. */
export function pathLines(path: readonly string[] | null | undefined, instance: string): string[] {
  if (path === null || path === undefined || path.length === 0) return [];
  return [`first: ${path.map((name) => `chronovirt ${inKebab(name)} ${instance}`).join(' && ')}`];
}

/** A refusal with the way out. */
function withPath(error: unknown, instance: string): unknown {
  const path = error instanceof CliError ? error.problem?.['path'] : null;
  if (!(error instanceof CliError) || !Array.isArray(path)) return error;
  const [hint = null] = pathLines(path as string[], instance);
  return new CliError(error.exitCode, error.message, { hint, problem: error.problem, cause: error });
}
