/**
 * One run of a move from a fresh world: three hosts, a coordinator, a person who orders, and at one point of the move something that
 * goes wrong. Whatever is killed is started again after a while, whatever was cut comes back: nobody repairs anything.
 *
 * Points, in the order in which a clean run passes them: before and after each append of each process, each call of an agent on its
 * hypervisor before it is sent, while it is under way and when it is answered, and each step of the daemons' own job that carries a
 * running guest.
 */
import { CLUSTER, type Answer, type CommandName, type InstanceUuid } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { ClusterWorld, type Coordinator } from '../../testing/cluster-world.ts';

export const SOURCE = 'h1';
export const DESTINATION = 'h2';
export const SPARE = 'h3';
const hosts = [SOURCE, DESTINATION, SPARE] as const;

/** What goes wrong at a point, and how it gets better. */
export interface Fault {
  readonly name: string;
  /** Whether there is anything just now that it could befall. */
  applies(run: MoveRun): boolean;
  /** At the point itself, without time. */
  strike(run: MoveRun): void;
  /** From then on; resolves when all is as before. */
  heal(run: MoveRun): Promise<void>;
}

/** Everything has to be at rest so long after the fault, in virtual milliseconds. */
const LIMIT_MS = 1_800_000;
const POLL_MS = 500;

export interface MoveRunOptions {
  readonly storage: 'shared' | 'separate';
  /** How the hypervisors move guests that run; left out: as they do by default. */
  readonly liveMigration?: ConstructorParameters<typeof ClusterWorld>[3];
  /** Called at each point. */
  readonly onPoint?: (text: string, run: MoveRun) => void;
}

export class MoveRun {
  readonly world: ClusterWorld;
  readonly uuid: InstanceUuid = sampleSpec(1).uuid;
  /** What was seen to be wrong at any moment. */
  readonly problems = new Set<string>();
  /** Hosts that lost power while they had the guest: it may be off for that. */
  readonly lostPower = new Set<string>();
  /** Points are counted from here on. */
  isCounting = false;
  /** How many points were passed. */
  index = 0;
  /** No coordinator runs just now: null. */
  coordinator: Coordinator | null = null;
  /** Hears of images that leave the store. */
  onImageRemoved: (phase: 'before' | 'after', sha256: string) => void = () => {};
  readonly #onPoint: (text: string, run: MoveRun) => void;
  readonly #appends = new Map<string, number>();
  readonly #calls = new Map<string, number>();
  #commands = 0;

  constructor({ storage, liveMigration, onPoint = () => {} }: MoveRunOptions) {
    this.world = new ClusterWorld([...hosts], storage, null, liveMigration);
    this.#onPoint = onPoint;
    this.world.clock.onStep(() => this.#watch());
    for (const host of hosts) this.#countCalls(host);
    this.world.images.onRemoval = (phase, sha256) => {
      this.onImageRemoved(phase, sha256);
      this.#point(`the store: ${phase} a removal`);
    };
    this.world.site.onMigration(({ step }) => this.#point(`the daemons: ${step}`));
  }

  /** A guest runs on the source. */
  async begin(): Promise<void> {
    for (const host of hosts) await this.launchAgent(host);
    await this.launchCoordinator();
    await this.order('create', { spec: sampleSpec(1), host: SOURCE });
    await this.rest();
  }

  async launchAgent(host: string): Promise<void> {
    const { agent, started } = this.world.launchAgent(host, this.#countAppends(host));
    await Promise.race([started, this.until(() => agent.fate.dead)]);
  }

  async launchCoordinator(): Promise<void> {
    const { coordinator, started } = this.world.launchCoordinator(this.#countAppends(CLUSTER));
    this.coordinator = coordinator;
    await Promise.race([started, this.until(() => coordinator.fate.dead)]);
  }

  killCoordinator(): void {
    if (this.coordinator !== null) this.world.killCoordinator(this.coordinator);
    this.coordinator = null;
  }

  /** A person's order, with one id until it is answered. */
  async order(name: CommandName, args: Record<string, unknown> = {}): Promise<Answer> {
    const id = `cmd-${++this.#commands}`;
    const command = { id, instance: this.uuid, name, args, by: { kind: 'operator', name: 'grace' } } as never;
    for (;;) {
      const { coordinator } = this;
      if (coordinator !== null && !coordinator.fate.frozen) {
        const seenOn = coordinator.model.get(this.uuid)?.host ?? CLUSTER;
        const reply = await Promise.race([coordinator.cluster.send(command, seenOn), this.pause(20_000)]);
        if (reply?.kind === 'answer') return reply.answer;
      }
      await this.pause(1_000);
    }
  }

  pause(ms: number): Promise<undefined> {
    return new Promise((resolve) => void this.world.clock.after(ms, () => resolve(undefined)));
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await this.pause(POLL_MS);
  }

  rest(): Promise<void> {
    return this.until(() => this.world.isAtRest(this.uuid));
  }

  /** State of `life` where the instance is owned. */
  get value(): string {
    const { role } = this.world.last(CLUSTER, this.uuid)?.state.actor ?? {};
    return this.world.last(role?.kind === 'granted' ? role.host : CLUSTER, this.uuid)?.state.value ?? 'none';
  }

  /** The host that holds the instance by the newest grant; null = none. */
  get owner(): string | null {
    const { role } = this.world.last(CLUSTER, this.uuid)?.state.actor ?? {};
    return role?.kind === 'granted' ? role.host : null;
  }

  /** Lets time pass until the work is done. What takes too long, or comes to a stand, is a problem. */
  async carry(work: Promise<void>, what: string): Promise<boolean> {
    try {
      await this.world.clock.settle(work, { limitMs: LIMIT_MS, what });
      return true;
    } catch (error) {
      this.problems.add(`${what}: ${error instanceof Error ? error.message : String(error)}: ${this.#where()}`);
      return false;
    }
  }

  #where(): string {
    const move = this.world.move(this.uuid);
    return JSON.stringify({ ...this.world.states(this.uuid), move: move?.value, awaiting: move?.context.awaiting });
  }

  #watch(): void {
    const on = this.world.whereItIsOn(this.uuid);
    if (on.length > 1) this.problems.add(`the guest ran on ${on.join(' and ')} at once`);
  }

  #countAppends(host: string): (n: number, when: 'before' | 'after') => void {
    return (_n, when) => {
      if (!this.isCounting) return;
      if (when === 'before') this.#appends.set(host, (this.#appends.get(host) ?? 0) + 1);
      this.#point(`${host}: ${when} append ${this.#appends.get(host)}`);
    };
  }

  #countCalls(host: string): void {
    this.world.sim(host).onPrimitive(({ phase, name, instance }) => {
      this.#watch();
      if (!this.isCounting || (instance !== this.uuid && !name.endsWith('Probe') && name !== 'removeImage')) return;
      if (phase === 'before') this.#calls.set(host, (this.#calls.get(host) ?? 0) + 1);
      this.#point(`${host}: ${phase} call ${this.#calls.get(host)} (${name})`);
    });
  }

  #point(text: string): void {
    this.#watch();
    if (!this.isCounting) return;
    this.index += 1;
    this.#onPoint(text, this);
  }
}
