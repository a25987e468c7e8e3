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
    summary: 'Makes a host a member of an aggregate.',
    before: ['The host exists and the record of the aggregate names it.'],
    promises: { member: 'For the hypervisor the host belongs to the aggregate.' },
    errors: [{ code: 'AGGREGATE_ERROR', when: 'the hypervisor cannot join; the caller undoes and throws' }],
    idempotency: 'ensure',
    repeat: 'A member stays a member.',
    signature: { follows: 'seed', why: 'upstream removed it; the loose extras have a name here' },
    renamed: { kwargs: 'extras' },
    upstream: { status: 'removed', since: 'Wallaby', note: 'pools of XenAPI only' },
    libvirt: ['Does nothing: an aggregate is bookkeeping.', 'XenAPI joined the host to a pool.'],
    verify: 'Nothing changes on the hypervisor; the record names the host once.',
  },
  removeFromAggregate: {
    name: 'remove_from_aggregate',
    kind: 'hostCommand',
    params: z.strictObject({ context, aggregate, host, extras }),
    result: nothing,
    summary: 'Takes a host out of an aggregate.',
    before: ['The host is a member.'],
    promises: { out: 'For the hypervisor the host no longer belongs to the aggregate.' },
    errors: [
      { code: 'AGGREGATE_ERROR', when: 'the hypervisor refuses; the caller undoes with setError' },
      { code: 'INVALID_AGGREGATE_ACTION', when: 'it makes no sense now; the caller undoes without setError' },
    ],
    idempotency: 'ensure',
    repeat: 'A host that is no member is a success.',
    signature: { follows: 'seed', why: 'upstream removed it; the loose extras have a name here' },
    renamed: { kwargs: 'extras' },
    upstream: { status: 'removed', since: 'Wallaby', note: 'pools of XenAPI only' },
    libvirt: ['Does nothing: an aggregate is bookkeeping.', 'XenAPI put the host out of the pool.'],
    verify: 'The record no longer names the host; its guests are untouched.',
  },
  undoAggregateOperation: {
    name: 'undo_aggregate_operation',
    kind: 'hostCommand',
    params: z.strictObject({
      context,
      op: callback<AggregateOperation>(
        '(context: RequestContext, aggregate: Aggregate, host: string) => Promise<void>',
        'The inverse operation on the record.',
      ),
      aggregate,
      host,
      setError: z.boolean().default(true).describe('True = the aggregate is marked as failed.'),
    }),
    result: nothing,
    summary: 'Turns a failed change of an aggregate back.',
    before: ['A join or leave failed half-way.'],
    promises: {
      undone: 'op, the inverse operation on the record, ran for the host.',
      marked: 'The aggregate is in error exactly if setError is true.',
    },
    errors: [{ code: 'CALL_FAILED', when: 'record and pool now disagree; logged as such' }],
    idempotency: 'ensure',
    repeat: 'op must do no harm where it is done already.',
    signature: { follows: 'seed', why: 'upstream removed it, so the seed is all there is' },
    upstream: { status: 'removed', since: 'Wallaby', note: 'pools of XenAPI only' },
    libvirt: [
      'Does nothing: an aggregate is bookkeeping.',
      'XenAPI marked the aggregate, then called op, and logged whatever went wrong.',
    ],
    verify:
      'Let a join fail: op was called once with the host, and the aggregate is in error exactly if setError is true.',
  },
});
