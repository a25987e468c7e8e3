/** What an operator orders of the host itself. */
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf, HostContext, ResultOf } from '@chronovirt/contract';
import { runChild } from '../disks/child-process.ts';
import { ourDomains } from '../inventory/inventory.ts';
import type { HostServices } from './host-services.ts';
import type { LibvirtDriverSettings } from './settings.ts';

export async function setHostEnabled(
  host: HostServices,
  { enabled }: ArgsOf<'setHostEnabled'>,
  context: HostContext,
): Promise<ResultOf<'setHostEnabled'>> {
  await host.availability.say({ enabled }, context);
  return enabled ? 'enabled' : 'disabled';
}

/**
 * Opens or closes a window of maintenance. A driver knows its own host alone: whoever orders the window moves the guests away, and
 * asks again. Throws `NO_VALID_HOST` while guests are left; the window is open then, and the guests go on.
 */
export async function hostMaintenanceMode(
  host: HostServices,
  { mode }: ArgsOf<'hostMaintenanceMode'>,
  context: HostContext,
): Promise<ResultOf<'hostMaintenanceMode'>> {
  await host.availability.say({ maintenance: mode }, context);
  if (!mode) return 'off_maintenance';
  const left = await ourDomains(host, { signal: context.permit.signal, deadlineMs: context.remainingMs() });
  if (left.length > 0) {
    throw new DriverError(
      'NO_VALID_HOST',
      `${left.length} instance(s) are still on this host; it takes no new ones. Move them away, then order it again`,
    );
  }
  return 'on_maintenance';
}

type PowerCommands = NonNullable<LibvirtDriverSettings['powerCommands']>;

/** Runs the commands that the configuration names for power actions, one at a time. */
export class PowerSwitch {
  readonly #commands: PowerCommands;
  #underWay: Promise<string> | null = null;

  constructor(commands: PowerCommands) {
    this.#commands = commands;
  }

  /**
   * What the command printed. While one is under way no other begins: who asks meanwhile is told the answer of that one. Throws
   * `NOT_IMPLEMENTED` where no command is configured, `COMMAND_FAILED` when it fails or takes too long (it is killed then).
   */
  async run({ action }: ArgsOf<'hostPowerAction'>, context: HostContext): Promise<ResultOf<'hostPowerAction'>> {
    const [command, ...args] = this.#commands[action] ?? [];
    if (command === undefined) {
      throw new DriverError(
        'NOT_IMPLEMENTED',
        `this host has no command for ${action}; name one in the agent's configuration: driver.powerCommands.${action}`,
      );
    }
    this.#underWay ??= runChild(command, args, context).finally(() => (this.#underWay = null));
    return await this.#underWay;
  }
}
