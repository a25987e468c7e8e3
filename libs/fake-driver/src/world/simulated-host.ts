/** A simulated hypervisor and all who act on it: its agents' connections, somebody at its command line, its guests. */
import type { InstanceUuid } from '@chronovirt/contract';
import type { PrimitivePoint } from './call.ts';
import { CallRunner } from './call-runner.ts';
import { HostConnection } from './connection.ts';
import { Guest } from './guest.ts';
import { Hypervisor, type HypervisorOptions } from './hypervisor.ts';
import type { Neighbours } from './neighbours.ts';
import { Outside } from './outside.ts';

export interface SimulatedHostOptions extends HypervisorOptions {
  /** The other hosts of its site; none unless said otherwise. */
  readonly neighbours?: Neighbours;
}

export class SimulatedHost extends Hypervisor {
  readonly outside: Outside;
  readonly #runner = new CallRunner(this);
  readonly neighbours: Neighbours | null;

  constructor(options: SimulatedHostOptions) {
    super(options);
    this.neighbours = options.neighbours ?? null;
    this.outside = new Outside(this.#connection('outside', false));
  }

  /** A new caller, such as an agent that has just started. */
  connect(caller = 'agent'): HostConnection {
    const connection = this.#connection(caller, true);
    this.know(connection);
    return connection;
  }

  /** Called at each point of each agent's call, synchronously: a test can kill its caller there. Returns the way to stop. */
  onPrimitive(listener: (point: PrimitivePoint) => void): () => void {
    return this.#runner.onPrimitive(listener);
  }

  guest(instance: InstanceUuid): Guest {
    return new Guest(this, instance);
  }

  #connection(caller: string, watched: boolean): HostConnection {
    return new HostConnection({ host: this, runner: this.#runner, neighbours: this.neighbours }, caller, watched);
  }
}
