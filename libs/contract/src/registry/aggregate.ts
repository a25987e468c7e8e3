import { z } from 'zod';
import { aggregate as record } from '../data/nova/aggregate.ts';
import type { Aggregate } from '../data/nova/aggregate.ts';
import type { RequestContext } from '../data/nova/request-context.ts';
import { group } from './entry.ts';
import { callback, context, host, nothing } from './parameters.ts';

const aggregate = record.describe('The set of hosts.');
const extras = z.record(z.string(), z.json()).default({}).describe('Whatever else the caller has to say, by name.');

/** Turns the record of an aggregate back. */
export type AggregateOperation = (context: RequestContext, aggregate: Aggregate, host: string) => Promise<void>;

/** Hosts form sets. */
export const aggregates = group('aggregate', {
  addToAggregate: {
    name: 'add_to_aggregate',
    kind: 'hostCommand',
    params: z.strictObject({ context, aggregate, host, extras }),
    result: nothing,
    // @@add_to_aggregate
  },
  removeFromAggregate: {
    name: 'remove_from_aggregate',
    kind: 'hostCommand',
    params: z.strictObject({ context, aggregate, host, extras }),
    result: nothing,
    // @@remove_from_aggregate
  },
  undoAggregateOperation: {
    name: 'undo_aggregate_operation',
    kind: 'hostCommand',
    params: z.strictObject({
      context,
      op: callback<AggregateOperation>('The inverse operation on the record.'),
      aggregate,
      host,
      setError: z.boolean().default(true).describe('True = the aggregate is marked as failed.'),
    }),
    result: nothing,
    // @@undo_aggregate_operation
  },
});
