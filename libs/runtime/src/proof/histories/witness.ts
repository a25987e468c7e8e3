/**
 * Watches a history while it happens, from outside of the runtime: which effect runs where, what reaches the hypervisor under which
 * right, which guest is started under which mark. It names each broken invariant; it changes nothing.
 */
import type { InstanceUuid } from '@chronovirt/contract';
import type { SimulatedHost } from '@chronovirt/fake-driver';
import { dueEffects } from '@chronovirt/machines';
import type { Agent, AgentWorld } from '@chronovirt/testing/world';
import type { EffectExecutor } from '../../ports/effect-executor.ts';

/** Calls that change nothing and need no right. */
const harmless = /^(look|read|list)/;

export class Witness {
  readonly problems: string[] = [];
  readonly #world: AgentWorld;
  readonly #foreign = new Map<InstanceUuid, number>();
  readonly #started = new Map<string, { run: number; foreign: number }>();
  readonly #running = new Map<InstanceUuid, { count: number; op: number }>();
  #agent: Agent | null = null;
  #onCall: ((phase: 'before' | 'sent' | 'after') => void) | null = null;

  constructor(world: AgentWorld) {
    this.#world = world;
    this.#watchStarts(world.sim);
    world.sim.onPrimitive(({ name, phase, instance, connection }) => {
      if (connection !== this.#agent?.driver.connection) return;
      if (phase === 'before') this.#checkRight(name, instance);
      this.#onCall?.(phase === 'answered' ? 'after' : phase);
    });
  }

  /** From now on this agent is the living one; what ran in the last one has ended with it. */
  follow(agent: Agent, onCall: (phase: 'before' | 'sent' | 'after') => void): void {
    this.#agent = agent;
    this.#running.clear();
    this.#onCall = onCall;
  }

  /** Somebody else has changed something of the instance, or may be about to: what follows may be done again rightly. */
  foreign(instance: InstanceUuid): void {
    this.#foreign.set(instance, (this.#foreign.get(instance) ?? 0) + 1);
  }

  /** I2, and the intent's half of I1: an effect begins only when its intent is stored, and no other one of the instance runs. */
  wrap(executor: EffectExecutor, isDead: () => boolean): EffectExecutor {
    return new Proxy(executor, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (name !== 'run') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        return async (...[input, context]: Parameters<EffectExecutor['run']>) => {
          // What a dead process does in its own memory touches nothing.
          if (isDead()) return target.run(input, context);
          const { instance } = context;
          const running = this.#running.get(instance) ?? { count: 0, op: 0 };
          this.#running.set(instance, running);
          const stored = this.#world.last(instance);
          if (stored === null || !dueEffects(stored.state).some(({ op }) => op >= input.due.op))
            this.#say(`I1: ${input.due.method} op ${input.due.op} of ${instance} began without a stored intent`);
          if (++running.count > 1) this.#say(`I2: ${running.count} effects at once touch ${instance}`);
          running.op = input.due.op;
          try {
            return await target.run(input, context);
          } finally {
            running.count -= 1;
          }
        };
      },
    });
  }

  /** I1 at each call: the op is due as the agent itself knows it, its role allows effects, its lease is fresh. */
  #checkRight(name: string, instance: InstanceUuid | null): void {
    if (harmless.test(name) || instance === null || this.#agent === null) return;
    const { host } = this.#agent;
    const state = host.state(instance)?.state;
    const due = state === undefined ? [] : dueEffects(state);
    const op = this.#running.get(instance)?.op;
    if (due.length === 0) this.#say(`I1: ${name} of ${instance} while nothing is due`);
    else if (op !== undefined && name !== 'setMetadata' && !due.some((one) => one.op === op))
      this.#say(`I1: ${name} of ${instance} under op ${op}, which is no longer due`);
    if (!host.lease.fresh()) this.#say(`I1: ${name} of ${instance} with a lease ${host.lease.ageMs()} ms old`);
  }

  /** Property 6: no effect starts a guest twice under one mark, unless somebody else was at it in between. */
  #watchStarts(sim: SimulatedHost): void {
    const emit = sim.events.emit.bind(sim.events);
    sim.events.emit = (event) => {
      const run = sim.find(event.instance)?.run;
      if (event.type === 'STARTED' && event.detail !== 'wakeup' && run) {
        const { mark } = run.definition;
        const key = `${event.instance} ${mark?.epoch}.${mark?.op}`;
        const foreign = this.#foreign.get(event.instance) ?? 0;
        const before = this.#started.get(key);
        if (before !== undefined && before.run !== run.id && before.foreign === foreign)
          this.#say(`property 6: two runs were started under mark ${key}`);
        this.#started.set(key, { run: run.id, foreign });
      }
      emit(event);
    };
  }

  #say(problem: string): void {
    if (!this.problems.includes(problem)) this.problems.push(problem);
  }
}
