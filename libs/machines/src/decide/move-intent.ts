/** The intent that opens a move on the spine, whoever asks for it: a person, the owner, or a host that is there again. */
import type { HostName, InstanceState, MigrationContext } from '@chronovirt/contract';
import { MIGRATION_PART } from '../actor/role.ts';
import { dataOf, type Turn } from './turn.ts';
import type { Env } from './types.ts';

interface Opening {
  readonly kind: MigrationContext['kind'];
  readonly source: HostName;
  /** Under which the source has it. */
  readonly epoch: number;
  /** Where the guest rested; it runs when nobody says. */
  readonly origin?: string;
  readonly request: Record<string, unknown>;
  /** Where the host's history asks for it; a person's order stands in the message itself. */
  readonly asked?: { readonly host: HostName; readonly seq: number };
}

/** A move is called by the operation that it begins with: none is ever called as another one. */
export function moveRequested(
  { actor: { op } }: InstanceState,
  { instance }: Env,
  { kind, source, epoch, origin = 'running', request, asked }: Opening,
): Parameters<Turn['add']>[0] {
  const opening = { id: `${instance}.${op + 1}`, kind, source, epoch, origin, request };
  return {
    type: 'move.requested',
    part: MIGRATION_PART,
    data: dataOf(asked === undefined ? opening : { asked: true, ...opening, ...asked }),
  };
}
