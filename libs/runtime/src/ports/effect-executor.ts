/**
 * What runs effects: on an agent the ComputeDriver of a hypervisor, on the coordinator placement and orders. The runtime knows no
 * driver method by name; it asks the state what is due and hands it over.
 */
import type {
  Due,
  EffectContext,
  Hint,
  InstanceSpec,
  InstanceState,
  InstanceUuid,
  Observation,
  QueryContext,
} from '@chronovirt/contract';

/** What an effect needs to know besides its context: all of it follows from stored messages. */
export interface EffectInput<S = InstanceState, D = InstanceSpec> {
  readonly due: Due;
  readonly state: S;
  readonly spec: D;
  /** Sequence of the last message of this history; what a later segment is tied to. */
  readonly seq: number;
}

export interface EffectExecutor<S = InstanceState, D = InstanceSpec> {
  /** Methods that can be run here; a command that needs another one is refused. */
  readonly implements: ReadonlySet<string>;
  /** Methods that must never run twice, because they leave no mark: found begun after a crash they end as unknown. */
  readonly atMostOnce: ReadonlySet<string>;
  /** Runs one effect as an *ensure*: look, act through the permit, look. What it returns is stored with the outcome (small, no secrets). */
  run(input: EffectInput<S, D>, context: EffectContext): Promise<Record<string, unknown> | void>;
  /** One look; `null` where nothing can be seen (effects of the cluster are settled by their own answers). */
  observe(instance: InstanceUuid, context: QueryContext): Promise<Observation | null>;
  /** One bulk look; null where there is nothing to see. Instances that are not in the map are absent. */
  observeAll(context: QueryContext): Promise<ReadonlyMap<InstanceUuid, Observation> | null>;
  barrier(instance: InstanceUuid, context: EffectContext): Promise<void>;
  watch(onHint: (hint: Hint) => void): Promise<() => Promise<void>>;
  interrupt(instance: InstanceUuid): Promise<void>;
  /** Ends a guest at once, whatever it is about: its host may run none any more. Absent where there are no guests. */
  stopNow?(instance: InstanceUuid, context: EffectContext): Promise<void>;
  waitingFor(): string | null;
}
