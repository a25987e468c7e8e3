import { HypervisorUnavailableError, type InstanceUuid, type MadeImages } from '@chronovirt/contract';
import type { CommandReply } from '@chronovirt/runtime';
import type { Fate } from '@chronovirt/testing/process';
import type { SimulatedClock } from '@chronovirt/testing/sim';
import type { Cluster } from '../cluster/cluster.ts';
import type { WorldAgent } from './world-processes.ts';

type Request = Parameters<ConstructorParameters<typeof Cluster>[0]['send']>[2];

/** How requests reach the agents of a world, in virtual time: who is dead or cut off never answers. */
export class WorldNetwork {
  /** Hosts whose requests go nowhere. */
  readonly cutOff = new Set<string>();
  readonly #clock: SimulatedClock;
  readonly #agentOf: (host: string) => WorldAgent | null;

  constructor(clock: SimulatedClock, agentOf: (host: string) => WorldAgent | null) {
    this.#clock = clock;
    this.#agentOf = agentOf;
  }

  /** A question to a driver past every mailbox. */
  async ask(
    host: string,
    method: string,
    args: Readonly<Record<string, unknown>>,
    patienceMs: number,
  ): Promise<unknown> {
    const agent = this.#agentOf(host);
    const silent = new HypervisorUnavailableError(`host ${host} does not answer`);
    if (agent === null || this.cutOff.has(host)) throw silent;
    const context = { signal: AbortSignal.any([]), deadlineMs: patienceMs };
    const answer = agent.fate
      .awake()
      .then(() =>
        method === 'look'
          ? agent.driver.observe(args['instance'] as InstanceUuid, context).then((value) => ({ value }))
          : agent.queries.handle(method, args, context),
      );
    const first = await this.#within(patienceMs, agent.fate, answer);
    if (first === 'silent') throw silent;
    if (first === undefined) throw new Error(`no query ${method}`);
    return first.value;
  }

  /** What was made on a host: `HYPERVISOR_UNAVAILABLE` where nobody answers. */
  imagesOn(host: string): MadeImages {
    const asked = async <T>(question: (images: MadeImages) => Promise<T>): Promise<T> => {
      const agent = this.#agentOf(host);
      const silent = new HypervisorUnavailableError(`host ${host} does not answer`);
      if (agent === null || this.cutOff.has(host)) throw silent;
      const answer = agent.fate.awake().then(() => question(agent.driver.images));
      const first = await this.#within(10_000, agent.fate, answer);
      if (first === 'silent') throw silent;
      return first;
    };
    return {
      made: () => asked((images) => images.made()),
      removeMade: (image) => asked((images) => images.removeMade(image)),
    };
  }

  /** A command or a link, brought again until there is an answer. */
  async send(
    host: string,
    instance: InstanceUuid,
    request: Request,
    patienceMs: number,
  ): Promise<CommandReply | { kind: 'unreachable'; taken: boolean }> {
    const until = this.#clock.monotonic() + patienceMs;
    let taken = false;
    for (;;) {
      const agent = this.#agentOf(host);
      const left = until - this.#clock.monotonic();
      if (left <= 0) return { kind: 'unreachable', taken };
      if (agent !== null && !this.cutOff.has(host)) {
        taken = true;
        // One that stands still has it in its socket, and takes it whenever it goes on.
        const answer = agent.fate
          .awake()
          .then(() =>
            request.kind === 'command' ? agent.host.command(request.command) : agent.host.link(instance, request.link),
          );
        const first = await this.#within(left, agent.fate, answer);
        if (first !== 'silent') return first;
      }
      await this.pause(Math.min(200, Math.max(1, until - this.#clock.monotonic())));
    }
  }

  /** As an agent answers those who bring files: only while it waits for them. */
  takesFiles(host: string, migration: string, instance: InstanceUuid): 'taken' | 'refused' | 'silent' {
    const agent = this.#agentOf(host);
    if (agent === null || agent.fate.frozen) return 'silent';
    const role = agent.host.state(instance)?.state.actor.role;
    return role?.kind === 'incoming' && role.migration === migration ? 'taken' : 'refused';
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(ms, resolve));
  }

  /** The answer of a killed process never comes; who asked finds out by their own time. */
  async #within<T>(ms: number, fate: Fate, answer: Promise<T>): Promise<T | 'silent'> {
    const end = this.#clock.monotonic() + ms;
    let given: { value: T } | { error: unknown } | null = null;
    const settled = answer.then(
      (value) => (given = { value }),
      (error: unknown) => (given = { error }),
    );
    while (given === null && !fate.dead && this.#clock.monotonic() < end)
      await Promise.race([settled, this.pause(Math.min(100, Math.max(1, end - this.#clock.monotonic())))]);
    const known = given as { value: T } | { error: unknown } | null;
    if (known === null || fate.dead) return 'silent';
    if ('error' in known) throw known.error;
    return known.value;
  }
}
