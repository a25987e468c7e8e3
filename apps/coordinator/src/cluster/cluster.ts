/**
 * The spine: the runtime on the pseudo-host `_cluster`, what it hears of the hosts' histories, and the way of a command to its owner.
 * It alone grants epochs.
 */
import {
  CLUSTER,
  type ActorRequest,
  type Command,
  type HostName,
  type Incarnation,
  type InstanceUuid,
} from '@chronovirt/contract';
import { returnedLink, settled } from '@chronovirt/machines';
import {
  Host,
  isReadable,
  type Clock,
  type CommandReply,
  type Journal,
  type Log,
  type Stored,
} from '@chronovirt/runtime';
import type { OrderReply } from '../http/ports.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { Claims } from './claims.ts';
import { ClusterExecutor, type SendToActor } from './cluster-executor.ts';
import type { Hosts } from './hosts.ts';
import { choose, type Candidate, type Ratios } from './placement.ts';

export interface ClusterOptions {
  readonly journal: Journal;
  readonly model: ReadModel;
  readonly hosts: Hosts;
  readonly send: SendToActor;
  readonly incarnation: Incarnation;
  readonly clock: Clock;
  readonly log: Log;
  readonly ratios?: Ratios;
  /** How long a command waits for its host to take it, in milliseconds. */
  readonly patienceMs?: number;
  readonly onSuperseded?: (why: string) => void;
}

export class Cluster {
  readonly spine: Host;
  readonly #options: ClusterOptions;
  readonly #claims = new Claims();
  readonly #closing = new AbortController();
  #stopListening: () => void = () => {};

  constructor(options: ClusterOptions) {
    this.#options = options;
    const { journal, clock, incarnation, log } = options;
    this.spine = new Host({
      host: CLUSTER as HostName,
      incarnation,
      journal,
      clock,
      log,
      executor: new ClusterExecutor({
        journal,
        clock,
        incarnation,
        send: options.send,
        candidates: () => this.#candidates(),
        ...(options.ratios && { ratios: options.ratios }),
        onPlaced: ({ spec }, host) => this.#claims.take(spec.uuid, host, spec.flavor),
      }),
      onStored: (_seq, { instance, state }) => {
        if (state.actor.role.kind !== 'granted') this.#claims.release(instance);
      },
      onSuperseded: (message) => options.onSuperseded?.(`a newer coordinator has taken over (${message.incarnation})`),
    });
  }

  /** Recovers the spine. The read model has to be started before: claims and returns that were missed are taken from it. */
  async start(): Promise<void> {
    const { model } = this.#options;
    this.#stopListening = model.onStored((stored) => this.#hear(stored));
    await this.spine.start();
    for (const entry of model.entries()) {
      const granted = this.spine.state(entry.uuid as InstanceUuid)?.state.actor.role;
      if (granted?.kind !== 'granted') continue;
      const size = entry.segment?.spec?.flavor ?? null;
      if (size !== null) this.#claims.take(entry.uuid as InstanceUuid, granted.host, size);
      const there = entry.of(granted.host);
      if (there?.role === 'closed' && there.epoch === granted.epoch) await this.#hearLast(granted.host, entry.uuid);
    }
  }

  /** Brings a command to the actor that owns its instance; a create, and whatever no host owns, to the spine. */
  async send(command: Command, seenOn: string): Promise<OrderReply> {
    const host = this.#ownerOf(command, seenOn);
    if (host === CLUSTER) return asAnswer(await this.spine.command(command));
    const { send, patienceMs = 10_000 } = this.#options;
    const request: ActorRequest = { kind: 'command', command };
    const reply = await send(host, command.instance, request, { patienceMs, signal: this.#closing.signal });
    if (reply.kind === 'unreachable') {
      const fate = reply.taken
        ? 'whether it took the command is not known: send it again with the same id'
        : 'nothing was done';
      return { kind: 'unreachable', host, message: `host ${host} is unreachable; ${fate}` };
    }
    return asAnswer(reply);
  }

  async stop(): Promise<void> {
    this.#stopListening();
    this.#closing.abort(new Error('the coordinator stops'));
    await this.spine.stop();
  }

  #ownerOf({ name, instance }: Command, seenOn: string): string {
    if (name === 'create') return CLUSTER;
    const state = this.spine.state(instance)?.state;
    if (state === undefined) return seenOn;
    const { role, due } = state.actor;
    // Until the host has taken the order the spine answers for it: a delete must not wait for a host that may never come.
    if (role.kind === 'granted' && !due.some(({ method }) => method === 'order')) return role.host;
    return CLUSTER;
  }

  *#candidates(): Iterable<Candidate> {
    for (const { report, alive } of this.#options.hosts.all())
      yield { report, alive, claimed: this.#claims.of(report.host) };
  }

  /** A host's history ended its part: the spine takes the instance back, or closes with it. */
  #hear(stored: Stored): void {
    if (stored.host === CLUSTER || !isReadable(stored) || stored.message.state.actor.role.kind !== 'closed') return;
    const { message, seq } = stored;
    // The fence that withdrew an order tells nothing new: its effect has an outcome of its own.
    if (message.events.some(({ type }) => type === 'fence')) return;
    const instance = message.instance;
    const spec = this.spine.spec(instance);
    void spec
      .then((known) => {
        const state = settled(message.state, seq);
        const tried = [...state.context.hostsTried, message.host];
        const retry =
          choose(known, this.#candidates(), { only: null, not: tried }, this.#options.ratios).kind === 'placed';
        return this.spine.link(
          instance,
          returnedLink(state, { host: message.host, seq, command: message.command }, retry),
        );
      })
      .catch((error: unknown) =>
        this.#options.log.error({ instance, error: String(error) }, 'what a host gave back could not be taken'),
      );
  }

  async #hearLast(host: string, instance: string): Promise<void> {
    const last = await this.#options.journal.last(host, instance);
    if (last !== null) this.#hear(last);
  }
}

function asAnswer(reply: CommandReply): OrderReply {
  if (reply.kind === 'linked')
    return { kind: 'error', code: 'REPLY_UNREADABLE', message: 'a command was answered as a link' };
  return reply;
}
