/**
 * The hosts of the cluster: their histories beside the instances' on the spine, what is heard of them, and the one question that others
 * ask: what proves that a host runs no guest?
 */
import {
  CLUSTER,
  hostTokenOf,
  isHostToken,
  type Command,
  type FenceProof,
  type HostCommandName,
  type HostName,
  type HostOrder,
  type HostReport,
  type HostState,
  type Incarnation,
  type InstanceSpec,
} from '@chronovirt/contract';
import {
  checkHost,
  defaultHostPolicy,
  describeHost,
  fenceProofOf,
  isUnderWay,
  type HostFacts,
  type HostLink,
  type HostRefusal,
} from '@chronovirt/machines';
import {
  isReadable,
  specIn,
  type Clock,
  type CommandReply,
  type Host,
  type Journal,
  type Led,
  type Log,
} from '@chronovirt/runtime';
import type { Placement } from '../cluster/placement.ts';
import type { DrainPicture, DrainStep, FleetPort, OrderReply } from '../http/ports.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import { Drain } from './drain.ts';
import type { FleetConfig } from './fleet-config.ts';
import { hostAggregate } from './host-aggregate.ts';
import { HostExecutor } from './host-executor.ts';
import { HostWatch } from './host-watch.ts';
import type { OrderHost } from './order-host.ts';
import type { runProgram } from './run-program.ts';

export interface FleetOptions {
  /** The spine, before it was started. */
  readonly spine: Host;
  readonly journal: Journal;
  readonly model: ReadModel;
  readonly clock: Clock;
  readonly log: Log;
  readonly incarnation: Incarnation;
  readonly config: FleetConfig;
  readonly order: OrderHost;
  readonly send: (command: Command, seenOn: string) => Promise<OrderReply>;
  readonly placement: (spec: InstanceSpec, not: readonly string[]) => Placement;
  readonly methods: (host: string) => ReadonlySet<string>;
  /** Runs a program of the configuration; as a child process unless said otherwise. */
  readonly program?: typeof runProgram;
}

export class Fleet implements FleetPort {
  readonly #options: FleetOptions;
  readonly #led: Led<HostState, HostOrder, HostLink>;
  readonly #watch: HostWatch;
  readonly #drain: Drain;

  constructor(options: FleetOptions) {
    this.#options = options;
    const { spine, journal, clock, log, config, order } = options;
    this.#drain = new Drain({
      ...options,
      spine: (instance) => spine.state(instance)?.state,
      spec: (host, { actor }) => this.#spec(host, actor.spec),
    });
    this.#led = spine.lead({
      aggregate: hostAggregate({
        policy: {
          ...defaultHostPolicy,
          watchdogMarginMs: config.watchdogMarginMs,
          fenceByWatchdog: config.fenceByWatchdog,
          admitReturning: config.admitReturning,
        },
        facts: (host) => this.#facts(host),
      }),
      executor: new HostExecutor({ ...options, drain: this.#drain }),
      owns: isHostToken,
      onStored: (seq, { state, events }) => this.#tellOf(seq, state, events),
    });
    this.#watch = new HostWatch({
      clock,
      log,
      link: journal.link,
      order,
      lostMs: config.lostMs,
      states: () => this.all(),
      state: (host) => this.state(host)?.state,
      tell: (token, link) => this.#led.link(token, link),
    });
  }

  /** After the spine was started. */
  start(): void {
    this.#watch.start();
  }

  stop(): void {
    this.#watch.stop();
  }

  hear(report: HostReport): void {
    this.#watch.hear(report);
  }

  /**
   * What proves that a host runs no guest, or null. It holds from then until the host's next term is asked for; ask again after whatever
   * was to be made sure of was stored.
   */
  proofOf(host: string): FenceProof | null {
    const known = this.state(host);
    return known === undefined ? null : fenceProofOf(known.state);
  }

  /** The storage that a host shares with others, by what it said last, whether it was heard of by this process or not; null = none. */
  storageOf(host: string): string | null {
    return this.state(host)?.state.context.heard?.sharedStorage ?? null;
  }

  state(host: string): { readonly state: HostState; readonly seq: number } | undefined {
    return this.#led.state(hostTokenOf(host));
  }

  *all(): Iterable<HostState> {
    for (const { state } of this.#led.all()) if (state !== null) yield state;
  }

  /** Why no new instances may come to a host; null = they may, or it has no history yet. */
  whyClosed(host: string): string | null {
    const known = this.state(host)?.state;
    if (known === undefined) return null;
    const { service, maintenance } = known.parts;
    if (known.value !== 'reachable') return describeHost('reach', known.value);
    const isDisabled = service.value === 'disabled' || service.value.startsWith('disabling');
    const why = [
      ...(isDisabled ? [`it is disabled${service.said?.reason ? `: ${service.said.reason}` : ''}`] : []),
      ...(maintenance.value === 'none'
        ? []
        : [`it is in maintenance: ${clause(describeHost('maintenance', maintenance.value))}`]),
    ];
    return why.length === 0 ? null : why.join(', and ');
  }

  /** Resolves with the stored answer. */
  order(order: HostOrder): Promise<CommandReply<HostState>> {
    return this.#led.command(hostTokenOf(order.host), order);
  }

  check(host: string, name: HostCommandName, args: HostOrder['args']): HostRefusal | null {
    const full = this.#options.journal.fill(CLUSTER) >= 0.95;
    return checkHost(this.state(host)?.state ?? null, { name, args }, { ...this.#facts(host), full });
  }

  preview(host: HostName): Promise<DrainStep[]> {
    return this.#drain.preview(host);
  }

  drainOf(host: string): DrainPicture | null {
    return this.#drain.picture(host);
  }

  #facts(host: string): Omit<HostFacts, 'full'> {
    return {
      canFence: this.#options.config.hosts[host as HostName]?.fence !== undefined,
      instances: this.#instancesOn(host),
      reliedOn: this.#isReliedOn(host),
    };
  }

  #instancesOn(host: string): number {
    let count = 0;
    for (const entry of this.#options.model.entries()) if (entry.host === host && !entry.isDeleted) count += 1;
    return count;
  }

  /** An evacuation that has not landed yet rests on the proof that its source runs nothing. */
  #isReliedOn(host: string): boolean {
    for (const { state } of this.#options.spine.instances()) {
      const move = state?.parts.migration;
      if (move?.context.kind === 'evacuate' && move.context.source === host && isUnderWay(move.value)) return true;
    }
    return false;
  }

  async #spec(host: string, seq: number): Promise<InstanceSpec | undefined> {
    const stored = await this.#options.journal.get(host, seq);
    return stored !== null && isReadable(stored) ? specIn(stored.message) : undefined;
  }

  #tellOf(seq: number, state: HostState, events: readonly { type: string; to: string }[]): void {
    const { log } = this.#options;
    const fields = { host: state.host, seq, events: events.map(({ type }) => type), to: state.value };
    if (events.some(({ type }) => type === 'alarmed'))
      log.error({ ...fields, alarm: state.parts.alarm }, 'a host needs a person');
    else log.info(fields, 'host turn stored');
  }
}

/** A sentence as a part of another one. */
const clause = (sentence: string): string =>
  `${sentence.slice(0, 1).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
