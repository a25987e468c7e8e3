import { z } from 'zod';

/** The pseudo-host whose stream is the spine: instances that no host owns, migrations and hosts; it alone grants epochs. */
export const CLUSTER = '_cluster';

const token = /^[A-Za-z0-9_-]{1,64}$/;

/** An instance: a lower-case RFC 4122 UUID; also the domain's UUID on libvirt and a token of NATS subjects. */
export const instanceUuid = z
  .string()
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/, 'expected a lower-case UUID')
  .brand<'InstanceUuid'>();
export type InstanceUuid = z.infer<typeof instanceUuid>;

/** A host's name as one token of a subject: letters, digits, `_` and `-`, at most 64 (never a dot: a dot splits subjects). */
export const hostName = z.string().regex(token, 'expected 1-64 of A-Z a-z 0-9 _ -').brand<'HostName'>();
export type HostName = z.infer<typeof hostName>;

/** The id of a command, made by the caller; the same id gets the same answer, whenever it arrives. */
export const commandId = z
  .string()
  .regex(/^[A-Za-z0-9_.:+-]{1,100}$/, 'expected 1-100 of A-Z a-z 0-9 _ . : + -')
  .brand<'CommandId'>();
export type CommandId = z.infer<typeof commandId>;

/** The id of one stored message (`Nats-Msg-Id`): unique per content, so a retry is absorbed and a different outcome never is. */
export const messageId = z.string().min(1).max(100).brand<'MessageId'>();
export type MessageId = z.infer<typeof messageId>;

/** Who writes: start time and pid of a process. A later incarnation of a host sorts after an earlier one. */
export const incarnation = z
  .string()
  .regex(/^[0-9]{13}-[0-9]+$/, 'expected <milliseconds>-<pid>')
  .brand<'Incarnation'>();
export type Incarnation = z.infer<typeof incarnation>;

/** Makes an incarnation of a process that started at `startedAt` (milliseconds since 1970). */
export function incarnationOf(startedAt: number, pid: number): Incarnation {
  return `${String(Math.trunc(startedAt)).padStart(13, '0')}-${pid}` as Incarnation;
}

/** Whether incarnation `a` started after `b`; two of one process are equal. */
export function isNewerIncarnation(a: Incarnation, b: Incarnation): boolean {
  const [startA = '', pidA = ''] = a.split('-');
  const [startB = '', pidB = ''] = b.split('-');
  return startA === startB ? Number(pidA) > Number(pidB) : startA > startB;
}
