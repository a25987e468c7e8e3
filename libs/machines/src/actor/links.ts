/** What ties the segments of one history together: orders and messages between the spine and the hosts. */
import type {
  AdoptOrder,
  CommandId,
  HandedState,
  HostName,
  InstanceSpec,
  InstanceState,
  Returned,
} from '@chronovirt/contract';

export type { AdoptOrder, Fence, HandedState, Link, Returned } from '@chronovirt/contract';

/** Where a host makes the disk anew, from the shelved image if there is one. */
const makesDisk: ReadonlySet<string> = new Set(['unshelving.spawn', 'migrating.spawn']);

/** The spec as a host adopts it: a disk that is going to be made from the shelved image rests on it from its first moment, also where the making breaks off. */
export function specToAdopt(spec: InstanceSpec, value: string): InstanceSpec {
  if (!makesDisk.has(value)) return spec;
  const { restsOn: _, ...rest } = spec;
  return spec.shelved === undefined ? rest : { ...rest, restsOn: spec.shelved };
}

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
    parts: { lock: spine.parts.lock, ...(spine.parts.backups && { backups: spine.parts.backups }) },
  };
  return {
    kind: 'adopt',
    epoch: role.epoch,
    from,
    spec: specToAdopt(spec, state.value),
    state,
    command: due[0]?.command ?? null,
  };
}

/** The message to the spine of a host whose actor is closed. `seq`, `command`: of the host's last message; `spec`: the instance's last one. */
export function returnedLink(
  closed: InstanceState,
  from: { readonly host: HostName; readonly seq: number; readonly command: CommandId | null },
  retry: boolean,
  spec?: InstanceSpec,
): Returned {
  const outcome = closed.value === 'deleted' || closed.value === 'offloaded' ? closed.value : 'released';
  const { failure, hostsTried } = closed.context;
  const tried = [...new Set([...(hostsTried as HostName[]), from.host])];
  return {
    kind: 'returned',
    ...from,
    epoch: closed.actor.epoch,
    outcome,
    failure,
    hostsTried: tried,
    retry: retry && outcome === 'released',
    // What the shelf keeps of it: the image of its disk, its size, who locked it, which backups there are.
    ...(outcome === 'offloaded' && {
      ...(spec && { spec }),
      parts: { lock: closed.parts.lock, ...(closed.parts.backups && { backups: closed.parts.backups }) },
    }),
  };
}
