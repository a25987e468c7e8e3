/**
 * Writes a link into a host's history in that host's place, by compare-and-set, for a host that does not answer: whoever comes back there
 * reads it first. Only links that take a right away, or end a waiting, are written so; none that lets a host act.
 */
import {
  DriverError,
  MESSAGE_VERSION,
  type CommandId,
  type HostName,
  type Incarnation,
  type InstanceState,
  type InstanceUuid,
  type Link,
  type MessageId,
  type TurnMessage,
} from '@chronovirt/contract';
import { decide, defaultPolicy, MACHINE_VERSION, settled, type Decision } from '@chronovirt/machines';
import { isReadable, whyUnreadable, type Clock, type Journal } from '@chronovirt/runtime';

export interface Writer {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly incarnation: Incarnation;
}

export interface Written {
  /** `turn`: it stands there now, or stood there before. `nothing`: the history takes it no more, and why. */
  readonly decision: Exclude<Decision, { kind: 'answer' }>;
  /** State, sequence and types of events of the message that is the history's last after it; null and none = there is no history. */
  readonly state: InstanceState | null;
  readonly seq: number;
  readonly events: readonly string[];
}

/** Links that take away, or end a waiting. */
export type Writable = Extract<Link, { kind: 'fence' | 'undo' | 'moveOver' | 'confirm' }>;

/**
 * `id` names the writing: one per host, instance and reason, whoever tries it and however often. `command`: the order that it serves, if
 * any.
 */
export async function writeInto(
  { journal, clock, incarnation }: Writer,
  host: HostName,
  instance: InstanceUuid,
  link: Writable,
  { id, cause, command = null }: { id: string; cause: string; command?: CommandId | null },
): Promise<Written> {
  for (;;) {
    const last = await journal.last(host, instance);
    if (last !== null && !isReadable(last))
      throw new DriverError(
        'HISTORY_UNREADABLE',
        `the history on host ${host} cannot be read: ${whyUnreadable(last)?.text}`,
      );
    const state = last === null ? null : settled(last.message.state, last.seq);
    const seq = last?.seq ?? 0;
    const at = Math.max(clock.now(), state?.actor.at ?? 0);
    const decision = decide(
      state,
      { kind: 'link', link },
      { instance, host, at, incarnation, policy: defaultPolicy, facts: { implements: new Set() } },
    );
    if (decision.kind === 'answer') throw new Error('a link is never answered like a command');
    const typesOf = (message: TurnMessage): string[] => message.events.map(({ type }) => type);
    if (decision.kind === 'nothing')
      return { decision, state, seq, events: last === null ? [] : typesOf(last.message) };
    const message: TurnMessage = {
      v: MESSAGE_VERSION,
      id: `${id}.${incarnation}` as MessageId,
      instance,
      host,
      epoch: decision.next.actor.epoch,
      incarnation,
      at,
      by: decision.by,
      command: decision.command ?? command,
      cause: cause.slice(0, 200),
      machine: MACHINE_VERSION,
      events: decision.events,
      state: decision.next,
    };
    const appended = await journal.append(message, seq);
    if (appended.kind === 'stored')
      return {
        decision,
        state: settled(decision.next, appended.seq),
        seq: appended.seq,
        events: typesOf(message),
      };
  }
}
