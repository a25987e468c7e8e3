/** What an agent is told: a JSON file, by `--config FILE`. Everything has a meaning; an unknown field is an error. */
import { hostName } from '@chronovirt/contract';
import { serverAddresses, serverTls } from '@chronovirt/nats-adapter';
import { z } from 'zod';
import { policySettings } from './policy.ts';

const path = z.string().min(1).startsWith('/', 'expected an absolute path');

const command = z.array(z.string().min(1).max(4096)).min(1).max(64);

export const agentConfig = z.strictObject({
  /** Name of this host: a token of subjects. */
  host: hostName,
  /** Which cluster this agent belongs to; with the host's name it makes the lock. */
  cluster: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,64}$/)
    .default('default'),
  nats: z.strictObject({
    servers: serverAddresses,
    /** File with the seed of this agent's nkey (0600); without one the server has to take anybody. */
    nkeySeedFile: path.optional(),
    /** How it is encrypted: for `tls://` servers whose authority the system does not know, or that ask for a certificate. */
    tls: serverTls.optional(),
  }),
  /** Key file (32 bytes, 0600) under which the instances' data keys are wrapped. */
  secretsKeyFile: path,
  driver: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('libvirt'),
      uri: z.string().default('qemu:///system'),
      instancesDirectory: path,
      /** Name of the storage that this directory lies on, when other hosts have the same one there; left out: its own disks. */
      sharedStorage: z.string().min(1).max(64).optional(),
      /** NAT network that is made when missing; null = none. */
      natNetwork: z.string().nullable().default('chronovirt'),
      /** Address under which other hosts reach this one; with a loopback address it takes no part in moves. */
      address: z.string().default('127.0.0.1'),
      /** How guests move to other hosts while they run. */
      liveMigration: z
        .strictObject({
          /** libvirt URI of another host, `%s` for its address; this host's daemon has to reach it. */
          uri: z
            .string()
            .includes('%s', 'expected %s where the address of the other host goes')
            .default('qemu+tcp://%s/system'),
          /** Address under which other hosts' daemons reach this one for it; left out: `address`. */
          address: z.string().min(1).max(255).optional(),
          /** MiB per second that one move may take; left out: as much as there is. */
          bandwidthMiBps: z.int().positive().optional(),
          /** How long a guest may stand still at the end of the copy, in milliseconds; left out: QEMU's own. */
          maxDowntimeMs: z.int().positive().optional(),
          /** A guest that writes faster than it is copied is slowed down. */
          autoConverge: z.boolean().default(false),
          /** A move may be switched to post-copy; needs `landing: "running"`, and with it a `lockManager`. */
          postCopy: z.boolean().default(false),
          /** How a move is brought to its end at any price; left out: `postCopy` where that is allowed, else `pause`. */
          forceComplete: z.enum(['pause', 'postCopy']).optional(),
          /** Who lets the guest go on where it arrives: its new owner (`paused`), or libvirt by itself (`running`; needs a `lockManager`). */
          landing: z.enum(['paused', 'running']).default('paused'),
          /** `lock_manager` in the qemu.conf of every host: what keeps a guest from running on two of them. */
          lockManager: z.enum(['none', 'lockd', 'sanlock']).default('none'),
          /** The guest's memory and disks go encrypted from QEMU to QEMU; the same on every host, each with certificates of its own. */
          nativeTls: z.boolean().default(false),
          /** The operator knows that storage which both hosts see is safe for a move, though libvirt does not. */
          trustSharedStorage: z.boolean().default(false),
        })
        .optional(),
      /** `auto` asks a real probe. */
      acceleration: z.enum(['auto', 'kvm', 'tcg']).default('auto'),
      softRebootSeconds: z.int().min(1).max(3600).default(120),
      /** Program and arguments that do a power action to this machine when an operator orders it; left out: the order is refused. */
      powerCommands: z
        .strictObject({ reboot: command.optional(), shutdown: command.optional(), startup: command.optional() })
        .default({}),
    }),
    /** A simulated host: for trying things out. Its guests live in this process and end with it. */
    z.strictObject({ kind: z.literal('simulated'), profile: z.enum(['instant', 'lively']).default('lively') }),
  ]),
  /** Where this agent takes files from other agents and hands out images; left out: it takes no part in moves of files. */
  peer: z
    .strictObject({
      /** The address that other hypervisors reach it at; it listens there. */
      address: z.string().min(1).max(255),
      port: z.int().min(1).max(65_535).default(8775),
      /** Key that the agents of a cluster sign their requests with; left out: `secretsKeyFile`, of which a key of its own is derived. */
      keyFile: path.optional(),
      /** `address:port` of other agents that are asked, in this order, for images that the cluster's store lacks. */
      imagesFrom: z.array(z.string().min(3).max(255)).max(64).default([]),
      /** Certificate, private key, and the authority that signed the certificates of all; left out: what is sent is not encrypted. */
      tls: z.strictObject({ certFile: path, keyFile: path, caFile: path }).optional(),
    })
    .optional(),
  /**
   * The watchdog of this host: a process of its own (`watchdog/main.ts`) that ends all guests when this agent could not confirm the host's
   * term for its bound. Left out: none, and silence of this host never proves anything.
   */
  watchdog: z.strictObject({ socket: path }).optional(),
  /** What this host does by itself, and which of guest and record holds where they differ. */
  policy: policySettings,
  /** The cache of base images below the instances directory. */
  imageCache: z
    .strictObject({
      /** Milliseconds between two passes that remove cached images which nobody uses; null = nothing is ever removed. */
      intervalMs: z.int().min(1_000).max(2_147_483_647).nullable().default(2_400_000),
      /**
       * Seconds that an image has to be in nobody's use before it is removed. A create has its disk moments after it has its image, and
       * clocks of hosts that share storage may differ: not less than a minute.
       */
      ageSeconds: z.int().min(60).default(86_400),
    })
    .default({ intervalMs: 2_400_000, ageSeconds: 86_400 }),
  /** Milliseconds between two reports to the coordinator. */
  beatMs: z.int().min(100).max(60_000).default(1_000),
  log: z
    .strictObject({ level: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') })
    .default({ level: 'info' }),
});
export type AgentConfig = z.infer<typeof agentConfig>;
