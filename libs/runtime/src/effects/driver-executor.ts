/** Runs effects on a hypervisor: the due method of the ComputeDriver with the arguments that follow from the state, secrets opened. */
import {
  type EffectContext,
  type Hint,
  type HostPort,
  type ImplementedDriver,
  type InstanceUuid,
  type Observation,
  type QueryContext,
  type SecretStore,
  ChronovirtError,
  entryOf,
  methodNames,
} from '@chronovirt/contract';
import { argumentsOf } from '@chronovirt/machines';
import type { EffectExecutor, EffectInput } from '../ports/effect-executor.ts';
import { reveal } from './reveal.ts';

export class DriverExecutor implements EffectExecutor {
  readonly implements: ReadonlySet<string>;
  readonly atMostOnce: ReadonlySet<string>;
  readonly #driver: ImplementedDriver;
  readonly #host: HostPort;
  readonly #secrets: SecretStore | null;

  constructor(options: { driver: ImplementedDriver; host: HostPort; secrets: SecretStore | null }) {
    this.#driver = options.driver;
    this.#host = options.host;
    this.#secrets = options.secrets;
    const methods = methodNames.filter((name) => entryOf(name).kind === 'command');
    this.implements = new Set(methods.filter((name) => typeof options.driver[name] === 'function'));
    this.atMostOnce = new Set(methods.filter((name) => entryOf(name).idempotency === 'atMostOnce'));
  }

  async run(input: EffectInput, context: EffectContext): Promise<Record<string, unknown> | void> {
    const { due, state, spec } = input;
    const method = this.#driver[due.method as keyof ImplementedDriver] as
      | ((args: unknown, context: EffectContext) => Promise<unknown>)
      | undefined;
    if (typeof method !== 'function')
      throw new ChronovirtError('NOT_IMPLEMENTED', `this host's driver does not implement ${due.method}`);
    const args = await reveal(argumentsOf(state, spec, due), spec, this.#secrets);
    // What a method tells is what later steps are given: it is stored with the outcome.
    const result = await method.call(this.#driver, args, context);
    return result === undefined || result === null ? undefined : { result };
  }

  observe(instance: InstanceUuid, context: QueryContext): Promise<Observation> {
    return this.#host.observe(instance, context);
  }

  observeAll(context: QueryContext): Promise<ReadonlyMap<InstanceUuid, Observation>> {
    return this.#host.observeAll(context);
  }

  barrier(instance: InstanceUuid, context: EffectContext): Promise<void> {
    return this.#host.barrier(instance, context);
  }

  watch(onHint: (hint: Hint) => void): Promise<() => Promise<void>> {
    return this.#host.watch(onHint);
  }

  interrupt(instance: InstanceUuid): Promise<void> {
    return this.#host.interrupt(instance);
  }

  async stopNow(instance: InstanceUuid, context: EffectContext): Promise<void> {
    await this.#host.stopNow(instance, context);
  }

  waitingFor(): string | null {
    return this.#host.waitingFor();
  }
}
