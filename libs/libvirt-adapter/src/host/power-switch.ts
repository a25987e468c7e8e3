import { DriverError } from '@chronovirt/contract';
import type { ArgsOf, HostContext, ResultOf } from '@chronovirt/contract';
import { runChild } from '../disks/child-process.ts';
import type { LibvirtDriverSettings } from './settings.ts';

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
