/** Messages of libvirt's wire protocol: a length word that counts itself, then program, version, procedure, type, serial, status. */
import { procedures } from '@chronovirt/libvirt';
import type { Side, Splitter } from './message-proxy.ts';

const REMOTE = 0x2000_8086;
const HEADER = 28;
/** The event that tells of starts, stops and pauses. */
const LIFECYCLE = 318;
const kinds = ['call', 'reply', 'event', 'stream', 'call', 'reply', 'stream'];

const names = new Map(
  Object.entries(procedures as unknown as Record<string, { readonly number?: number; readonly program?: number }>)
    .filter(([, procedure]) => procedure.program === REMOTE || procedure.program === undefined)
    .map(([name, { number }]) => [number, name]),
);

/** Cuts either direction of a connection; keepalives are housekeeping. */
export function libvirtMessages(): (from: Side) => Splitter {
  return cut;
}

function cut(): Splitter {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const found: ReturnType<Splitter> = [];
    while (rest.length >= 4 && rest.length >= rest.readUInt32BE(0)) {
      const bytes = rest.subarray(0, rest.readUInt32BE(0));
      rest = rest.subarray(bytes.length);
      found.push({ label: labelOf(bytes), bytes });
    }
    return found;
  };
}

function labelOf(bytes: Buffer): string | null {
  if (bytes.length < HEADER || bytes.readUInt32BE(4) !== REMOTE) return null;
  const procedure = bytes.readUInt32BE(12);
  const name = procedure === LIFECYCLE ? 'of the life of a domain' : (names.get(procedure) ?? String(procedure));
  return `${kinds[bytes.readUInt32BE(16)] ?? 'message'} ${name}`;
}
