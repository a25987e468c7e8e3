import { z } from 'zod';
import { commandId, hostName } from '../data/identifiers.ts';
import { by } from './message.ts';

const empty = z.strictObject({});
const reason = z.string().max(300).default('');

/** What a person may order about a host, by name, with its arguments. */
export const hostCommandArguments = {
  /** Takes new instances again. */
  enable: empty,
  /** Takes no new instances; what runs there stays. */
  disable: z.strictObject({ reason }),
  /** On: moves the instances away, `budget` at a time, then tells the driver. Off: the host is used again. */
  maintenance: z.strictObject({ on: z.boolean(), budget: z.int().min(1).max(64).default(1) }),
  /** Powers the host off with the command of the coordinator's configuration. */
  fence: z.strictObject({ reason }),
  /** Has a reachable agent stop all guests, and start none until `admit`. */
  standDown: z.strictObject({ reason }),
  /** A person states that no guest runs there: they have looked. */
  confirmDown: z.strictObject({ statement: z.string().min(10, 'say how you know, in a sentence').max(500) }),
  /** Lets a host that was fenced run guests again. */
  admit: empty,
  power: z.strictObject({ action: z.enum(['reboot', 'shutdown', 'startup']) }),
  /** A host that is gone for ever; needs a proof. */
  forget: empty,
  /** A person has looked at the host's alarm. */
  acknowledge: empty,
} as const;

export type HostCommandName = keyof typeof hostCommandArguments;
export const hostCommandNames = Object.keys(hostCommandArguments) as HostCommandName[];
export type HostCommandArguments<N extends HostCommandName> = z.infer<(typeof hostCommandArguments)[N]>;

/** A command on its way to a host's actor on the spine. The same `id` gets the same answer. */
export const hostOrder = z.strictObject({
  id: commandId,
  host: hostName,
  name: z.enum(hostCommandNames as [HostCommandName, ...HostCommandName[]]),
  args: z.record(z.string(), z.json()),
  by,
  /** Refuse unless the host's last message has this sequence. */
  ifSeq: z.int().nonnegative().optional(),
});
export type HostOrder = z.infer<typeof hostOrder>;
