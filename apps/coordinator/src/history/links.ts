import { isReadable, type Stored } from '@chronovirt/runtime';

interface Links {
  /** Messages of other streams that this one follows upon. */
  readonly after: readonly { readonly host: string; readonly seq: number }[];
  /** Hosts that go on with the history. */
  readonly leadTo: readonly string[];
}

const none: Links = { after: [], leadTo: [] };

/** How a message ties its segment to others. */
export function linksOf(stored: Stored): Links {
  if (!isReadable(stored)) return none;
  const after: { host: string; seq: number }[] = [];
  const leadTo = new Set<string>();
  for (const { type, data } of stored.message.events) {
    if (data === undefined) continue;
    const { host, seq, from } = data;
    if (type === 'adopted' && isEnd(from)) after.push(from);
    if (typeof host !== 'string' || host === stored.host) continue;
    if (type === 'granted' || type === 'placed' || type.startsWith('place.') || type.startsWith('order.'))
      leadTo.add(host);
    if ((type === 'returned' || type === 'order.done') && typeof seq === 'number') after.push({ host, seq });
  }
  const { role } = stored.message.state.actor;
  if (role.kind === 'granted') leadTo.add(role.host);
  return after.length === 0 && leadTo.size === 0 ? none : { after, leadTo: [...leadTo] };
}

function isEnd(value: unknown): value is { host: string; seq: number } {
  return typeof value === 'object' && value !== null && 'host' in value && 'seq' in value;
}
