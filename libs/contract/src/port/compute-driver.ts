import type { Capabilities } from '../registry/inventory.ts';
import type { ArgsOf, MethodName, MethodOfKind, ResultOf } from '../registry/registry.ts';
import type { EffectContext, QueryContext } from './permit.ts';

/** What a method that changes the host, and no single instance, is given: an effect's context without instance and mark. */
export type HostContext = Omit<EffectContext, 'instance' | 'mark'>;

/** What a method is given besides its arguments, by its kind. */
export type ContextOf<M extends MethodName> =
  M extends MethodOfKind<'command'>
    ? EffectContext
    : M extends MethodOfKind<'hostCommand'>
      ? HostContext
      : QueryContext;

/** One method of the contract: Nova's arguments as one object, then what the runtime gives. */
export type DriverMethod<M extends MethodName> =
  M extends MethodOfKind<'helper'>
    ? (args: ArgsOf<M>) => Promise<ResultOf<M>>
    : (args: ArgsOf<M>, context: ContextOf<M>) => Promise<ResultOf<M>>;

/** The whole contract between this project and a hypervisor: 79 methods and one attribute. */
export type ComputeDriver = { readonly [M in MethodName]: DriverMethod<M> } & {
  /** Which optional features the driver has; constant after `initHost`. */
  readonly capabilities: Capabilities;
};

/** A driver as it is: the methods that it has, none that only answer "not implemented". */
export type ImplementedDriver = Partial<ComputeDriver> & Pick<ComputeDriver, 'capabilities'>;
