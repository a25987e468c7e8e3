/** Plays a story on the simulated host in virtual time, lets faults end and time pass, and says what does not hold. */
import type { Command } from '@chronovirt/contract';
import { policyOf, type Policy } from '@chronovirt/machines';
import { AgentWorld, sampleSpec, type Agent } from '@chronovirt/testing/world';
import { answersOf, entriesOf, problemsOf, type Sent } from './ending.ts';
import type { Happening, Story, Who } from './story.ts';
import { Witness } from './witness.ts';

/** How far back a client sends a command again; a history keeps the last 16 answers. */
const RESENT = 8;
/** A message of a dead process may be stored this long after its death, and no later. */
const FROZEN_MS = 5_000;

class Player {
  readonly world: AgentWorld;
  readonly #witness: Witness;
  readonly #specs = [sampleSpec(1), sampleSpec(2)] as const;
  readonly #sent: (Sent & { command: Command })[][] = [[], []];
  readonly #taken = new Set<Who>();
  #agent: Agent;
  #armed: Extract<Happening, { kind: 'killAt' }> | null = null;
  #count = 0;
  /** How long the journal is away when a link is cut. */
  #awayMs = 0;

  readonly #policy: Policy;

  constructor(seed: number, drift: Story['drift']) {
    this.#policy = policyOf(drift === undefined ? {} : { drift });
    this.world = new AgentWorld({ profile: 'lively', seed });
    this.#witness = new Witness(this.world);
    this.#agent = this.#start();
  }

  /** Both instances are ordered at once; the story begins while they are being built. */
  begin(): void {
    for (const who of [0, 1] as const) this.#deliver(who, 1);
  }

