/** The orders with words of their own. Every other command of the contract becomes a verb by itself (`generated/orders.ts`). */
import { order, orderOptions } from '../follow/order.ts';
import { parseSpan } from '../parse/moment.ts';
import type { Io } from '../io.ts';
import { instanceArgument, textOption, type Asked, type Option, type OptionValues, type Verb } from './verb.ts';

interface OrderVerb {
  readonly summary: string;
  readonly details?: string;
  readonly options?: readonly Option[];
  readonly examples: readonly (readonly [string, string])[];
  /** The contract's command; the verb's own name when not given. */
  readonly command?: string | ((options: OptionValues) => string);
  readonly args?: (options: OptionValues) => Record<string, unknown>;
}

const reason: Option = { flags: '--reason <text>', description: 'why, for the history' };
const reasonOf = (options: OptionValues): Record<string, unknown> => {
  const text = textOption(options, 'reason');
  return text === undefined ? {} : { reason: text };
};

const orders: Readonly<Record<string, OrderVerb>> = {
  start: {
    summary: 'Start a stopped instance.',
    examples: [['start web', 'start it and wait until it runs']],
  },
  stop: {
    summary: 'Shut an instance down; after a while pull the plug.',
    options: [
      {
        flags: '--grace <span>',
        description:
          'time that the guest gets to shut down by itself; 0s pulls the plug at once; else as its image says (os_shutdown_timeout), or 60s',
      },
      reason,
    ],
    examples: [
      ['stop web', 'ask it to shut down, wait until it is off'],
      ['stop web --grace 0s', 'pull the plug'],
      ['stop web --reason "disk swap"', 'tell the history why'],
    ],
    args: (options) => {
      const grace = textOption(options, 'grace');
      return {
        ...reasonOf(options),
        ...(grace === undefined ? {} : { timeoutSeconds: Math.ceil(parseSpan(grace, '--grace') / 1000) }),
      };
    },
  },
  reboot: {
    summary: 'Restart an instance.',
    details:
      'Soft: the guest is asked to shut down, then started again. Hard: the plug is pulled and a fresh definition is started; it works from paused, suspended, stopped and failed too.',
    options: [{ flags: '--hard', description: 'pull the plug' }],
    examples: [
      ['reboot web', 'restart it softly'],
      ['reboot web --hard', 'bring it back from nearly anything'],
    ],
    command: (options) => (options['hard'] === true ? 'hardReboot' : 'reboot'),
  },
  pause: { summary: "Stop an instance's CPUs; its memory stays.", examples: [['pause web', 'freeze it']] },
  unpause: { summary: 'Let a paused instance go on.', examples: [['unpause web', 'thaw it']] },
  suspend: {
    summary: "Save an instance's memory to disk and free what it used.",
    examples: [['suspend web', 'put it away for later']],
  },
  resume: {
    summary: 'Let a suspended instance go on where it was.',
    examples: [['resume web', 'bring its memory back']],
  },
  delete: {
    summary: 'Delete an instance; legal in every state. Its history is kept.',
    examples: [
      ['delete web', 'remove guest, disks and definition'],
      ['delete web --no-wait', 'order it and return'],
    ],
  },
  lock: {
    summary: 'Refuse all changes of an instance until it is unlocked.',
    options: [reason],
    examples: [['lock web --reason "do not touch before Monday"', 'lock it and say why']],
    args: reasonOf,
  },
  unlock: { summary: 'Allow changes of an instance again.', examples: [['unlock web', 'unlock it']] },
  reset: {
    summary: 'Look at the hypervisor and take over what is true.',
    details: 'For an instance whose record and guest no longer agree. Nothing is done to the guest.',
    examples: [['reset web', 'probe it and settle']],
  },
};

export const orderVerbNames = Object.keys(orders);

/** The verb of an order. */
export function orderVerb(name: string): Verb {
  const given = orders[name];
  if (given === undefined) throw new Error(`no order is called ${name}`);
  const { summary, details, options = [], examples, command = name, args = () => ({}) } = given;
  const asks = (_io: Io, values: OptionValues): Asked => ({
    name: typeof command === 'string' ? command : command(values),
    args: args(values),
  });
  return {
    name,
    group: 'Instances',
    summary,
    ...(details === undefined ? {} : { details }),
    args: [instanceArgument],
    options: [...options, ...orderOptions],
    examples,
    asks,
    run: (context, [instance = ''], values) => {
      const asked = asks(context.io, values);
      return order(context, instance, asked.name, asked.args, values);
    },
  };
}
