/** What an operator orders of the host itself. */
import type { ArgsOf, HostContext } from '@chronovirt/contract';
import type { DomainView } from '../world/domain-view.ts';
import type { SimulatedHost } from '../world/simulated-host.ts';
import { failure } from './failure.ts';

/** What does a power action to the host, and what it answers; without it the action is refused. */
export type PowerActions = Readonly<Partial<Record<ArgsOf<'hostPowerAction'>['action'], () => Promise<string>>>>;

export class HostOrders {
  readonly #host: SimulatedHost;
  readonly #power: PowerActions;
  #underWay: Promise<string> | null = null;

  constructor(host: SimulatedHost, power: PowerActions) {
    this.#host = host;
    this.#power = power;
  }

  /** Whether new instances are taken here. */
  get takesInstances(): boolean {
    const { enabled, maintenance } = this.#host.availability;
    return enabled && !maintenance;
  }

  setEnabled({ enabled }: ArgsOf<'setHostEnabled'>, context: HostContext): 'enabled' | 'disabled' {
    context.permit.check();
    this.#host.availability.enabled = enabled;
    return enabled ? 'enabled' : 'disabled';
  }

  /** Guests are moved away by whoever orders it; while some are left that is the answer, and the window is open. */
  async maintenance(
    { mode }: ArgsOf<'hostMaintenanceMode'>,
    context: HostContext,
    guests: () => Promise<readonly DomainView[]>,
  ): Promise<'on_maintenance' | 'off_maintenance'> {
    context.permit.check();
    this.#host.availability.maintenance = mode;
    if (!mode) return 'off_maintenance';
    const left = await guests();
    if (left.length > 0) throw failure('NO_VALID_HOST', `${left.length} instance(s) are still on this host`);
    return 'on_maintenance';
  }

  /** While one action is under way no other begins: who asks meanwhile is told the answer of that one. */
  async power({ action }: ArgsOf<'hostPowerAction'>, context: HostContext): Promise<string> {
    const act = this.#power[action];
    if (act === undefined) throw failure('NOT_IMPLEMENTED', `the simulated host has nothing that could do ${action}`);
    context.permit.check();
    this.#underWay ??= act().finally(() => (this.#underWay = null));
    return await this.#underWay;
  }
}
