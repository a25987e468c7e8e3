/**
 * Moves the instances of a host away, a few at a time, and ends: with the host empty, or with what could not be moved and why. It keeps
 * nothing of its own: which instances are there and what they are doing is looked at anew each time, so a restart goes on where it was.
 */
import {
  ChronovirtError,
  CLUSTER,
  hostTokenOf,
  type Command,
  type CommandName,
  type DrainResult,
  type EffectContext,
  type HostName,
  type HostState,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
} from '@chronovirt/contract';
import { explain, isMigrationLeaf, restingOf, settled } from '@chronovirt/machines';
import { isOfHost, isReadable, sleep, type Clock, type Journal } from '@chronovirt/runtime';
import { explainNone, type Placement } from '../cluster/placement.ts';
import type { DrainPicture, DrainStep, OrderReply } from '../http/ports.ts';
import type { InstanceEntry } from '../read-model/instance-entry.ts';
import type { ReadModel } from '../read-model/read-model.ts';

export interface DrainOptions {
  readonly journal: Journal;
  readonly model: ReadModel;
  readonly clock: Clock;
  readonly send: (command: Command, seenOn: string) => Promise<OrderReply>;
  /** State of an instance on the spine. */
  readonly spine: (instance: InstanceUuid) => InstanceState | undefined;
  readonly spec: (host: string, state: InstanceState) => Promise<InstanceSpec | undefined>;
  /** Where it could go, besides `not`. */
  readonly placement: (spec: InstanceSpec, not: readonly string[]) => Placement;
  /** Driver methods of a host, as it reports. */
  readonly methods: (host: string) => ReadonlySet<string>;
}

const NAMED = 100;
const pauseMs = 500;
/** How long what is left of one that has gone is waited for before it counts as what stays. */
const LEAVING_MS = 60_000;

/** What a drain has done with, by instance, and why it stayed. */
type Stayed = Map<string, { readonly name: string; readonly why: string }>;

export class Drain {
  readonly #options: DrainOptions;
  readonly #pictures = new Map<string, DrainPicture>();

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** How far the drain of that host is; null while none runs. To be looked at, never stored. */
  picture(host: string): DrainPicture | null {
    return this.#pictures.get(host) ?? null;
  }

