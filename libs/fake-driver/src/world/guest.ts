/** What a guest does by itself: it hears the power button, shuts down, crashes, panics, sleeps, meets a broken disk. */
import type { InstanceUuid } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import type { Domain } from './domain.ts';
import type { Hypervisor } from './hypervisor.ts';

/** The guest of one instance. Acts of a guest that does not run change nothing. */
export class Guest {
  readonly #host: Hypervisor;
  readonly #instance: InstanceUuid;

  constructor(host: Hypervisor, instance: InstanceUuid) {
    this.#host = host;
    this.#instance = instance;
  }

  /** Whether the guest heeds the power button; it does unless told otherwise, also before there is a guest. */
  heedsShutdown(yes: boolean): void {
    if (yes) this.#host.deafGuests.delete(this.#instance);
    else this.#host.deafGuests.add(this.#instance);
  }

  /** The power button: a guest that runs and heeds it is off some time later. */
  askToShutDown(domain: Domain): void {
    const { run } = domain;
    if (run === null) throw new CallError('OPERATION_INVALID', 'domain is not running');
    if (this.#host.deafGuests.has(this.#instance) || run.state !== 'running') return;
    this.#host.later(this.#host.shutdownMs(), () => {
      if (domain.run === run && run.state === 'running') domain.stop('shutdown');
    });
  }

  shutdown(): void {
    this.#whileRunning((domain) => domain.stop('shutdown'));
  }

  /** The emulator dies. */
  crash(): void {
    this.#whileActive((domain) => {
      const job = domain.lock.preempt('crash', this.#host.clock);
      domain.stop('crashed');
      if (!(job instanceof Promise)) domain.lock.release(job);
    });
  }

  /** A line on the serial console, if the guest runs. */
  says(line: string): void {
    this.#whileRunning((domain) => domain.console.print(this.#host.clock.monotonic(), line));
  }

  panic(): void {
    this.#whileRunning((domain) => domain.panic());
  }

  sleep(): void {
    this.#whileRunning((domain) => domain.sleep());
  }

  /** A disk fails under the guest: the hypervisor pauses it. */
  diskFails(): void {
    this.#whileRunning((domain) => domain.pause('ioerror'));
  }

  #whileRunning(act: (domain: Domain) => void): void {
    this.#whileActive((domain) => {
      if (domain.run?.state === 'running') act(domain);
    });
  }

  #whileActive(act: (domain: Domain) => void): void {
    const domain = this.#host.find(this.#instance);
    if (domain !== null && domain.run !== null) act(domain);
  }
}
