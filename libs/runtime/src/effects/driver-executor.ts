/** Runs effects on a hypervisor: the due method of the ComputeDriver with the arguments that follow from the state, secrets opened. */
import {
  type EffectContext,
  type Hint,
  type HostPort,
  type ImplementedDriver,
  type InstanceUuid,
  type MadeImages,
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

/** The effects of a host that no driver method stands for. */
const DEFINE = 'define';
const REMOVE_IMAGES = 'removeImages';

/** How far a snapshot is, a person may want to know. */
function withEar(args: unknown, context: EffectContext): unknown {
  if (typeof args !== 'object' || args === null || !('updateTaskState' in args)) return args;
  return { ...args, updateTaskState: async (task: string | null) => context.progress(String(task ?? 'done')) };
}

export class DriverExecutor implements EffectExecutor {
  readonly implements: ReadonlySet<string>;
  readonly atMostOnce: ReadonlySet<string>;
  readonly #driver: ImplementedDriver;
  readonly #host: HostPort;
  readonly #secrets: SecretStore | null;
  readonly #images: MadeImages | null;

  constructor(options: {
    driver: ImplementedDriver;
    host: HostPort;
    secrets: SecretStore | null;
    images?: MadeImages | null;
  }) {
    this.#driver = options.driver;
    this.#host = options.host;
    this.#secrets = options.secrets;
    this.#images = options.images ?? null;
    const methods = methodNames.filter((name) => entryOf(name).kind === 'command');
    this.implements = new Set([
      ...methods.filter((name) => typeof options.driver[name] === 'function'),
      ...(options.host.define === undefined ? [] : [DEFINE]),
      ...(this.#images === null ? [] : [REMOVE_IMAGES]),
    ]);
    this.atMostOnce = new Set(methods.filter((name) => entryOf(name).idempotency === 'atMostOnce'));
  }

  async run(input: EffectInput, context: EffectContext): Promise<Record<string, unknown> | void> {
    const { due, state, spec } = input;
    if (due.method === DEFINE) return await this.#host.define?.(context.instance, context);
    if (due.method === REMOVE_IMAGES) return await this.#removeImages(input, context);
    const method = this.#driver[due.method as keyof ImplementedDriver] as
      | ((args: unknown, context: EffectContext) => Promise<unknown>)
      | undefined;
    if (typeof method !== 'function')
      throw new ChronovirtError('NOT_IMPLEMENTED', `this host's driver does not implement ${due.method}`);
    const args = await reveal(argumentsOf(state, spec, due), spec, this.#secrets);
    // What a method tells is what later steps are given: it is stored with the outcome.
    const result = await method.call(this.#driver, withEar(args, context), context);
    return result === undefined || result === null ? undefined : { result };
  }

  /** Of this instance's alone. One that others have a share in, or a person, is not its to remove; and whatever stays is found by the cluster. */
  async #removeImages({ due, state, spec }: EffectInput, { permit, instance }: EffectContext): Promise<void> {
    const { images } = argumentsOf(state, spec, due) as { images: readonly string[] };
    const made = (await this.#images?.made()) ?? [];
    for (const image of made.filter(({ sha256 }) => images.includes(sha256))) {
      if (image.madeFor.some((other) => other !== instance)) continue;
      permit.check();
      await this.#images?.removeMade(image);
    }
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