  /** What a drain of that host would do now. Nothing is stored or ordered. */
  async preview(host: HostName): Promise<DrainStep[]> {
    const steps: DrainStep[] = [];
    for (const entry of this.#on(host)) steps.push(await this.#stepOf(entry, host));
    return steps;
  }

  async run(state: HostState, op: number, context: EffectContext): Promise<Record<string, unknown>> {
    try {
      return await this.#run(state, op, context);
    } finally {
      this.#pictures.delete(state.host);
    }
  }

  async #run(state: HostState, op: number, context: EffectContext): Promise<Record<string, unknown>> {
    const { host, parts } = state;
    const { signal } = context.permit;
    /** Those that this drain has done with; each is ordered once. */
    const done: Stayed = new Map();
    /** Ordered to leave, and where in the host's stream that is stored. */
    const ordered = new Map<string, number>();
    /** Since when what is left of one that has gone is in the way, on the clock's monotonic time. */
    const leaving = new Map<string, number>();
    /** Those that have left since the drain was ordered. */
    const moved = this.#movedSince(await this.#orderedAt(host, op), host);
    let before: readonly InstanceEntry[] = [];
    for (;;) {
      signal.throwIfAborted();
      const here = [...this.#on(host)];
      const ids = new Set(here.map(({ uuid }) => uuid));
      for (const { uuid, isDeleted } of before) if (!ids.has(uuid) && !isDeleted) moved.add(uuid);
      for (const id of ids) moved.delete(id);
      for (const id of ordered.keys()) if (!ids.has(id)) ordered.delete(id);
      for (const id of done.keys()) if (!ids.has(id)) done.delete(id);
      before = here;
      const waiting = here.filter(({ uuid }) => !done.has(uuid));
      if (waiting.length === 0) return endOf(here.length, moved.size, done);
      const isOnItsWay = (entry: InstanceEntry): boolean =>
        entry.host !== host || ordered.has(entry.uuid) || this.#isMoving(entry.uuid);
      const tell = (): void => {
        const left = waiting.filter(({ uuid }) => !done.has(uuid));
        const moving = left.filter(isOnItsWay).map(({ uuid }) => uuid);
        const picture = { moved: moved.size, waiting: left.length - moving.length, moving, stayed: stayedIn(done) };
        this.#pictures.set(host, picture);
      };
      tell();
      let busy = waiting.filter(isOnItsWay).length;
      for (const entry of waiting) {
        const { uuid } = entry;
        const stays = (why: string): void => void done.set(uuid, { name: entry.name ?? uuid, why });
        if (this.#isMoving(uuid)) continue;
        if (entry.host !== host) {
          const why = await this.#seeOff(entry, host, op, context);
          const now = this.#options.clock.monotonic();
          const since = leaving.get(uuid) ?? now;
          leaving.set(uuid, since);
          if (now - since > LEAVING_MS) stays(why);
          continue;
        }
        const orderedAt = ordered.get(uuid);
        if (orderedAt !== undefined) {
          // The read model may not have come so far yet.
          if ((entry.of(host)?.seq ?? 0) < orderedAt) continue;
          ordered.delete(uuid);
          // It was ordered, has come to an end, and is still here: what its history says is why.
          stays(this.#whyItStayed(uuid));
          continue;
        }
        if (busy >= parts.maintenance.budget) continue;
        const step = await this.#stepOf(entry, host);
        if (step.how === null) {
          stays(step.why ?? 'it cannot be moved');
          continue;
        }
        const answer = await this.#order(entry, step.how, `drain.${host}.${op}.${uuid}`, context);
        if (typeof answer === 'string') {
          stays(answer);
          continue;
        }
        ordered.set(uuid, answer);
        busy += 1;
      }
      tell();
      await sleep(this.#options.clock, pauseMs, signal);
    }
  }

  /** Where in the spine's stream it lies that the drain was ordered. */
  async #orderedAt(host: HostName, op: number): Promise<number> {
    let found = 0;
    for await (const stored of this.#options.journal.read(CLUSTER, hostTokenOf(host)))
      if (
        isOfHost(stored) &&
        stored.hostMessage.events.some((event) => event.type === 'drain.requested' && event.op === op)
      )
        found = stored.seq;
    return found;
  }

  /** Those whose move away from there came to its end on the spine after a message of it: a restart knows of them by that alone. */
  #movedSince(seq: number, host: HostName): Set<string> {
    const found = new Set<string>();
    for (const entry of this.#options.model.entries()) {
      const move = this.#options.spine(entry.uuid as InstanceUuid)?.parts.migration;
      if (move?.value !== 'done' || move.context.source !== host || entry.isDeleted) continue;
      if ((entry.of(CLUSTER)?.seq ?? 0) > seq) found.add(entry.uuid);
    }
    return found;
  }

  /** Instances that this host holds, or whose files it keeps for a cold move that was not confirmed yet. */
  *#on(host: string): Iterable<InstanceEntry> {
    for (const entry of this.#options.model.entries()) {
      if (entry.isDeleted) continue;
      const there = entry.of(host);
      if (there === undefined) continue;
      if (entry.host === host || there.role === 'kept' || there.role === 'remnant') yield entry;
    }
  }

  /** A move is at work. One that has landed is not: somebody has to confirm it or turn it back. */
  #isMoving(instance: string): boolean {
    const move = this.#options.spine(instance as InstanceUuid)?.parts.migration;
    const value = this.#options.model.get(instance)?.state ?? '';
    return (
      (move !== undefined && isMigrationLeaf(move.value)) ||
      value.startsWith('migrating.') ||
      value.startsWith('settling.')
    );
  }

  #whyItStayed(instance: string): string {
    const failure = this.#options.spine(instance as InstanceUuid)?.parts.migration?.context.failure ?? null;
    return failure === null
      ? 'its move ended with it where it was'
      : `${failure.code}: ${failure.message}`.slice(0, 500);
  }

