/** What a case works with: the one method that it is about, a healthy driver for everything else, and the facts. */
import { entryOf, incarnationOf, parseArguments } from '@chronovirt/contract';
import type {
  ArgsInputOf,
  ArgsOf,
  EffectContext,
  ImplementedDriver,
  InstanceUuid,
  Mark,
  MethodName,
  QueryContext,
  ResultOf,
} from '@chronovirt/contract';
import type { ContractHost, Facts, HostTime, OtherHost, SpawnFault, Wishes } from './contract-host.ts';
import type { Subject } from './subject.ts';

/** An instance that runs, and what it was spawned with. */
export interface Guest {
  readonly uuid: InstanceUuid;
  readonly args: ArgsOf<'spawn'>;
}

export interface CallOptions {
  /** The operation that the call belongs to; a new one unless given. */
  readonly mark?: Mark;
  /** True = the arguments are passed on as they are, wrong ones too. */
  readonly unchecked?: boolean;
  /** Milliseconds until the effect counts as timed out. */
  readonly timeLeftMs?: number;
}

const realTime: HostTime = {
  now: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  settle: (work) => work,
};

/** Operations are counted over all worlds, so that no two have one mark. */
let operations = 0;

/** What a case waited for did not come about. */
export class NotInTimeError extends Error {
  override readonly name = 'NotInTimeError';
}

export class World<S extends Subject> {
  readonly host: ContractHost;
  readonly method: S;
  /** The driver under test. A case touches its own method and nothing else of it. */
  readonly subject: Pick<ImplementedDriver, S>;
  readonly time: HostTime;
  /** What was armed last: a broken driver may use it to leave half of something behind. */
  fault: { readonly good: ArgsOf<'spawn'>; disarm(): Promise<void> } | null = null;
  readonly #made: ArgsOf<'spawn'>[] = [];
  #elsewhere: OtherHost | null = null;
  readonly #repairs: (() => Promise<void>)[] = [];
  #settling = false;

  constructor(host: ContractHost, method: S, subject: ImplementedDriver = host.driver) {
    this.host = host;
    this.method = method;
    this.subject = subject;
    this.time = host.time ?? realTime;
  }

