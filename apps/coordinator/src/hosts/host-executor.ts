/**
 * The effects of hosts, each safe to repeat:
 *
 *   endTerm, giveTerm       the host's standing in its own stream, by compare-and-set; its agent is told to read it at once
 *   fence                   the fence command of the configuration; only its exit with 0 counts
 *   outwait                 the bound of the watchdog and a margin, waited anew after every restart
 *   standDown               the agent stops its guests and answers when it sees none
 *   setHostEnabled, hostMaintenanceMode, hostPowerAction    the host's driver is told
 *   drain                   instances are moved away
 *   fenceInstances          what a forgotten host held is fenced, each in its own history
 */
import {
  ChronovirtError,
  DriverError,
  type EffectContext,
  type HostName,
  type HostState,
  type Incarnation,
} from '@chronovirt/contract';
import { boundOf } from '@chronovirt/machines';
import {
  EffectFailedError,
  sleep,
  writeStanding,
  type Clock,
  type EffectExecutor,
  type EffectInput,
  type Journal,
  type Log,
} from '@chronovirt/runtime';
import type { Drain } from './drain.ts';
import { fenceInstances } from './fence-instances.ts';
import type { FleetConfig } from './fleet-config.ts';
import { HostSilentError, type OrderHost } from './order-host.ts';
import { runProgram } from './run-program.ts';

export interface HostExecutorOptions {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly incarnation: Incarnation;
  readonly config: FleetConfig;
  readonly order: OrderHost;
  readonly drain: Drain;
  /** Runs a program of the configuration; as a child process unless said otherwise. */
  readonly program?: typeof runProgram;
}

type Input = EffectInput<HostState, null>;
type Outcome = Promise<Record<string, unknown>>;

/** A host that may be gone is not waited for long where nothing rests on its answer. */
const NUDGE_MS = 3_000;
const ORDER_MS = 20_000;

export class HostExecutor implements EffectExecutor<HostState, null> {
  readonly implements: ReadonlySet<string> = new Set();
  readonly atMostOnce: ReadonlySet<string> = new Set(['hostPowerAction']);
  readonly #options: HostExecutorOptions;

  constructor(options: HostExecutorOptions) {
    this.#options = options;
  }

  run(input: Input, context: EffectContext): Outcome {
    const { state } = input;
    switch (input.due.method) {
      case 'endTerm':
        return this.#standing(state, false, context);
      case 'giveTerm':
        return this.#standing(state, true, context);
      case 'fence':
        return this.#fence(state, context);
      case 'outwait':
        return this.#outwait(state, context);
      case 'standDown':
        return this.#standDown(state, context);
      case 'setHostEnabled':
        return this.#tell(state, 'setHostEnabled', { enabled: state.parts.service.value.startsWith('enabl') }, context);
      case 'hostMaintenanceMode':
        return this.#tell(
          state,
          'hostMaintenanceMode',
          { mode: state.parts.maintenance.value.startsWith('entering') },
          context,
        );
      case 'hostPowerAction':
        return this.#power(state, context);
      case 'drain':
        return this.#options.drain.run(state, input.due.op, context);
      case 'fenceInstances':
        return fenceInstances(this.#options, state.host, context);
      default:
        return Promise.reject(new DriverError('NOT_IMPLEMENTED', `a host has no effect ${input.due.method}`));
    }
  }

  /** What is done about hosts shows by its own answers. */
  async observe(): Promise<null> {
    return null;
  }
  async observeAll(): Promise<null> {
    return null;
  }
  async barrier(): Promise<void> {}
  async watch(): Promise<() => Promise<void>> {
    return async () => {};
  }
  async interrupt(): Promise<void> {}
  waitingFor(): string | null {
    return null;
  }