  async #stepOf(entry: InstanceEntry, host: HostName): Promise<DrainStep> {
    const about = { instance: entry.uuid, name: entry.name ?? entry.uuid, state: entry.state ?? 'unknown' };
    let lockedBy: string | null = null;
    const no = (why: string): DrainStep => ({ ...about, how: null, why: why.slice(0, 500), lockedBy });
    const { journal, spec: specOf, placement, methods } = this.#options;
    const stored = await journal.last(host, entry.uuid);
    if (stored === null || !isReadable(stored)) return no('its history cannot be read');
    const state = settled(stored.message.state, stored.seq);
    const { lock } = state.parts;
    // A lock keeps its owner's mistakes out, and no operator: the order that a drain gives is one's.
    if (lock !== null) lockedBy = `${lock.holder === 'admin' ? 'operator ' : ''}${lock.name}`;
    const at = restingOf(state.value);
    if (at === null) return no(`it is ${state.value}; wait for its end`);
    const spec = await specOf(host, state);
    if (spec === undefined) return no('what it is made from cannot be read');
    const wanted: CommandName = at === 'running' || at === 'paused' ? 'liveMigrate' : 'coldMigrate';
    const facts = { implements: methods(host) };
    const answer = explain(state, wanted, { host, facts, spec, by: { kind: 'operator' } });
    if (!answer.allowed) return no(answer.fact);
    const place = placement(spec, [host]);
    if (place.kind === 'none') return no(explainNone(place.reasons));
    return { ...about, how: wanted as 'liveMigrate', why: null, lockedBy };
  }

  /** Where it is stored that it was taken; else why it was not. */
  async #order(entry: InstanceEntry, name: CommandName, id: string, context: EffectContext): Promise<string | number> {
    context.permit.check();
    const by = { kind: 'operator', name: 'drain' } as const;
    const command = { id, instance: entry.uuid, name, args: {}, by } as unknown as Command;
    try {
      const reply = await this.#options.send(command, entry.host ?? '_cluster');
      if (reply.kind !== 'answer') return reply.message;
      return reply.answer.kind === 'refused' ? reply.answer.fact : reply.answer.seq;
    } catch (error) {
      context.permit.signal.throwIfAborted();
      if (error instanceof ChronovirtError) return error.message;
      throw error;
    }
  }

  /**
   * It has left, and something of it is still here: what is being cleared away, or the files of a cold move, which stay until it is
   * confirmed; a drain wants them gone. Says what they wait for.
   */
  async #seeOff(entry: InstanceEntry, host: HostName, op: number, context: EffectContext): Promise<string> {
    const move = this.#options.spine(entry.uuid as InstanceUuid)?.parts.migration;
    const isOurs = move?.value === 'landed' && move.context.source === host && entry.state === 'resized';
    if (!isOurs) return 'it has left, and what was left of it is not cleared away yet';
    const answer = await this.#order(entry, 'confirmResize', `drain.${host}.${op}.${entry.uuid}.confirm`, context);
    return `its move to ${entry.host} is not confirmed: ${typeof answer === 'string' ? answer : 'it was ordered, and is not done yet'}`;
  }
}

const stayedIn = (done: Readonly<Stayed>): DrainResult['except'] =>
  [...done].map(([instance, { name, why }]) => ({ instance, name: name.slice(0, 64), why: why.slice(0, 500) }));

function endOf(left: number, moved: number, done: Readonly<Stayed>): Record<string, unknown> {
  const all = stayedIn(done);
  const result: DrainResult = { moved, except: all.slice(0, NAMED), more: Math.max(0, all.length - NAMED) };
  return { isEmpty: left === 0, result };
}