  /** Lets time pass until the work is done. Inside of such a wait it only waits: time passes already. */
  async settle<T>(work: () => Promise<T>): Promise<T> {
    if (this.#settling) return work();
    this.#settling = true;
    try {
      return await this.time.settle(work());
    } finally {
      this.#settling = false;
    }
  }

  nextMark(): Mark {
    operations += 1;
    return { epoch: 1, op: operations };
  }

  /** Calls the method that the case is about. Arguments of other methods may be among the given ones: they are left out. */
  call<M extends S & MethodName>(args: ArgsInputOf<M>, options: CallOptions = {}): Promise<ResultOf<M>> {
    return this.#invoke(this.subject as ImplementedDriver, this.method as Subject as M, args, options);
  }

  /** Calls any method of the healthy driver, to bring about what a case needs. */
  arrange<M extends MethodName>(method: M, args: ArgsInputOf<M>, options: CallOptions = {}): Promise<ResultOf<M>> {
    return this.#invoke(this.host.driver, method, args, options);
  }

  /** Arguments of a new instance, which is removed when the case is over. */
  async newInstance(wishes?: Wishes): Promise<ArgsOf<'spawn'>> {
    const args = await this.host.newInstance(wishes);
    this.#made.push(args);
    return args;
  }

  /** An instance that runs, made by the healthy driver. */
  async guest(wishes?: Wishes): Promise<Guest> {
    const args = await this.newInstance(wishes);
    await this.arrange('spawn', args);
    return guestOf(args);
  }

  /** A running instance whose system is up. */
  async awakeGuest(wishes?: Wishes): Promise<Guest> {
    const guest = await this.guest(wishes);
    await this.sign(guest);
    return guest;
  }

  /** What an instance of this case was spawned with. */
  spawnedWith(uuid: InstanceUuid): ArgsOf<'spawn'> {
    const args = this.#made.find(({ instance }) => instance.uuid === uuid);
    if (args === undefined) throw new Error(`this case made no instance ${uuid}`);
    return args;
  }

  facts(of: { readonly uuid: InstanceUuid } | ArgsOf<'spawn'>): Promise<Facts> {
    return this.settle(() => this.host.inspect('uuid' in of ? of.uuid : of.instance.uuid));
  }

  sign({ uuid }: Guest) {
    return this.settle(() => this.host.sign(uuid));
  }

  /** Does something behind the driver's back. */
  outside<A extends keyof ContractHost['outside']>(act: A, { uuid }: { readonly uuid: InstanceUuid }): Promise<void> {
    return this.settle(() => this.host.outside[act](uuid));
  }

  /** Another host, with storage of its own. What the case makes there is removed, too. */
  async elsewhere(): Promise<OtherHost> {
    return (this.#elsewhere ??= await this.settle(() => this.host.elsewhere()));
  }

  /** Calls any method of the other host's driver. */
  async arrangeElsewhere<M extends MethodName>(method: M, args: ArgsInputOf<M>): Promise<ResultOf<M>> {
    return this.#invoke((await this.elsewhere()).driver, method, args, {});
  }

  async factsElsewhere({ uuid }: Guest): Promise<Facts> {
    const { inspect } = await this.elsewhere();
    return this.settle(() => inspect(uuid));
  }

  /** Mended when the case is over. */
  onceOver(repair: () => void): void {
    this.#repairs.push(async () => repair());
  }

  /** Breaks what a spawn needs. It is mended when the case is over, or by `disarm`. */
  async arm(fault: SpawnFault, good: ArgsOf<'spawn'>): Promise<{ args: ArgsOf<'spawn'>; disarm(): Promise<void> }> {
    const armed = await this.settle(() => fault.arm(good));
    let whole = false;
    const disarm = async () => {
      if (whole) return;
      whole = true;
      await this.settle(() => armed.disarm());
    };
    this.#repairs.push(disarm);
    this.fault = { good, disarm };
    return { args: armed.args, disarm };
  }

  /** Takes the hypervisor away while `during` runs. */
  async withoutHypervisor<T>(during: () => Promise<T>): Promise<T> {
    const bringBack = await this.settle(() => this.host.unreachable());
    try {
      return await during();
    } finally {
      await this.settle(() => bringBack());
    }
  }

  /** Looks until the condition holds; throws with `what` when it does not in time. */
  async until(condition: () => boolean | Promise<boolean>, what: string, timeoutMs = 30_000): Promise<void> {
    const end = this.time.now() + timeoutMs;
    while (!(await condition())) {
      if (this.time.now() > end) throw new NotInTimeError(`${what}: not within ${timeoutMs} ms`);
      await this.settle(() => this.time.wait(25));
    }
  }

  /** Removes all that the case made. */
  async clean(): Promise<void> {
    for (const repair of this.#repairs) await repair();
    for (const { context, instance, networkInfo, blockDeviceInfo } of this.#made) {
      const args = { context, instance, networkInfo, blockDeviceInfo };
      await this.arrange('destroy', args);
      if (this.#elsewhere !== null) await this.#invoke(this.#elsewhere.driver, 'destroy', args, {});
    }
  }

  /** What a method that changes something is given. A broken driver uses it to call others. */
  effectContext(
    instance: InstanceUuid,
    { mark = this.nextMark(), timeLeftMs = 240_000 }: CallOptions = {},
  ): EffectContext {
    const end = this.time.now() + timeLeftMs;
    return {
      instance,
      mark,
      incarnation: incarnationOf(0, process.pid),
      permit: { check() {}, signal: new AbortController().signal },
      remainingMs: () => end - this.time.now(),
      progress() {},
    };
  }

  #invoke<M extends MethodName>(
    driver: ImplementedDriver,
    method: M,
    input: ArgsInputOf<M>,
    options: CallOptions,
  ): Promise<ResultOf<M>> {
    const args = options.unchecked === true ? (input as ArgsOf<M>) : parseArguments(method, ownOf(method, input));
    const uuid = 'instance' in args ? args.instance.uuid : ('00000000-0000-4000-8000-000000000000' as InstanceUuid);
    const query: QueryContext = { signal: new AbortController().signal, deadlineMs: options.timeLeftMs ?? 60_000 };
    // One object serves every kind: an effect's context and a query's have no field in common.
    const context = { ...this.effectContext(uuid, options), ...query };
    const call = driver[method] as
      | ((given: ArgsOf<M>, context: EffectContext & QueryContext) => Promise<ResultOf<M>>)
      | undefined;
    if (call === undefined) throw new Error(`the driver has no method ${method}`);
    return this.settle(() => call.call(driver, args, context));
  }
}

/** Of the given arguments those that the method has. */
function ownOf<M extends MethodName>(method: M, given: ArgsInputOf<M>): ArgsInputOf<M> {
  const known = Object.keys(entryOf(method).params.shape);
  return Object.fromEntries(Object.entries(given).filter(([key]) => known.includes(key))) as ArgsInputOf<M>;
}

/** The guest of a spawn's arguments. */
export function guestOf(args: ArgsOf<'spawn'>): Guest {
  const instance = { ...args.instance, vmState: 'active' as const, taskState: null, powerState: 1 as const };
  return { uuid: instance.uuid, args: { ...args, instance } };
}