  async #standing({ host, context: { term, wanted } }: HostState, serves: boolean, context: EffectContext): Outcome {
    const { journal, clock, incarnation } = this.#options;
    context.permit.check();
    const why = wanted?.reason ?? '';
    const standing = { host, term, serves, why, at: clock.now(), incarnation };
    if ((await writeStanding(journal, standing, context.permit.signal)) === 'superseded')
      throw new DriverError('TERM_SUPERSEDED', `the stream of host ${host} knows a later term than ${term}`);
    await this.#nudge(host, context.permit.signal);
    return { term };
  }

  /** Its agent reads its standing with each renewal of its lease anyway; told, it does so now. */
  async #nudge(host: HostName, signal: AbortSignal): Promise<void> {
    try {
      await this.#options.order(host, 'confirm', {}, { patienceMs: NUDGE_MS, signal });
    } catch (error) {
      if (signal.aborted || !(error instanceof ChronovirtError)) throw error;
    }
  }

  async #fence({ host }: HostState, context: EffectContext): Outcome {
    const program = this.#options.config.hosts[host]?.fence;
    if (program === undefined)
      throw new DriverError('NOT_IMPLEMENTED', `the configuration has no fence command for host ${host}`);
    context.permit.check();
    const { program: run = runProgram } = this.#options;
    const said = await run(program, host, context.permit.signal);
    return { said: said === '' ? 'it ended with 0' : said };
  }

  async #outwait(state: HostState, context: EffectContext): Outcome {
    const { clock, config } = this.#options;
    const boundMs = boundOf(state);
    if (boundMs === 0) throw new DriverError('NO_WATCHDOG', `host ${state.host} has reported no armed watchdog`);
    // By the monotonic clock of this process, from after the end of the term was stored: a wall clock may be set.
    const began = clock.monotonic();
    const wanted = boundMs + config.watchdogMarginMs;
    for (let left = wanted; left > 0; left = wanted - (clock.monotonic() - began))
      await sleep(clock, left, context.permit.signal);
    return { boundMs, waitedMs: Math.round(clock.monotonic() - began) };
  }

  async #standDown({ host, context: { term } }: HostState, context: EffectContext): Outcome {
    const { signal } = context.permit;
    const patienceMs = Math.max(1, context.remainingMs() - 2_000);
    const answer = await this.#options.order(host, 'standDown', { term }, { patienceMs, signal });
    if (answer['term'] !== term || answer['stoodDown'] !== true)
      throw new DriverError('NOT_STOOD_DOWN', `the agent of host ${host} answers ${JSON.stringify(answer)}`);
    return { incarnation: answer['incarnation'], stopped: answer['stopped'] };
  }

  /** The coordinator keeps the word itself: a driver that has no form of it, or an agent that is away, changes nothing about that. */
  async #tell(
    { host }: HostState,
    method: 'setHostEnabled' | 'hostMaintenanceMode',
    args: Record<string, boolean>,
    context: EffectContext,
  ): Outcome {
    const { signal } = context.permit;
    context.permit.check();
    try {
      await this.#options.order(host, method, args, { patienceMs: ORDER_MS, signal });
      return { told: true };
    } catch (error) {
      signal.throwIfAborted();
      const isKeptHere = error instanceof ChronovirtError && (error.code === 'NOT_IMPLEMENTED' || isSilent(error));
      if (!isKeptHere) throw error;
      return { told: false, why: error.message };
    }
  }

  async #power({ host, parts }: HostState, context: EffectContext): Outcome {
    const { signal } = context.permit;
    const action = parts.power?.action ?? 'reboot';
    context.permit.check();
    if (action === 'startup') {
      const program = this.#options.config.hosts[host]?.startup;
      if (program === undefined)
        throw new DriverError('NOT_IMPLEMENTED', `the configuration has no startup command for host ${host}`);
      const { program: run = runProgram } = this.#options;
      return { said: await run(program, host, signal) };
    }
    try {
      const patienceMs = Math.max(1, context.remainingMs() - 2_000);
      return await this.#options.order(host, 'hostPowerAction', { action }, { patienceMs, signal, once: true });
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof HostSilentError)) throw error;
      throw new EffectFailedError(error.code, error.message, { isUnknown: error.taken });
    }
  }
}

const isSilent = (error: ChronovirtError): boolean => error instanceof HostSilentError;
