/**
 * The spine: the runtime on the pseudo-host `_cluster`, what it hears of the hosts' histories, and the way of a command to its owner.
 * It alone grants epochs.
 */
import {
  CLUSTER,
  type ActorRequest,
  type Asked,
  type Command,
  type Flavor,
  type HostMessage,
  type HostName,
  type Incarnation,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type Link,
  type MigrationState,
  type Role,
  type TurnMessage,
} from '@chronovirt/contract';
import { isMigrationLeaf, isUnderWay, ofMoves, returnedLink, settled } from '@chronovirt/machines';
import {
  Host,
  isOfHost,
  isReadable,
  Specs,
  type Clock,
  type CommandReply,
  type Journal,
  type Log,
  type Stored,
} from '@chronovirt/runtime';
import type { OrderReply } from '../http/ports.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { Claims } from './claims.ts';
import { ClusterExecutor } from './cluster-executor.ts';
import type { Hosts } from '../hosts/hosts.ts';
import { Histories } from './histories.ts';
import type { AskHost, SendToActor } from './host-requests.ts';
import { choose, type Candidate, type Claim, type Placement, type Ratios } from './placement.ts';

/** The read model follows the hosts at once; how long is waited for it, in milliseconds. */
const CATCH_UP_MS = 2_000;

