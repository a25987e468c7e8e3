/**
 * Moves the instances of a host away, a few at a time, and ends: with the host empty, or with what could not be moved and why. It keeps
 * nothing of its own: which instances are there and what they are doing is looked at anew each time, so a restart goes on where it was.
 */
import {
  ChronovirtError,
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
import { explain, isUnderWay, restingOf, settled } from '@chronovirt/machines';
import { isReadable, sleep, type Clock, type Journal } from '@chronovirt/runtime';
import { explainNone, type Placement } from '../cluster/placement.ts';
import type { DrainStep, OrderReply } from '../http/ports.ts';
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

export class Drain {
  readonly #options: DrainOptions;

  constructor(options: DrainOptions) {
    this.#options = options;
  }

  /** What a drain of that host would do now. Nothing is stored or ordered. */
  async preview(host: HostName): Promise<DrainStep[]> {
    const steps: DrainStep[] = [];
    for (const entry of this.#on(host)) steps.push(await this.#stepOf(entry, host));
    return steps;
  }

  async run(state: HostState, op: number, context: EffectContext): Promise<Record<string, unknown>> {
    const { host, parts } = state;
    const { signal } = context.permit;
    /** Those that this drain has done with; each is ordered once. */
    const done = new Map<string, { name: string; why: string }>();
    const ordered = new Map<string, 'move' | 'confirm'>();
    let moved = 0;
    for (;;) {
      signal.throwIfAborted();
      const here = [...this.#on(host)];
      for (const id of ordered.keys()) {
        if (here.some(({ uuid }) => uuid === id)) continue;
        ordered.delete(id);
        moved += 1;
      }
      const waiting = here.filter(({ uuid }) => !done.has(uuid));
      if (waiting.length === 0) return endOf(here.length, moved, done);
      let busy = waiting.filter(({ uuid }) => this.#isMoving(uuid)).length;
      for (const entry of waiting) {
        if (this.#isMoving(entry.uuid)) continue;
        if (ordered.has(entry.uuid)) {
          // It was ordered, has come to an end, and is still here: what its history says is why.
          ordered.delete(entry.uuid);
          done.set(entry.uuid, { name: entry.name ?? entry.uuid, why: this.#whyItStayed(entry.uuid) });
          continue;
        }
        if (busy >= parts.maintenance.budget) break;
        const step = await this.#stepOf(entry, host);
        if (step.how === null) {
          done.set(entry.uuid, { name: step.name, why: step.why ?? 'it cannot be moved' });
          continue;
        }
        const refusal = await this.#order(entry, step.how, `drain.${host}.${op}.${entry.uuid}`, context);
        if (refusal === null) {
          ordered.set(entry.uuid, 'move');
          busy += 1;
        } else done.set(entry.uuid, { name: step.name, why: refusal });
      }
      await this.#settleArrivals(host, op, context);
      await sleep(this.#options.clock, pauseMs, signal);
      context.progress(`${here.length} instances left`, moved / Math.max(1, moved + here.length));
    }
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

  #isMoving(instance: string): boolean {
    const move = this.#options.spine(instance as InstanceUuid)?.parts.migration;
    const value = this.#options.model.get(instance)?.state ?? '';
    return (
      (move !== undefined && isUnderWay(move.value)) || value.startsWith('migrating.') || value.startsWith('settling.')
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
    const no = (why: string): DrainStep => ({ ...about, how: null, why: why.slice(0, 500) });
    const { journal, spec: specOf, placement, methods } = this.#options;
    const stored = await journal.last(host, entry.uuid);
    if (stored === null || !isReadable(stored)) return no('its history cannot be read');
    const state = settled(stored.message.state, stored.seq);
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
    return { ...about, how: wanted as 'liveMigrate', why: null };
  }

  /** Null = it was taken. */
  async #order(entry: InstanceEntry, name: CommandName, id: string, context: EffectContext): Promise<string | null> {
    context.permit.check();
    const args = name === 'liveMigrate' ? { blockMigration: false } : {};
    const by = { kind: 'operator', name: 'drain' } as const;
    const command = { id, instance: entry.uuid, name, args, by } as unknown as Command;
    try {
      const reply = await this.#options.send(command, entry.host ?? '_cluster');
      if (reply.kind !== 'answer') return reply.message;
      return reply.answer.kind === 'refused' ? reply.answer.fact : null;
    } catch (error) {
      context.permit.signal.throwIfAborted();
      if (error instanceof ChronovirtError) return error.message;
      throw error;
    }
  }

  /** A cold move keeps the files of its source until it is confirmed; a drain wants them gone. */
  async #settleArrivals(host: HostName, op: number, context: EffectContext): Promise<void> {
    for (const entry of this.#on(host)) {
      const move = this.#options.spine(entry.uuid as InstanceUuid)?.parts.migration;
      const isOurs = move?.value === 'landed' && move.context.source === host && entry.state === 'resized';
      if (isOurs) await this.#order(entry, 'confirmResize', `drain.${host}.${op}.${entry.uuid}.confirm`, context);
    }
  }
}

function endOf(
  left: number,
  moved: number,
  done: ReadonlyMap<string, { name: string; why: string }>,
): Record<string, unknown> {
  const all = [...done].map(([instance, { name, why }]) => ({
    instance,
    name: name.slice(0, 64),
    why: why.slice(0, 500),
  }));
  const result: DrainResult = { moved, except: all.slice(0, NAMED), more: Math.max(0, all.length - NAMED) };
  return { isEmpty: left === 0, result };
}
