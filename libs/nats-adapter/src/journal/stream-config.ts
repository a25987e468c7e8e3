import { hostEvents, MESSAGE_VERSION, streamOf } from '@chronovirt/contract';
import type { Capabilities } from '../connection/capabilities.ts';
import type { ConfigDifference } from '../errors.ts';

/** A stream's settings in the words of the JetStream API; durations in nanoseconds. */
export interface StreamConfig {
  readonly name: string;
  readonly subjects: readonly string[];
  readonly description: string;
  readonly retention: 'limits';
  readonly storage: 'file';
  readonly discard: 'new';
  readonly max_bytes: number;
  readonly max_msgs: number;
  readonly max_msgs_per_subject: number;
  readonly max_consumers: number;
  readonly max_age: number;
  readonly max_msg_size: number;
  readonly duplicate_window: number;
  readonly num_replicas: number;
  readonly deny_delete: boolean;
  readonly deny_purge: boolean;
  readonly allow_direct: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface StreamInfo {
  readonly config: Partial<StreamConfig> & { readonly sealed?: boolean; readonly persist_mode?: string };
  readonly state: { readonly messages: number; readonly bytes: number; readonly last_seq: number };
}

export interface StreamSettings {
  readonly maxBytes: number;
  readonly maxMessageBytes: number;
  readonly replicas: number;
}

/** How long a server knows message ids; a retry after that is resolved by reading. */
const duplicateWindowMs = 2 * 60_000;

/**
 * The stream of one host's histories. Full means refused (`discard: new`), never forgotten; nobody can delete or purge through the API of
 * a running system; nothing ages.
 */
export function streamConfig(host: string, settings: StreamSettings, can: Capabilities): StreamConfig {
  return {
    name: streamOf(host),
    subjects: [hostEvents(host)],
    description: `histories of the instances on ${host}`,
    retention: 'limits',
    storage: 'file',
    discard: 'new',
    max_bytes: settings.maxBytes,
    max_msgs: -1,
    max_msgs_per_subject: -1,
    max_consumers: -1,
    max_age: 0,
    max_msg_size: settings.maxMessageBytes,
    duplicate_window: duplicateWindowMs * 1e6,
    num_replicas: settings.replicas,
    deny_delete: true,
    deny_purge: true,
    allow_direct: true,
    ...(can.metadata ? { metadata: { 'chronovirt.message': String(MESSAGE_VERSION) } } : {}),
  };
}

/** Settings on which the promises of a history rest. Sizes and replicas are the operator's to choose and are not among them. */
const essential = [
  'subjects',
  'retention',
  'storage',
  'discard',
  'max_msgs',
  'max_msgs_per_subject',
  'max_age',
  'deny_delete',
  'deny_purge',
  'allow_direct',
] as const satisfies (keyof StreamConfig)[];

/** What the server really has, where it differs from what histories need. Old servers take settings that they do not know in silence. */
export function differences(wanted: StreamConfig, found: StreamInfo['config']): ConfigDifference[] {
  const list: ConfigDifference[] = essential
    .filter((field) => JSON.stringify(found[field] ?? absent[field]) !== JSON.stringify(wanted[field]))
    .map((field) => ({ field, expected: wanted[field], found: found[field] }));
  if (found.sealed) list.push({ field: 'sealed', expected: false, found: true });
  if (found.persist_mode === 'async') list.push({ field: 'persist_mode', expected: 'default', found: 'async' });
  if (!(Number(found.max_bytes) > 0)) list.push({ field: 'max_bytes', expected: 'a limit', found: found.max_bytes });
  if (!(Number(found.duplicate_window) > 0)) {
    list.push({ field: 'duplicate_window', expected: wanted.duplicate_window, found: found.duplicate_window });
  }
  return list;
}

/** What it means when the server leaves a setting out of its answer. */
const absent: Partial<StreamConfig> = { deny_delete: false, deny_purge: false, allow_direct: false, max_age: 0 };