export interface ClusterOptions {
  readonly journal: Journal;
  readonly model: ReadModel;
  readonly hosts: Hosts;
  readonly send: SendToActor;
  readonly incarnation: Incarnation;
  readonly clock: Clock;
  readonly log: Log;
  readonly ask: AskHost;
  /** What proves that a host cannot run anything of before; null = nothing does. */
  readonly proofOf: (host: HostName) => object | null;
  /** The storage that a host shares with others, as it said last; null = none. */
  readonly storageOf: (host: HostName) => string | null;
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
    const { journal, clock, incarnation, log, model, send, ask, proofOf, storageOf, ratios } = options;
    const candidates = (): Iterable<Candidate> => this.#candidates();
    this.spine = new Host({
      host: CLUSTER as HostName,
      incarnation,
      journal,
      clock,
      log,
      proofOf,
      lockOf: (instance, { host, epoch }) => model.get(instance)?.lockOn(host, epoch),
      executor: new ClusterExecutor({
        send,
        candidates,
        moves: {
          histories: new Histories(journal, (listener) => model.onStored(listener)),
          writer: { journal, clock, incarnation },
          send,
          ask,
          candidates,
          proofOf,
          storageOf,
          ...(ratios && { ratios }),
        },
        ...(ratios && { ratios }),
        onPlaced: ({ spec }, host) => this.#claims.take(spec.uuid, host, spec.flavor),
      }),
      onStored: (seq, { instance, command, events, state }) => {
        const types = events.map(({ type }) => type);
        log.info(
          { host: CLUSTER, instance, command, seq, op: state.actor.op, events: types, to: state.value },
          'turn stored',
        );
        this.#stored(instance, state);
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
      const uuid = entry.uuid as InstanceUuid;
      const granted = this.spine.state(uuid)?.state.actor.role;
      if (granted?.kind === 'granted' || this.#isUnreadableHere(uuid)) this.#claim(uuid);
      if (granted?.kind !== 'granted') continue;
      const there = entry.of(granted.host);
      if (there !== undefined && there.epoch > granted.epoch) await this.#hearLast(granted.host, entry.uuid);
      const waits = there?.role === 'owner' && isAsking(there.view?.state ?? '');
      if ((there?.role === 'closed' || waits) && there?.epoch === granted.epoch)
        await this.#hearLast(granted.host, entry.uuid);
    }
  }

  /** Who would be sent a command: a host, or the spine. `seenOn`: where the read model saw the instance last. */
  taker({ name, instance }: Pick<Command, 'name' | 'instance'>, seenOn: string): string {
    if (name === 'create' || ofMoves.has(name)) return CLUSTER;
    const state = this.spine.state(instance)?.state;
    if (state === undefined) return seenOn;
    const { role, due } = state.actor;
    const { migration } = state.parts;
    // While it moves it has no single host that could be told.
    if (name === 'delete' && migration !== undefined && isUnderWay(migration.value)) return CLUSTER;
    // A host that is proved to run nothing is not waited for.
    if (name === 'delete' && role.kind === 'granted' && this.#options.proofOf(role.host) !== null) return CLUSTER;
    // Until the host has taken the order the spine answers for it: a delete must not wait for a host that may never come.
    if (role.kind === 'granted' && !due.some(({ method }) => method === 'order')) return role.host;
    return CLUSTER;
  }

  /** Brings a command to the actor that owns its instance; a create, and whatever no host owns, to the spine. */
  async send(command: Command, seenOn: string): Promise<OrderReply> {
    const host = this.taker(command, seenOn);
    if (host === CLUSTER) {
      await this.#knowLock(command);
      return asAnswer(await this.spine.command(command));
    }
    const { send, patienceMs = 10_000 } = this.#options;
    const request: ActorRequest = { kind: 'command', command };
    const reply = await send(host, command.instance, request, { patienceMs, signal: this.#closing.signal });
    if (reply.kind === 'unreachable') {
      const fate = reply.taken
        ? 'whether it took the command is not known: send it again with the same id'
        : 'nothing was done';
      return { kind: 'unreachable', host, taken: reply.taken, message: `host ${host} is unreachable; ${fate}` };
    }
    return asAnswer(reply);
  }

  /** A lock lies with the host that has the instance: what that has stored of it is to be known here before the spine decides. */
  async #knowLock({ instance, by }: Command): Promise<void> {
    const role = this.spine.state(instance)?.state.actor.role;
    if (by.kind !== 'user' || role?.kind !== 'granted') return;
    const { journal, model } = this.#options;
    const last = await journal.last(role.host, instance);
    if (last !== null) await model.reached(new Map([[role.host, last.seq]]), CATCH_UP_MS, this.#closing.signal);
  }

  /** What instances take of a host, as placement counts it. */
  claimedOn(host: string): Claim {
    return this.#claims.of(host);
  }

  async stop(): Promise<void> {
    this.#stopListening();
    this.#closing.abort(new Error('the coordinator stops'));
    await this.spine.stop();
  }

  /** Where an instance could go that leaves a host. */
  placement(spec: InstanceSpec, not: readonly string[]): Placement {
    const ask = { only: null, not, because: 'it is to leave that one' };
    return choose(spec, this.#candidates(), ask, this.#options.ratios);
  }

  *#candidates(): Iterable<Candidate> {
    for (const { report, alive, closed } of this.#options.hosts.all())
      yield { report, alive, closed, claimed: this.#claims.of(report.host) };
  }

  #stored(instance: InstanceUuid, { actor: { role }, parts: { migration } }: InstanceState): void {
    this.#claim(instance, { role, migration });
    if (role.kind !== 'granted' || migration === undefined) return;
    // An owner may have asked for another move before this one's end was stored.
    if (!isMigrationLeaf(migration.value)) void this.#hearLast(role.host, instance);
  }

  /** What an instance claims goes with it: where it is, and on the other host of a move that may still need the room there. */
  #claim(instance: InstanceUuid, now = this.#standing(instance)): void {
    const { role, migration } = now;
    const move = migration !== undefined && isUnderWay(migration.value) ? migration.context : null;
    if (role?.kind !== 'granted') {
      this.#claims.release(instance);
      this.#claims.release(moveClaim(instance));
      return;
    }
    const entry = this.#options.model.get(instance);
    const sizeOn = (host: string): Flavor | null =>
      entry?.of(host)?.spec?.flavor ?? entry?.segment?.spec?.flavor ?? null;
    const wanted = (move?.request['flavor'] as Flavor | undefined) ?? null;
    const isThere = move !== null && move.destination === role.host;
    const size = (isThere ? wanted : null) ?? sizeOn(role.host);
    // Before the read model knows of it the claim of its placement stands.
    if (size !== null) this.#claims.take(instance, role.host, size);
    const other = move === null ? null : !isThere ? move.destination : move.kind === 'cold' ? move.source : null;
    const room = other === null ? null : other === move?.destination ? (wanted ?? size) : sizeOn(other);
    if (other !== null && room !== null) this.#claims.take(moveClaim(instance), other, room);
    else this.#claims.release(moveClaim(instance));
  }

  /** Where the spine's own record of it cannot be read, what the hosts' histories say of it counts alone. */
  #standing(instance: InstanceUuid): { role?: Role; migration?: MigrationState | undefined } {
    const entry = this.#options.model.get(instance);
    if (entry !== undefined && this.#isUnreadableHere(instance)) {
      const { segment, isDeleted } = entry;
      const isHeld = segment !== undefined && segment.host !== CLUSTER && segment.role === 'owner' && !isDeleted;
      return isHeld ? { role: { kind: 'granted', host: segment.host as HostName, epoch: segment.epoch } } : {};
    }
    const state = this.spine.state(instance)?.state;
    return state === undefined ? {} : { role: state.actor.role, migration: state.parts.migration };
  }

  #isUnreadableHere(instance: InstanceUuid): boolean {
    return (this.#options.model.get(instance)?.of(CLUSTER)?.halted ?? null) !== null;
  }

  #hear(stored: Stored): void {
    if (isOfHost(stored)) this.#hearOfHost(stored.hostMessage);
    if (stored.host === CLUSTER || !isReadable(stored)) return;
    const { state, instance, events } = stored.message;
    // Its size may have changed there; and of one that the spine cannot read, nobody else tells what becomes of it.
    if (events.some(({ data }) => data?.['spec'] !== undefined) || this.#isUnreadableHere(instance))
      this.#claim(instance);
    if (state.actor.role.kind === 'owner' && isAsking(state.value)) this.#hearAsking(stored.message, stored.seq);
    if (state.actor.role.kind === 'closed') this.#hearEnd(stored.message, stored.seq);
    if (state.actor.role.kind === 'closed' || state.actor.role.kind === 'remnant')
      this.#hearFencedOut(stored.message, stored.seq);
  }

  /** From when a host is let in again nothing proves any more that it runs nothing: what was fenced there and is nobody's is its own again. */
  #hearOfHost({ state: { host }, events }: HostMessage): void {
    if (!events.some(({ type }) => type === 'giveTerm.requested')) return;
    for (const entry of this.#options.model.entries()) {
      const there = entry.of(host);
      if (there?.role === 'remnant' || there?.role === 'closed') void this.#hearLast(host, entry.uuid);
    }
  }

  /**
   * A host was fenced out of an instance that was granted to nobody else: it was given up for ever. Once it is there again it has the
   * instance back; its disks may be the only ones.
   */
  #hearFencedOut({ host, instance, state }: TurnMessage, seq: number): void {
    const role = this.spine.state(instance)?.state.actor.role;
    const { epoch } = state.actor;
    if (role?.kind !== 'granted' || role.host !== host || role.epoch >= epoch || state.value === 'deleted') return;
    if (this.#options.proofOf(host) !== null) return;
    const goingAway = state.value.startsWith('deleting.');
    void this.#tellSpine(instance, { kind: 'readmitted', host, epoch, seq, goingAway });
  }

  /** An owner waits for the cluster to carry out what it was ordered. */
  #hearAsking(message: TurnMessage, seq: number): void {
    const { context, actor } = message.state;
    const asked = {
      kind: 'asked',
      host: message.host,
      epoch: actor.epoch,
      seq,
      op: actor.op,
      what: context.request['what'],
      origin: context.origin ?? 'running',
      request: context.request,
      command: message.command,
      by: message.by,
    } as Asked;
    void this.#tellSpine(message.instance, asked);
  }

  async #tellSpine(instance: InstanceUuid, link: Link): Promise<void> {
    const { log } = this.#options;
    try {
      const reply = await this.spine.link(instance, link);
      if (reply.kind === 'error') log.warn({ instance, ...reply }, 'a host asks for what the spine does not take');
    } catch (error) {
      log.error({ instance, error: String(error) }, 'what a host asked could not be taken');
    }
  }

  /** A host's history ended its part: the spine takes the instance back, or closes with it. */
  #hearEnd(message: TurnMessage, seq: number): void {
    // The fence that withdrew an order tells nothing new: its effect has an outcome of its own. A record that cannot be read takes nothing.
    if (message.events.some(({ type }) => type === 'fence') || this.#isUnreadableHere(message.instance)) return;
    const instance = message.instance;
    const spec = this.spine.spec(instance);
    void spec
      .then(async (known) => {
        const state = settled(message.state, seq);
        const tried = [...state.context.hostsTried, message.host];
        const retry =
          choose(known, this.#candidates(), { only: null, not: tried }, this.#options.ratios).kind === 'placed';
        return this.spine.link(
          instance,
          returnedLink(
            state,
            { host: message.host, seq, command: message.command },
            retry,
            await this.#shelved(state, message),
          ),
        );
      })
      .catch((error: unknown) =>
        this.#options.log.error({ instance, error: String(error) }, 'what a host gave back could not be taken'),
      );
  }

  /** What an offloaded instance is made from by now: its host's history says it, the spine's does not. */
  async #shelved({ value, actor }: InstanceState, { host, instance }: TurnMessage): Promise<InstanceSpec | undefined> {
    return value === 'offloaded' ? new Specs(this.#options.journal, host).load(instance, actor.spec) : undefined;
  }

  async #hearLast(host: string, instance: string): Promise<void> {
    const last = await this.#options.journal.last(host, instance);
    if (last !== null) this.#hear(last);
  }
}

/** Whether an owner waits for the cluster to take up what it was ordered. */
function isAsking(value: string): boolean {
  return value === 'migrating.plan' || value === 'settling.plan';
}

/** Under which a move claims its destination, beside what the instance claims where it is. */
function moveClaim(instance: InstanceUuid): string {
  return `${instance}/move`;
}

function asAnswer(reply: CommandReply): OrderReply {
  if (reply.kind === 'linked')
    return { kind: 'error', code: 'REPLY_UNREADABLE', message: 'a command was answered as a link' };
  return reply;
}
