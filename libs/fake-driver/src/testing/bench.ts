/** A simulated host in virtual time with its agents, and methods that are run on it in every way that a crash allows. */
import { incarnationOf, type EffectContext, type Mark, type Observation } from '@chronovirt/contract';
import { SimulatedClock } from '@chronovirt/testing/sim';
import { FakeDriver } from '../driver/fake-driver.ts';
import type { CallPhase } from '../world/call.ts';
import type { ProfileName } from '../world/profile.ts';
import { SimulatedHost } from '../world/simulated-host.ts';
import { effectContext, queryContext, type TestContext } from './effect-context.ts';
import { sampleGuest, type GuestCall } from './sample-guest.ts';

/** The operation that a scenario is about; what sets it up has lower ones. */
export const THE_OP: Mark = { epoch: 1, op: 10 };

/** A method in a situation: `setUp` leads there, `goal` says whether the method has done its work. */
export interface Scenario {
  readonly name: string;
  setUp(bench: Bench): Promise<void>;
  run(driver: FakeDriver, guest: GuestCall, context: EffectContext): Promise<void>;
  goal(seen: Observation, bench: Bench): boolean;
}

export class Bench {
  readonly clock = new SimulatedClock();
  readonly host: SimulatedHost;
  readonly guest = sampleGuest();
  #agents = 0;
  #setUpOps = 0;

  constructor(profile: ProfileName, seed = 1) {
    this.host = new SimulatedHost({ clock: this.clock, profile, seed });
  }

  get uuid(): GuestCall['instance']['uuid'] {
    return this.guest.instance.uuid;
  }

  /** A new agent, with a context for the scenario's operation. */
  agent(): { driver: FakeDriver; context: TestContext } {
    const incarnation = incarnationOf(1000, ++this.#agents);
    const context = effectContext(this.uuid, { clock: this.clock, mark: THE_OP, incarnation });
    return { driver: new FakeDriver(this.host, { softRebootMs: 3000 }), context };
  }

  /** Runs methods one after another, each under an operation of its own, and waits for what they set off. */
  async prepare(...methods: readonly Scenario['run'][]): Promise<void> {
    for (const method of methods) {
      const { driver, context } = this.agent();
      const mark = { epoch: 1, op: ++this.#setUpOps };
      await this.clock.settle(method(driver, this.guest, { ...context, mark }));
      await driver.close();
    }
    await this.clock.advance(60_000);
  }

  /** Begins the scenario's method and ends when it has ended or its agent was killed. */
  async runUntilKilled(scenario: Scenario, point: { n: number; phase: CallPhase }): Promise<'killed' | 'done'> {
    const { driver, context } = this.agent();
    let ended = false;
    const stop = this.host.onPrimitive(({ n, phase, connection }) => {
      if (n === point.n && phase === point.phase) connection.kill();
    });
    const note = (): void => {
      ended = true;
    };
    scenario.run(driver, this.guest, context).then(note, note);
    await this.clock.runUntil(() => ended || !driver.connection.alive);
    stop();
    return driver.connection.alive ? 'done' : 'killed';
  }

  /** What a fresh agent does about an effect that is due: barrier, then the method; destroy goes through busy domains and runs twice. */
  async recover(scenario: Scenario): Promise<void> {
    const { driver, context } = this.agent();
    if (scenario.name.startsWith('destroy')) await this.clock.settle(scenario.run(driver, this.guest, context));
    await this.clock.settle(driver.barrier(this.uuid, context));
    await this.clock.settle(scenario.run(driver, this.guest, context));
  }

  observe(): Promise<Observation> {
    return this.clock.settle(new FakeDriver(this.host).observe(this.uuid, queryContext()));
  }

  /** Everything that may not differ between one run and a run with crashes, when all has come to rest. */
  async truth(): Promise<object> {
    await this.clock.advance(120_000);
    const domain = this.host.find(this.uuid);
    return {
      seen: await this.observe(),
      boot: domain?.run?.boot ?? domain?.saved?.boot ?? null,
      live: domain?.run?.definition ?? null,
      stored: domain?.stored ?? null,
      saved: domain?.saved?.definition ?? null,
      base: this.host.files.baseFiles().map(({ name, whole }) => ({ name, whole })),
      taps: this.host.taps.of(this.uuid),
    };
  }
}
