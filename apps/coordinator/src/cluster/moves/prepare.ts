/** The destination gets ready, and takes itself back whole where it cannot. */
import type { LiveMigrateData } from '@chronovirt/contract';
import type { Known } from '../histories.ts';
import { failed, type Move } from './move.ts';

export async function prepareMove(move: Move): Promise<Record<string, unknown>> {
  const { destination, plan, input } = move;
  const spec = await move.spec();
  const migrateData = plan.found['migrateData'] as LiveMigrateData | undefined;
  const methods =
    plan.kind === 'live'
      ? ['preLiveMigration', ...(migrateData?.blockMigration === true ? ['preBlockMigration'] : [])]
      : [];
  const source = await move.last(move.source);
  const taken = await move.order(destination, {
    kind: 'incoming',
    migration: plan.id,
    epoch: plan.epoch,
    op: Math.max(source?.message.state.actor.op ?? 0, input.state.actor.op),
    methods,
    spec,
    request: {
      migration: move.record('preparing', spec) as never,
      keepDisks: move.isShared,
      ...(migrateData === undefined ? {} : { migrateData: migrateData as never }),
      ...(migrateData?.disks === undefined ? {} : { diskInfo: migrateData.disks }),
    },
    command: input.due.command,
  });
  if (taken === null) throw failed('HOST_UNREACHABLE', `host ${destination} did not answer`);
  const ready = await move.until(destination, (last) => readiness(last, plan.id));
  const heard = [{ host: destination, seq: ready.seq }];
  if (ready.kind === 'ready') return { found: ready.found, heard };
  throw failed(ready.code, `host ${destination} could not get ready: ${ready.message}`, { heard });
}

type Readiness =
  | { readonly kind: 'ready'; readonly seq: number; readonly found: Record<string, unknown> }
  | { readonly kind: 'not'; readonly seq: number; readonly code: string; readonly message: string };

/** What the destination's history says of the move; undefined = it is still at it. */
function readiness(last: Known | null, id: string): Readiness | undefined {
  if (last === null) return undefined;
  const { state, events } = last.message;
  const { role, due } = state.actor;
  const { request } = state.context;
  if (role.kind === 'incoming' && role.migration === id) {
    if (due.length > 0) return undefined;
    const { migrateData } = request;
    return { kind: 'ready', seq: last.seq, found: migrateData === undefined ? {} : { migrateData } };
  }
  if (request['calledOff'] !== id) return undefined;
  const error = events.map(({ data }) => data?.['error']).find((one) => one !== undefined) as
    | { code: string; message: string }
    | undefined;
  return {
    kind: 'not',
    seq: last.seq,
    code: error?.code ?? 'NOT_READY',
    message: error?.message ?? 'the move was called off there',
  };
}