  async happen(happening: Happening): Promise<void> {
    const { clock, sim } = this.world;
    switch (happening.kind) {
      case 'order':
        return this.#send(
          happening.who,
          this.world.make(this.#uuid(happening.who), happening.order.name, happening.order.args),
        );
      case 'resend': {
        const known = this.#sent[happening.who]?.at(-1 - Math.min(happening.back, RESENT));
        return known === undefined ? undefined : this.#send(happening.who, known.command);
      }
      case 'lateOrder':
        // An older epoch was granted before this one, so it never comes first.
        if (this.world.last(this.#uuid(happening.who)) === null) return;
        return this.#deliver(happening.who, happening.older ? 0 : 1);
      case 'outside': {
        const uuid = this.#uuid(happening.who);
        this.#witness.foreign(uuid);
        void sim.outside.act(happening.act, uuid).then(() => this.#witness.foreign(uuid));
        return;
      }
      case 'guest':
        this.#witness.foreign(this.#uuid(happening.who));
        return sim.guest(this.#uuid(happening.who))[happening.act]();
      case 'fault':
        return void sim.faults.add(happening.fault);
      case 'wait':
        return clock.advance(happening.ms);
      case 'kill':
        return this.#kill(happening.ms);
      case 'killAt':
        this.#armed = happening;
        this.#count = 0;
        return;
      case 'cut':
        this.#awayMs = happening.ms;
        return this.#agent.journal.cut();
      case 'appendFaults':
        this.#awayMs = happening.ms;
        return this.#agent.journal.inject(...happening.faults);
      case 'freeze':
        return clock.freeze(happening.ms);
      case 'daemonAway':
        for (const { uuid } of this.#specs) this.#witness.foreign(uuid);
        sim.stopDaemon();
        if (happening.ms === 0) sim.startDaemon();
        else clock.after(happening.ms, () => sim.daemonUp || sim.startDaemon());
        return;
      case 'loseConnections':
        return sim.loseConnections();
      default:
        return happening satisfies never;
    }
  }

  /** Faults stop, the living agent goes on; who had no answer asks again if `patient`. Then it must come to rest by itself. */
  async end(patient: boolean): Promise<string[]> {
    const { world } = this;
    this.#armed = null;
    this.#awayMs = 1;
    world.sim.faults.clear();
    if (!world.sim.daemonUp) world.sim.startDaemon();
    this.#agent.journal.heal();
    if (this.#agent.fate.dead) this.#agent = this.#start();
    await world.clock.settle(this.#agent.started);
    for (const who of [0, 1] as const) {
      // The spine orders again until it is answered; people may have lost patience.
      if (!this.#taken.has(who)) this.#deliver(who, 1);
      for (const { command, replies } of this.#sent[who]?.slice(-RESENT) ?? [])
        if (patient && replies.length === 0) this.#send(who, command);
    }
    await world.clock.advance(1_000);
    const problems: string[] = [];
    try {
      for (const { uuid } of this.#specs) await world.rests(uuid);
      // A comparison comes by, late events and calls of the dead arrive.
      await world.clock.advance(200_000);
      for (const { uuid } of this.#specs) await world.rests(uuid);
    } catch (error) {
      return [
        ...this.#witness.problems,
        `property 8: stuck: ${error instanceof Error ? error.message : String(error)}`,
      ];
    }
    for (const [who, { uuid }] of this.#specs.entries()) {
      const seen = await world.clock.settle(
        this.#agent.driver.observe(uuid, { signal: new AbortController().signal, deadlineMs: 5_000 }),
      );
      const entries = entriesOf(world, uuid);
      const state = world.state(uuid);
      problems.push(
        ...[...problemsOf(state, seen, entries), ...answersOf(this.#sent[who] ?? [], entries)].map(
          (problem) => `instance ${who}: ${problem}`,
        ),
      );
    }
    for (const { instance, halt } of this.#agent.host.instances())
      if (halt !== null) problems.push(`halted: ${instance}: ${halt.message}`);
    return [...this.#witness.problems, ...problems];
  }

  #uuid(who: Who) {
    return this.#specs[who].uuid;
  }

  #deliver(who: Who, epoch: number): void {
    if (this.#agent.fate.dead) return;
    void this.#agent.host.link(this.#uuid(who), this.world.order(this.#specs[who], epoch)).then((reply) => {
      if (reply.kind === 'linked' && epoch === 1) this.#taken.add(who);
    });
  }

  #send(who: Who, command: Command): void {
    const list = this.#sent[who] ?? [];
    const known = list.find(({ id }) => id === command.id);
    const sent = known ?? { id: command.id, instance: command.instance, replies: [], command };
    if (known === undefined) list.push(sent);
    // Nobody answers for a dead agent: the client asks again later.
    if (!this.#agent.fate.dead) void this.#agent.host.command(command).then((reply) => sent.replies.push(reply));
  }

  #start(): Agent {
    const agent: Agent = this.world.startAgent({
      chartPolicy: this.#policy,
      wrap: (executor) => this.#witness.wrap(executor, () => agent.fate.dead),
      onAppend: (_n, when) => this.#point('append', when, agent),
    });
    this.#witness.follow(agent, (phase) => this.#point('call', phase, agent));
    agent.journal.link.onChange((up) => {
      const awayMs = this.#awayMs;
      if (up) return;
      this.world.clock.after(awayMs, () => {
        // What a dead process had not sent is never sent; what lay in a frozen server's buffers lands late.
        if (!agent.fate.dead || awayMs <= FROZEN_MS) agent.journal.heal();
      });
    });
    return agent;
  }

  #point(at: 'append' | 'call', phase: 'before' | 'sent' | 'after', agent: Agent): void {
    const armed = this.#armed;
    if (armed === null || armed.at !== at || agent !== this.#agent) return;
    if (phase === 'before') this.#count += 1;
    if (
      this.#count < armed.n ||
      (armed.phase !== phase && !(at === 'append' && phase === 'after' && armed.phase === 'sent'))
    )
      return;
    this.#armed = null;
    this.#kill(armed.ms);
  }

  #kill(ms: number): void {
    const dying = this.#agent;
    if (dying.fate.dead) return;
    dying.kill();
    this.world.clock.after(ms, () => {
      if (this.#agent === dying) this.#agent = this.#start();
    });
  }
}

/** Problems of a story; none is what is wanted. `inspect` gets the world at the end, for who looks into one. */
export async function play(
  { seed, patient, drift, happenings }: Story,
  inspect?: (world: AgentWorld) => void | Promise<void>,
): Promise<string[]> {
  const player = new Player(seed, drift);
  player.begin();
  for (const happening of happenings) await player.happen(happening);
  const problems = await player.end(patient);
  await inspect?.(player.world);
  return problems;
}
