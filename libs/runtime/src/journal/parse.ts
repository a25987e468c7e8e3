/**
 * Stored bytes -> a message that can be used, or the reason why not. The version is looked at before anything else: a message of a newer
 * writer is not damaged, it needs a newer reader, and a person must be told which.
 */
import {
  HOST_STATE_VERSION,
  hostMessage,
  isHostToken,
  MESSAGE_VERSION,
  STATE_VERSION,
  statelessHostMessage,
  statelessMessage,
  turnMessage,
  type HostMessage,
  type StatelessHostMessage,
  type StatelessMessage,
  type TurnMessage,
} from '@chronovirt/contract';
import type { z } from 'zod';
import type { Stored, Unreadable } from '../ports/journal.ts';
import { compileCheck } from './compiled-check.ts';
import { upcasters as known, type Upcaster } from './upcasters.ts';

/** Where a message lies: the stream's sequence, and host and instance of its subject. */
export interface Place {
  readonly seq: number;
  readonly host: string;
  readonly instance: string;
}

/** Says yes to nearly every message, many times faster than its schema does; the schema has the last word on the others. */
export const messageCheck = compileCheck(turnMessage);

const decoder = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder();

/**
 * Reads a stored message. Never throws: what cannot be read is an `Unreadable` with the raw text beside it. A message that names another
 * host or instance than its subject is none of this history.
 */
export function parseStored(place: Place, bytes: Uint8Array | string, upcasters: readonly Upcaster[] = known): Stored {
  const { seq, host, instance } = place;
  const bad = (unreadable: Unreadable): Stored => ({
    seq,
    host,
    instance,
    unreadable,
    raw: typeof bytes === 'string' ? bytes : lenient.decode(bytes),
  });
  let json: unknown;
  try {
    json = JSON.parse(typeof bytes === 'string' ? bytes : decoder.decode(bytes));
  } catch (error) {
    return bad(notAMessage(`not JSON in UTF-8 (${error instanceof Error ? error.message : String(error)})`));
  }
  const ofHost = isHostToken(instance);
  const stateVersion = ofHost ? HOST_STATE_VERSION : STATE_VERSION;
  const lifted = lift(json, upcasters, stateVersion);
  if ('code' in lifted) return bad(lifted);
  if (isOutdated(lifted.message['state'], stateVersion)) {
    const { state, ...rest } = lifted.message;
    const kept = ofHost
      ? checked<StatelessHostMessage>(rest, statelessHostMessage)
      : checked<StatelessMessage>(rest, statelessMessage);
    const elsewhere = 'code' in kept ? kept : misplaced(kept, place);
    if (elsewhere !== null) return bad(elsewhere);
    const why = outdated((state as { v: number }).v, stateVersion);
    return bad(
      ofHost ? { ...why, hostRest: kept as StatelessHostMessage } : { ...why, rest: kept as StatelessMessage },
    );
  }
  const message = ofHost ? checked<HostMessage>(lifted.message, hostMessage) : checkedTurn(lifted.message);
  if ('code' in message) return bad(message);
  const elsewhere = misplaced(message, place);
  if (elsewhere !== null) return bad(elsewhere);
  if (ofHost) return { seq, host, instance, hostMessage: message as HostMessage };
  return { seq, host, instance, message: message as TurnMessage };
}

/** Why a message that was put together from its events and a folded state is none of this version; null when it is one. */
export function whyNotOfThisVersion(message: TurnMessage | HostMessage): Unreadable | null {
  const found = isHostToken(message.instance)
    ? checked<HostMessage>({ ...message }, hostMessage)
    : checkedTurn({ ...message });
  return 'code' in found ? found : null;
}

function misplaced(
  message: { readonly host: string; readonly instance: string },
  { host, instance }: Place,
): Unreadable | null {
  if (message.host === host && message.instance === instance) return null;
  return notAMessage(`it speaks of ${message.host}/${message.instance} but lies under ${host}/${instance}`);
}

function isOutdated(state: unknown, stateVersion: number): boolean {
  return isRecord(state) && isVersion(state['v']) && state['v'] < stateVersion;
}

function checkedTurn(json: Record<string, unknown>): TurnMessage | Unreadable {
  return messageCheck.accepts(json) ? (json as TurnMessage) : checked<TurnMessage>(json, turnMessage);
}

function checked<M>(json: Readonly<Record<string, unknown>>, schema: z.ZodType<M>): M | Unreadable {
  const { data, error } = schema.safeParse(json);
  if (data !== undefined) return data;
  const [issue] = error?.issues ?? [];
  return notAMessage(`${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'not as expected'}`);
}

function lift(
  json: unknown,
  upcasters: readonly Upcaster[],
  stateVersion: number,
): { message: Record<string, unknown> } | Unreadable {
  if (!isRecord(json)) return notAMessage('expected a JSON object');
  let message = json;
  for (;;) {
    const version = message['v'];
    if (!isVersion(version)) return notAMessage('v: expected the version of the message, a whole number');
    if (version === MESSAGE_VERSION) break;
    const step = upcasters.find(({ from }) => from === version);
    if (version > MESSAGE_VERSION || !step) {
      return unknownVersion(`message version ${version}; this reader knows ${MESSAGE_VERSION}`, version);
    }
    message = { ...step.upcast(message), v: version + 1 };
  }
  const { state } = message;
  if (isRecord(state) && isVersion(state['v']) && state['v'] > stateVersion) {
    return unknownVersion(`state version ${state['v']}; this reader knows ${stateVersion}`, state['v']);
  }
  return { message };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const notAMessage = (text: string): Unreadable => ({ code: 'NOT_A_MESSAGE', text });
const outdated = (version: number, today: number): Unreadable => ({
  code: 'OUTDATED_STATE',
  text: `state version ${version}; this reader knows ${today}, and has to fold the history anew`,
});
const unknownVersion = (text: string, needs: number): Unreadable => ({ code: 'UNKNOWN_VERSION', text, needs });
