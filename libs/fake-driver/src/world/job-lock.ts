/**
 * A domain's job lock, as libvirt keeps it: one modifying call at a time, the others wait in the order in which they came and give up
 * after 30 seconds with a word about the holder. Destroy does not wait: it breaks the holder's job and takes the lock.
 */
import type { Clock } from '@chronovirt/runtime';
import { CallError } from './call-error.ts';

/** One turn with the lock. `broken`: a destroy has taken it away, the job ends without its effect. */
export interface Job {
  readonly what: string;
  broken: boolean;
  /** Called when it is broken, while its work goes on. */
  onBroken?: () => void;
}

interface Waiter {
  readonly job: Job;
  readonly granted: () => void;
}

/** How long libvirt lets a call wait for the lock, in milliseconds. */
export const LOCK_WAIT_MS = 30_000;

export class JobLock {
  #holder: Job | null = null;
  readonly #waiting: Waiter[] = [];

  /** What holds the lock just now. */
  get holder(): string | null {
    return this.#holder?.what ?? null;
  }

  /** The lock, at once when it is free; throws `OPERATION_TIMEOUT` when it is not within 30 s. */
  acquire(what: string, clock: Clock): Job | Promise<Job> {
    const job: Job = { what, broken: false };
    if (this.#holder === null) {
      this.#holder = job;
      return job;
    }
    return new Promise((resolve, reject) => {
      const cancel = clock.after(LOCK_WAIT_MS, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new CallError('OPERATION_TIMEOUT', `cannot acquire state change lock (held by ${this.holder})`));
      });
      const waiter: Waiter = {
        job,
        granted: () => {
          cancel();
          resolve(job);
        },
      };
      this.#waiting.push(waiter);
    });
  }

  /** Takes the lock from whoever holds it, unless that is another preemption. */
  preempt(what: string, clock: Clock): Job | Promise<Job> {
    if (this.#holder?.what === what) return this.acquire(what, clock);
    const broken = this.#holder;
    const job: Job = { what, broken: false };
    this.#holder = job;
    if (broken !== null) {
      broken.broken = true;
      broken.onBroken?.();
    }
    return job;
  }

  /** What the holder has begun goes on after its call has ended: the lock stays held, by another job. */
  handOver(job: Job): Job {
    const next: Job = { what: job.what, broken: job.broken };
    // A daemon that began anew has forgotten who held it.
    if (this.#holder === job || this.#holder === null) this.#holder = next;
    return next;
  }

  /** Gives the lock to the next in line; nothing for a job that was broken. */
  release(job: Job): void {
    if (this.#holder !== job) return;
    const next = this.#waiting.shift();
    this.#holder = next?.job ?? null;
    next?.granted();
  }
}
