/**
 * Several simulated hosts with one clock: their storage is one or each has its own, and between them lies a network that can be cut. Guests
 * move from host to host by the daemons alone, as with libvirt's peer to peer: what a client ordered goes on without it.
 */
import type { Clock } from '@chronovirt/runtime';
import { FileTree } from './file-tree.ts';
import type { MigrationStep, Neighbours } from './neighbours.ts';
import type { DelayProfile, ProfileName } from './profile.ts';
import type { Hardware, Hypervisor } from './hypervisor.ts';
import { SimulatedHost } from './simulated-host.ts';
import type { ResetEnds } from './torn-move.ts';

export interface SimulatedSiteOptions {
  readonly clock: Clock;
  /** Names of the hosts; `a` and `b` unless said otherwise. */
  readonly names?: readonly string[];
  /** `shared`: all hosts see the same files. */
  readonly storage: 'shared' | 'separate';
  readonly seed?: number;
  readonly profile?: ProfileName | DelayProfile;
  readonly hardware?: Hardware;
}

/** A move between two hosts passes a step. */
export interface MigrationPoint {
  readonly step: MigrationStep;
  readonly source: SimulatedHost;
  readonly destination: SimulatedHost;
}

const linkOf = (a: string, b: string): string => [a, b].toSorted().join(' ');

export class SimulatedSite implements Neighbours {
  readonly storage: 'shared' | 'separate';
  readonly #hosts: ReadonlyMap<string, SimulatedHost>;
  readonly #cuts = new Set<string>();
  readonly #watchers = new Set<() => void>();
  readonly #stepListeners = new Set<(point: MigrationPoint) => void>();

  constructor(options: SimulatedSiteOptions) {
    const { names = ['a', 'b'], storage, seed = 1, clock, profile, hardware } = options;
    this.storage = storage;
    const together = new FileTree();
    this.#hosts = new Map(
      names.map((name, index) => [
        name,
        new SimulatedHost({
          name,
          clock,
          seed: seed + index,
          files: storage === 'shared' ? together : new FileTree(),
          neighbours: this,
          ...(profile !== undefined && { profile }),
          ...(hardware !== undefined && { hardware }),
        }),
      ]),
    );
  }

  get hosts(): readonly SimulatedHost[] {
    return [...this.#hosts.values()];
  }

  /** Throws for a name that no host of the site has. */
  host(name: string): SimulatedHost {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new Error(`no host ${name} on this site: ${[...this.#hosts.keys()].join(', ')}`);
    return host;
  }

  /** No packet passes between two hosts any more, nor any word of it. Agents reach their own host and the cluster as before. */
  cut(a: string, b: string): void {
    this.#cuts.add(linkOf(this.host(a).name, this.host(b).name));
    this.changed();
  }

  heal(a: string, b: string): void {
    this.#cuts.delete(linkOf(a, b));
    this.changed();
  }

  /**
   * The streams of guests that go between two hosts in post-copy are reset, while the network is fine. `source`: the destination, which
   * waits for memory and sends nothing, does not notice.
   */
  resetStreams(a: string, b: string, ends: ResetEnds = 'both'): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const)
      for (const move of this.host(from).moves) if (move.to === this.host(to).name) move.reset(ends);
  }

  /** A host loses power: its guests, its daemon and its agents are gone without a word. */
  crash(name: string): void {
    this.host(name).losePower();
  }

  /** A host that lost power boots. */
  boot(name: string): void {
    this.host(name).boot();
  }

  /** Called at each step of each move, synchronously: a test can break something there. Returns the way to stop. */
  onMigration(listener: (point: MigrationPoint) => void): () => void {
    this.#stepListeners.add(listener);
    return () => this.#stepListeners.delete(listener);
  }

  find(host: string): SimulatedHost | null {
    return this.#hosts.get(host) ?? null;
  }

  connected(a: Hypervisor, b: Hypervisor): boolean {
    return !this.#cuts.has(linkOf(a.name, b.name));
  }

  onChange(listener: () => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  announce(step: MigrationStep, source: Hypervisor, destination: Hypervisor): void {
    const point = { step, source: this.host(source.name), destination: this.host(destination.name) };
    for (const listener of this.#stepListeners) listener(point);
  }
}
