/** What ties the segments of one history together: orders and messages between the spine and the hosts. */
import type { CommandId, Failure, HostName, InstanceSpec, InstanceState, LifeContext } from '@chronovirt/contract';

/** The part of a state that goes along when another actor takes an instance over. */
export interface HandedState {
  readonly value: string;
  readonly context: LifeContext;
  /** The taker's ops go on from here, so that no mark is ever written twice under one epoch. */
  readonly op: number;
  readonly parts: Pick<InstanceState['parts'], 'lock'>;
}

/** To a host: the instance is yours from epoch `epoch` on. */
export interface AdoptOrder {
  readonly kind: 'adopt';
  readonly epoch: number;
  /** Where the history comes from. */
  readonly from: { readonly host: HostName; readonly seq: number };
  readonly spec: InstanceSpec;
  readonly state: HandedState;
  /** The command that it all serves. */
  readonly command: CommandId | null;
}

/** To the spine: a host does not hold the instance any more. */
export interface Returned {
  readonly kind: 'returned';
  readonly host: HostName;
  readonly epoch: number;
  /** Sequence of the host's last message. */
  readonly seq: number;
  readonly outcome: 'released' | 'deleted' | 'offloaded';
  readonly failure: Failure | null;
  readonly hostsTried: readonly string[];
  /** Whether another host may be tried; decided by who knows the hosts. */
  readonly retry: boolean;
  /** The command that it all serves. */
  readonly command: CommandId | null;
}

/** To a host: from now on only an epoch above `epoch` may act; what is there is cleared away. */
export interface Fence {
  readonly kind: 'fence';
  readonly epoch: number;
}

export type Link = AdoptOrder | Returned | Fence;

/** The order for the host that the spine has granted an instance to. `from`: the spine's last message. Throws when nothing was granted. */
export function adoptOrder(spine: InstanceState, spec: InstanceSpec, from: AdoptOrder['from']): AdoptOrder {
  const { role, op, due } = spine.actor;
  if (role.kind !== 'granted')
    throw new Error(`instance ${spec.uuid} is not granted to a host: its role on the spine is ${role.kind}`);
  const parent = spine.value.slice(0, spine.value.indexOf('.'));
  const { withdraw: _, ...request } = spine.context.request;
  const state: HandedState = {
    value: `${parent}.spawn`,
    context: { ...spine.context, request, tries: 0, awaiting: null },
    op,
    parts: { lock: spine.parts.lock },
  };
  return { kind: 'adopt', epoch: role.epoch, from, spec, state, command: due[0]?.command ?? null };
}

/** The message to the spine of a host whose actor is closed. `seq`, `command`: of the host's last message. */
export function returnedLink(
  closed: InstanceState,
  from: { readonly host: HostName; readonly seq: number; readonly command: CommandId | null },
  retry: boolean,
): Returned {
  const outcome = closed.value === 'deleted' || closed.value === 'offloaded' ? closed.value : 'released';
  const { failure, hostsTried } = closed.context;
  const tried = [...new Set([...hostsTried, from.host])];
  return {
    kind: 'returned',
    ...from,
    epoch: closed.actor.epoch,
    outcome,
    failure,
    hostsTried: tried,
    retry: retry && outcome === 'released',
  };
}
