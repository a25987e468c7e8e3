import { z } from 'zod';
import { commandId, hostName, instanceUuid } from '../data/identifiers.ts';
import { imageRef, instanceSpec } from '../data/instance-spec.ts';
import { secretRef } from '../data/secret.ts';
import { imageName, MAX_BACKUPS } from './image-work.ts';
import { by } from './message.ts';

const empty = z.strictObject({});

/** A password that comes with an order. A person gives it as text; it is sealed before the order is sent. */
const adminPassword = secretRef
  .optional()
  .describe("Password of the administrator in the guest (of a cloud image: its default user's). Sealed.");

/**
 * What a person may order, by name, with its arguments. `decide` turns it into events or into a refusal; what is not named here is
 * no command. Arguments hold no secrets: those were sealed before (`SecretRef`).
 */
export const commandArguments = {
  create: z.strictObject({ spec: instanceSpec, host: hostName.optional() }),
  start: empty,
  stop: z.strictObject({
    /** Seconds that the guest gets to shut down by itself; 0 = pull the plug. Left out: as its image says (`os_shutdown_timeout`), or 60. */
    timeoutSeconds: z.int().min(0).max(3600).optional(),
    /** Why, for the history. */
    reason: z.string().max(200).optional(),
  }),
  reboot: empty,
  hardReboot: empty,
  pause: empty,
  unpause: empty,
  suspend: empty,
  resume: empty,
  /** `adminPassword`: of the rescue system; left out: the one from create, if there was one. Those who order by the API get one made. */
  rescue: z.strictObject({ image: imageRef.optional(), adminPassword }),
  unrescue: empty,
  /** `adminPassword`: the instance's from now on; left out: it keeps the one that it has. */
  rebuild: z.strictObject({ image: imageRef.optional(), adminPassword }),
  resize: z.strictObject({ flavor: instanceSpec.shape.flavor, host: hostName.optional() }),
  coldMigrate: z.strictObject({ host: hostName.optional() }),
  confirmResize: empty,
  revertResize: empty,
  liveMigrate: z.strictObject({
    host: hostName.optional(),
    /** True: local disks are copied along; false: none is, which needs storage that both hosts share; left out: the hosts find out. */
    blockMigration: z.boolean().optional(),
    diskOverCommit: z
      .boolean()
      .optional()
      .describe('Disks that are copied along count with what they take now; left out, with all that they may grow to.'),
  }),
  /** Ends a move that has not landed; the guest stays where it is. */
  abortMigration: empty,
  /** Brings a live migration to its end at the price of a pause, or of post-copy where that is allowed. */
  forceComplete: empty,
  evacuate: z.strictObject({
    host: hostName.optional(),
    /** True: without storage that both hosts share it is made anew from its image, and what was on its disk is lost. */
    fromImage: z.boolean().default(false),
  }),
  shelve: empty,
  offload: empty,
  unshelve: z.strictObject({
    host: hostName
      .optional()
      .describe('Where an offloaded instance is made again; one that is not offloaded is started where it is.'),
  }),
  /** Makes an image of the root disk; the guest goes on as it is. */
  snapshot: z.strictObject({ name: imageName }),
  backup: z.strictObject({
    name: imageName,
    /** Backups of that name that are kept, this one included; older ones are removed. */
    rotation: z.int().min(1).max(MAX_BACKUPS),
  }),
  softDelete: empty,
  restore: empty,
  delete: empty,
  reset: empty,
  /** What was seen and differs from the record is taken over. */
  adoptDrift: empty,
  /** What was seen is undone: the guest is brought back to what is recorded. */
  repairDrift: empty,
  lock: z.strictObject({ reason: z.string().max(300).default('') }),
  unlock: empty,
} as const;

/** The argument of a command that is a secret, by command: text where a person gives it, a reference wherever it is stored or sent on. */
export const secretArguments: { readonly [N in CommandName]?: string & keyof CommandArguments<N> } = {
  rescue: 'adminPassword',
  rebuild: 'adminPassword',
};

export type CommandName = keyof typeof commandArguments;
export const commandNames = Object.keys(commandArguments) as CommandName[];
export type CommandArguments<N extends CommandName> = z.infer<(typeof commandArguments)[N]>;

/** A command on its way to an instance's actor. The same `id` gets the same answer. */
export const command = z.strictObject({
  id: commandId,
  instance: instanceUuid,
  name: z.enum(commandNames as [CommandName, ...CommandName[]]),
  args: z.record(z.string(), z.json()),
  by,
  /** Refuse unless the instance's last message has this sequence; lets a person act on what they saw. */
  ifSeq: z.int().nonnegative().optional(),
});
export type Command = z.infer<typeof command>;
