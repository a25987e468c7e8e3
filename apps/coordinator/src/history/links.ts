import { isReadable, type Stored } from '@chronovirt/runtime';

interface Links {
  /** Messages of other streams that this one follows upon. */
  readonly after: readonly { readonly host: string; readonly seq: number }[];
  /** Hosts that go on with the history. */
  readonly leadTo: readonly string[];
}

const none: Links = { after: [], leadTo: [] };

/**
 * How a message ties its segment to others: `from` names the message that an order or an adoption came from, `host` with `seq` the one that
 * the spine was told by, `heard` those in which a step of a move found what it waited for.
 */
export function linksOf(stored: Stored): Links {
  if (!isReadable(stored)) return none;
  const after: { host: string; seq: number }[] = [];
  const leadTo = new Set<string>();
  for (const { type, data } of stored.message.events) {
    if (data === undefined) continue;
    const { host, from, heard } = data;
    for (const end of [from, data, ...(Array.isArray(heard) ? heard : [])])
      if (isEnd(end) && end.host !== stored.host) after.push({ host: end.host, seq: end.seq });
    if (typeof host === 'string' && host !== stored.host && leads(type)) leadTo.add(host);
  }
  const { role } = stored.message.state.actor;
  if (role.kind === 'granted') leadTo.add(role.host);
  return after.length === 0 && leadTo.size === 0 ? none : { after, leadTo: [...leadTo] };
}

const leads = (type: string): boolean => type === 'granted' || /^(placed|place|order|placeMove)(\.|$)/.test(type);

function isEnd(value: unknown): value is { host: string; seq: number } {
  if (typeof value !== 'object' || value === null || !('host' in value) || !('seq' in value)) return false;
  return typeof value.host === 'string' && typeof value.seq === 'number';
}
