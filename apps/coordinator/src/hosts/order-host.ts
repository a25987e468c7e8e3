import { ChronovirtError } from '@chronovirt/contract';

/** The agent of a host did not answer. `taken`: it may have taken the order all the same. */
export class HostSilentError extends ChronovirtError {
  readonly taken: boolean;
  constructor(host: string, taken: boolean) {
    super('HOST_UNREACHABLE', `the agent of host ${host} does not answer`, { retry: 'later' });
    this.taken = taken;
  }
}

export interface OrderOptions {
  readonly patienceMs: number;
  readonly signal: AbortSignal;
  /** Sent once: it may not be carried out twice. */
  readonly once?: boolean;
}

/** Orders something of a host's agent. Rejects with `HostSilentError` without an answer, else with the agent's own error. */
export type OrderHost = (
  host: string,
  method: 'confirm' | 'standDown' | 'setHostEnabled' | 'hostMaintenanceMode' | 'hostPowerAction' | 'removeImages',
  args: Readonly<Record<string, unknown>>,
  options: OrderOptions,
) => Promise<Record<string, unknown>>;
