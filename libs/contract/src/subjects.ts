/** Subjects of NATS, in one place. A host or an instance is one token; `_cluster` is a host like any other here. */
import { z } from 'zod';
import type { HostName } from './data/identifiers.ts';

const hostTokenPrefix = 'host_';

/**
 * The token under which a host's own history lies, where an instance's has its UUID: `evt._cluster.host_<name>`, and the host's standing
 * in `evt.<name>.host_<name>`. No UUID has an underscore.
 */
export const hostToken = z
  .string()
  .regex(/^host_[A-Za-z0-9_-]{1,64}$/, 'expected host_ and the name of a host')
  .brand<'HostToken'>();
export type HostToken = z.infer<typeof hostToken>;

/** Token of a host's history. */
export const hostTokenOf = (host: string): HostToken => `${hostTokenPrefix}${host}` as HostToken;

/** The host that a token's history is of. */
export const hostOfToken = (token: string): HostName => token.slice(hostTokenPrefix.length) as HostName;

/** Whether a token names a host's history and no instance's. */
export const isHostToken = (token: string): token is HostToken => token.startsWith(hostTokenPrefix);

/** History of one instance on one host: `evt.<host>.<instance>`. */
export const eventSubject = (host: string, instance: string): string => `evt.${host}.${instance}`;

/** All histories of a host. */
export const hostEvents = (host: string): string => `evt.${host}.>`;

/** The stream that keeps a host's histories. One per host: recovery reads only its own. */
export const streamOf = (host: string): string => `EVT_${host}`;

/** Commands to an instance's actor, request/reply: `rpc.<host>.cmd.<instance>`. */
export const commandSubject = (host: string, instance: string): string => `rpc.${host}.cmd.${instance}`;

/** Queries to a host's driver, request/reply, past the mailboxes: `rpc.<host>.query.<method>`. */
export const querySubject = (host: string, method: string): string => `rpc.${host}.query.${method}`;

/** Orders to the agent of a host that concern no single instance, request/reply: `rpc.<host>.host.<method>`. */
export const hostOrderSubject = (host: string, method: string): string => `rpc.${host}.host.${method}`;

/** Beats of a host. */
export const beatSubject = (host: string): string => `hb.${host}`;

/** Buckets of the object store. */
export const buckets = { images: 'images', secrets: 'secrets' } as const;

/** Host and instance of an event subject, or undefined when it is none. */
export function parseEventSubject(subject: string): { host: string; instance: string } | undefined {
  const [kind, host, instance, ...rest] = subject.split('.');
  return kind === 'evt' && host !== undefined && instance !== undefined && rest.length === 0
    ? { host, instance }
    : undefined;
}
