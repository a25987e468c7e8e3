import { CallError } from './call-error.ts';
import type { Act, CallInfo, CallPhase, PrimitivePoint } from './call.ts';
import type { Domain } from './domain.ts';
import type { FaultKind } from './faults.ts';
import type { Hypervisor } from './hypervisor.ts';
import type { Job, JobLock } from './job-lock.ts';

interface Hook {
  readonly listener: (point: PrimitivePoint) => void;
  n: number;
}

/** The host's side of calls: faults befall them, work takes its time, hooks are told of each point. */
export class CallRunner {
  readonly #host: Hypervisor;
  readonly #hooks = new Set<Hook>();

  constructor(host: Hypervisor) {
    this.#host = host;
  }

  /** Called at each point of each agent's call, synchronously: a test can kill its caller there. Returns the way to stop. */
  onPrimitive(listener: (point: PrimitivePoint) => void): () => void {
    const hook = { listener, n: 0 };
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }

  announce(info: CallInfo, phase: CallPhase): void {
    if (!info.connection.watched) return;
    for (const hook of this.#hooks) {
      if (phase === 'before') hook.n++;
      hook.listener({ ...info, n: hook.n, phase });
    }
  }

  /** The host's side of a call, from its arrival on: goes on whatever becomes of the caller. */
  async perform<R>(info: CallInfo, act: Act<R>, signal?: AbortSignal): Promise<R> {
    const daemonRun = this.#host.daemonRun;
    const fault = info.connection.watched ? this.#host.faults.of(info) : null;
    this.#strike(fault, 'before', info);
    const domain = act.lock === undefined || info.instance === null ? null : this.#host.existing(info.instance);
    const body = act.body();
    const taken = domain === null ? null : this.#take(domain, info, act);
    const job = taken instanceof Promise ? await taken : taken;
    const lock = domain?.lock;
    let begun = false;
    try {
      this.#stillThere(info, act, domain, daemonRun);
      body.begin?.();
      begun = true;
      const workMs = this.#host.workMs(info.name) + (fault?.kind === 'hang' ? fault.ms : 0);
      if (body.work !== undefined) await body.work(job);
      if (workMs > 0) await this.#work(workMs, job, act.child === true ? signal : undefined);
      if (job?.broken === true) throw new CallError('OPERATION_FAILED', 'domain was destroyed meanwhile');
      this.#stillThere(info, act, domain, daemonRun);
      if (act.child === true && (!info.connection.alive || signal?.aborted === true))
        throw new CallError('CHILD_KILLED', `${info.name} was killed`);
      const result = body.finish();
      begun = false;
      this.#strike(fault, 'after', info);
      const replyMs = this.#host.replyMs();
      if (replyMs > 0) {
        if (job !== null) lock?.release(job);
        await this.#wait(replyMs);
      }
      return result;
    } catch (error) {
      if (begun && this.#host.daemonRun === daemonRun && job?.broken !== true) body.cut?.();
      throw error;
    } finally {
      if (job !== null) lock?.release(job);
    }
  }

  #take(domain: Domain, info: CallInfo, act: Act<unknown>): ReturnType<JobLock['acquire']> {
    return act.lock === 'preempt'
      ? domain.lock.preempt(info.name, this.#host.clock)
      : domain.lock.acquire(info.name, this.#host.clock);
  }

  /** After a wait: the daemon that took the call may be gone, or the domain. */
  #stillThere(info: CallInfo, act: Act<unknown>, domain: Domain | null, daemonRun: number): void {
    if (act.local !== true && this.#host.daemonRun !== daemonRun)
      throw new CallError('CONNECTION_LOST', 'the daemon ended in the middle of the call');
    if (domain !== null && this.#host.find(domain.uuid) !== domain)
      throw new CallError('NO_DOMAIN', `no domain with matching uuid '${info.instance}'`);
  }

  #strike(fault: FaultKind | null, when: 'before' | 'after', info: CallInfo): void {
    if (fault === null || fault.kind === 'hang' || fault.when !== when) return;
    if (fault.kind === 'loseConnection') throw new CallError('CONNECTION_LOST', `connection lost ${when} ${info.name}`);
    throw new CallError(fault.code ?? 'OPERATION_FAILED', fault.message ?? `${info.name} failed ${when} acting`);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#host.clock.after(ms, resolve);
    });
  }

  /** Time passes with work, until it is done, its job broken or its process killed. */
  #work(ms: number, job: Job | null, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.#host.clock.after(ms, done);
      signal?.addEventListener('abort', done, { once: true });
      if (job !== null) job.onBroken = done;
    });
  }
}
