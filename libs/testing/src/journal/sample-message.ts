import {
  HOST_STATE_VERSION,
  hostTokenOf,
  incarnationOf,
  MESSAGE_VERSION,
  STATE_VERSION,
  type HostMessage,
  type HostName,
  type InstanceUuid,
  type MessageId,
  type TurnMessage,
} from '@chronovirt/contract';
import { randomUUID } from 'node:crypto';

/** A valid stored message of a running instance; of about the size of real ones. `note` goes into its event. */
export function sampleMessage(
  host: string,
  instance: string,
  options: { id?: string; note?: string; at?: number } = {},
): TurnMessage {
  const { id = randomUUID(), note = 'sample', at = 1_700_000_000_000 } = options;
  const incarnation = incarnationOf(1_700_000_000_000, 1);
  return {
    v: MESSAGE_VERSION,
    id: id as MessageId,
    instance: instance as InstanceUuid,
    host: host as HostName,
    epoch: 1,
    incarnation,
    at,
    by: { kind: 'user', name: 'sample' },
    command: null,
    cause: null,
    machine: 'sample',
    events: [{ type: 'note', data: { note }, to: 'running' }],
    state: {
      v: STATE_VERSION,
      value: 'running',
      context: {
        origin: null,
        goal: null,
        before: null,
        failure: null,
        tries: 0,
        request: {},
        hostsTried: [],
        awaiting: null,
      },
      parts: { power: 'on', lock: null, image: 'idle' },
      actor: {
        role: { kind: 'owner', epoch: 1 },
        epoch: 1,
        op: 1,
        due: [],
        answered: [],
        spec: 1,
        incarnation,
        at,
      },
    },
  };
}

/** A valid stored message of a host's own history: its standing. */
export function sampleStanding(host: string, term: number): HostMessage {
  const { id, incarnation, at, by } = sampleMessage(host, newInstance());
  return {
    v: MESSAGE_VERSION,
    id,
    instance: hostTokenOf(host),
    host: host as HostName,
    epoch: term,
    incarnation,
    at,
    by,
    command: null,
    cause: null,
    machine: 'sample',
    events: [{ type: 'termEnded', data: { term }, to: 'barred' }],
    state: { aggregate: 'standing', v: HOST_STATE_VERSION, host: host as HostName, term, serves: false, why: 'sample' },
  };
}

/** A new instance's UUID. */
export const newInstance = (): InstanceUuid => randomUUID() as InstanceUuid;
