/** The hosts of a cluster in memory as the coordinator hears them: their reports, the orders that they take, the watchdogs beside them. */
import type { HostName, HostOrder, HostReport, HostState } from '@chronovirt/contract';
import { silentLog, UpToDateJournal, type CommandReply } from '@chronovirt/runtime';
import type { SimulatedClock } from '@chronovirt/testing/sim';
import { Fleet } from '../hosts/fleet.ts';
import { fleetConfig, type FleetConfig } from '../hosts/fleet-config.ts';
import { HostSilentError, type OrderHost } from '../hosts/order-host.ts';
import type { Coordinator, WorldAgent } from './world-processes.ts';

/** What a test may choose of the coordinator's `fleet`. */
export type FleetChoice = Partial<FleetConfig>;

/** What the fleet needs of the world that it is in. */
export interface FleetWorld {
  readonly clock: SimulatedClock;
  readonly names: Iterable<string>;
  readonly cutOff: ReadonlySet<string>;
  agent(name: string): WorldAgent | null;
  /** What an agent of that host reports now. */
  reportOf(name: string, agent: WorldAgent): HostReport;
  losePower(name: string): void;
  pause(ms: number): Promise<void>;
}

const beatMs = 1_000;

export class WorldFleet {
  readonly config: FleetConfig;
  readonly #world: FleetWorld;
  #orders = 0;

  constructor(world: FleetWorld, choice: FleetChoice) {
    this.#world = world;
    this.config = { ...fleetConfig.parse({}), ...choice };
  }

  /** To be made before the spine is started; `begin` after it. */
  make(coordinator: Omit<Coordinator, 'fleet' | 'sweep'>, incarnation: FleetOptionsOf['incarnation']): Fleet {
    const { cluster, model, hosts, fate } = coordinator;
    const fleet = new Fleet({
      spine: cluster.spine,
      journal: fate.journal(new UpToDateJournal(coordinator.journal, silentLog)),
      model,
      clock: fate.clock(this.#world.clock),
      log: silentLog,
      incarnation,
      config: this.config,
      order: (host, method, args, options) => fate.outlive(this.#order(host, method, args, options)),
      send: (command, seenOn) => cluster.send(command, seenOn),
      placement: (spec, not) => cluster.placement(spec, not),
      // A fence command of this world takes the power away.
      program: async ({ command }, host) => {
        if (command[0] === 'off') this.#world.losePower(host);
        return 'done';
      },
      methods: (host) => new Set(hosts.all().find(({ report }) => report.host === host)?.report.implements),
    });
    hosts.closedBy((host) => fleet.whyClosed(host));
    return fleet;
  }

  /** Every host whose agent lives and is connected reports from now on. */
  begin({ fate, hosts, journal }: Omit<Coordinator, 'fleet' | 'sweep'>, fleet: Fleet): void {
    fleet.start();
    const round = (): void => {
      for (const report of journal.link.up() ? this.#reports() : []) {
        hosts.hear(report);
        fleet.hear(report);
      }
      fate.clock(this.#world.clock).after(beatMs, round);
    };
    round();
  }

  /** Orders something of a host, and lets time pass until the answer is stored. */
  order(
    fleet: Fleet,
    host: string,
    name: HostOrder['name'],
    args: HostOrder['args'] = {},
  ): Promise<CommandReply<HostState>> {
    const id = `order-${++this.#orders}` as HostOrder['id'];
    const by = { kind: 'operator', name: 'grace' } as const;
    return this.#world.clock.settle(fleet.order({ id, host: host as HostName, name, args, by }));
  }

  *#reports(): Iterable<HostReport> {
    for (const name of this.#world.names) {
      const agent = this.#reachable(name);
      if (agent !== null && agent.host.standing !== null) yield this.#world.reportOf(name, agent);
    }
  }

  #reachable(name: string): WorldAgent | null {
    const agent = this.#world.agent(name);
    const isThere = agent !== null && !agent.fate.frozen && !this.#world.cutOff.has(name) && agent.journal.link.up();
    return isThere ? agent : null;
  }

  async #order(
    host: string,
    method: Parameters<OrderHost>[1],
    args: Parameters<OrderHost>[2],
    { patienceMs, signal }: Parameters<OrderHost>[3],
  ): Promise<Record<string, unknown>> {
    const end = this.#world.clock.monotonic() + patienceMs;
    for (let taken = false; ;) {
      const agent = this.#reachable(host);
      if (agent !== null) {
        taken = true;
        const first = await Promise.race([this.#carryOut(agent, method, args), this.#untilGone(host, end)]);
        if (first !== 'silent') return first;
      }
      signal.throwIfAborted();
      if (this.#world.clock.monotonic() >= end) throw new HostSilentError(host, taken);
      await this.#world.pause(200);
    }
  }

  async #carryOut(
    { host, incarnation }: WorldAgent,
    method: string,
    args: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> {
    if (method === 'confirm') await host.confirm();
    if (method === 'standDown') {
      await host.standsDown(new AbortController().signal);
      if (host.standing?.term !== args['term']) return { ...host.standing };
    }
    return { ...host.standing, incarnation, said: '' };
  }

  async #untilGone(host: string, end: number): Promise<'silent'> {
    while (this.#reachable(host) !== null && this.#world.clock.monotonic() < end) await this.#world.pause(100);
    return 'silent';
  }
}

type FleetOptionsOf = ConstructorParameters<typeof Fleet>[0];
