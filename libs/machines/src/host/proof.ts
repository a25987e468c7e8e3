/** What proves that no guest runs on a host, and what takes a proof back. Silence is nowhere in here. */
import type { FenceProof, HeardOfHost, HostState } from '@chronovirt/contract';
import type { HostEnv } from './types.ts';

/** The proof that holds now, or null. It holds while the term that it speaks of is over: until the next one is asked for. */
export function fenceProofOf({ value, context }: Pick<HostState, 'value' | 'context'>): FenceProof | null {
  const { proof, serves, term } = context;
  const holds = (value === 'fenced' || value === 'forgotten' || value.startsWith('forgetting.')) && !serves;
  return holds && proof !== null && proof.term === term ? proof : null;
}

/** The proof that the end of an effect is, if it is one; stored with its outcome. */
export function proofFrom(
  { context }: HostState,
  method: string,
  data: Readonly<Record<string, unknown>>,
  { at }: Pick<HostEnv, 'at'>,
): FenceProof | undefined {
  const { term, way, wanted } = context;
  switch (method) {
    case 'fence':
      return { kind: 'fenceCommand', term, at, said: String(data['said'] ?? '').slice(0, 500) };
    case 'outwait':
      return { kind: 'watchdog', term, at, boundMs: Number(data['boundMs']), waitedMs: Number(data['waitedMs']) };
    case 'standDown':
      return {
        kind: 'stoodDown',
        term,
        at,
        incarnation: data['incarnation'] as HeardOfHost['incarnation'],
        stopped: Number(data['stopped'] ?? 0),
      };
    case 'endTerm':
      return way === 'statement'
        ? { kind: 'operator', term, at, name: wanted?.name ?? '', statement: wanted?.reason ?? '' }
        : undefined;
    default:
      return undefined;
  }
}

/** The proof that a report is, after the term was ended: the machine booted and nothing has acted since, or the agent has stood down. */
export function proofIn({ context }: HostState, heard: HeardOfHost, at: number): FenceProof | null {
  const { term, serves, endedBoot } = context;
  if (serves || !heard.barred || heard.term !== term) return null;
  if (endedBoot !== null && endedBoot !== heard.bootId && heard.firstOfBoot)
    return { kind: 'newBoot', term, at, bootId: heard.bootId, was: endedBoot };
  return heard.stoodDown ? { kind: 'stoodDown', term, at, incarnation: heard.incarnation, stopped: 0 } : null;
}

/**
 * Why a report cannot be true together with the proof that holds: the power was said to be off, and the same boot still reports. Such a
 * report knows the end of the term; an older one was only late on its way.
 */
export function contradiction({ context }: HostState, heard: HeardOfHost): string | null {
  const { proof, endedBoot, term } = context;
  if (proof === null || heard.term < term) return null;
  const said = proof.kind === 'fenceCommand' ? 'its fence command said that the power is off' : null;
  const stated = proof.kind === 'operator' ? `${proof.name} stated that no guest runs there` : null;
  if (heard.bootId === endedBoot && (said ?? stated) !== null)
    return `${said ?? stated}, and it reports under the same boot id ${heard.bootId}`;
  if (!heard.barred) return `its term ${term} is over, and its agent says that it serves under it`;
  return null;
}
