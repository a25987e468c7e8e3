/** What a transition does to the context: pure, named, from the event alone. Every transition has one of these. */
import type { Failure, LifeContext, RestingState } from '@chronovirt/contract';
import type { ChartEvent } from './chart-event.ts';
import { probingOf } from './chart-event.ts';

export const initialContext: LifeContext = Object.freeze({
  origin: null,
  goal: null,
  before: null,
  failure: null,
  tries: 0,
  request: {},
  hostsTried: [],
  awaiting: null,
});

/** An operation begins in a resting state. A failed instance that never ran keeps having begun from nothing. */
export function begin(
  context: LifeContext,
  event: ChartEvent,
  params: { from: RestingState | null; goal: RestingState | null },
): LifeContext {
  const neverRan = params.from === 'failed' && context.origin === null;
  const given = event.data['goal'];
  return {
    ...context,
    origin: neverRan ? null : params.from,
    goal: params.goal ?? (given as RestingState),
    before: params.from === 'running' || params.from === 'stopped' ? params.from : context.before,
    failure: null,
    tries: 0,
    request: requestOf(event),
    hostsTried: [],
    awaiting: null,
  };
}

/** An operation cuts another one short: it began where that one began. */
export function preempt(context: LifeContext, event: ChartEvent, params: { goal: RestingState }): LifeContext {
  return { ...context, goal: params.goal, tries: 0, request: requestOf(event), awaiting: null };
}

/** Delete: from wherever, to absence. */
export function beginDelete(
  context: LifeContext,
  event: ChartEvent,
  params: { from: RestingState | null },
): LifeContext {
  const { host, epoch } = context.request;
  return {
    ...context,
    origin: params.from ?? context.origin,
    goal: 'deleted',
    failure: null,
    tries: 0,
    // A build cut short may have an order under way: who was asked, and under which epoch, stays known.
    request: {
      ...(host === undefined ? {} : { host }),
      ...(epoch === undefined ? {} : { epoch }),
      ...requestOf(event),
    },
    awaiting: null,
  };
}

/** The next leaf of the same operation. */
export function step(context: LifeContext, event: ChartEvent): LifeContext {
  const { probing: _, withdraw: __, ...request } = context.request;
  return { ...context, tries: 0, request: { ...request, ...requestOf(event) }, awaiting: textOf(event, 'awaiting') };
}

/** A source's part of a move is over: what it came to is kept until both hosts were asked. */
export function ended(context: LifeContext, event: ChartEvent): LifeContext {
  const { result } = event.data;
  const error = errorOf(event);
  return {
    ...context,
    tries: 0,
    request: {
      ...context.request,
      ended: event.type.endsWith('.done') ? 'done' : 'failed',
      ...(error === null ? {} : { why: error.message }),
      ...(result === undefined ? {} : { result: result as never }),
    },
    awaiting: null,
  };
}

/** The same effect once more, after a pause. */
export function again(context: LifeContext, event: ChartEvent): LifeContext {
  return { ...context, tries: context.tries + 1, awaiting: textOf(event, 'awaiting') ?? context.awaiting };
}

/** The order was not answered in time: from now on it is to be taken back, unless the host has it. */
export function withdraw(context: LifeContext, event: ChartEvent): LifeContext {
  return { ...again(context, event), request: { ...context.request, withdraw: true } };
}

/** A host that could not, or did not, take the instance is not asked again; another one is chosen. */
export function elsewhere(context: LifeContext, event: ChartEvent): LifeContext {
  const { withdraw: _, ...request } = context.request;
  const tried = [...context.hostsTried, ...hostsIn(event)];
  return { ...context, tries: 0, request, hostsTried: [...new Set(tried)], awaiting: null };
}

/** How an effect ended is not known, or contradicts what it said. */
export function reconcile(context: LifeContext, event: ChartEvent, params: { leaf: string }): LifeContext {
  const error = errorOf(event);
  const timedOut = event.type.endsWith('.timedOut');
  return {
    ...context,
    tries: 0,
    request: {
      ...context.request,
      probing: {
        leaf: params.leaf,
        op: event.of ?? 0,
        code: error?.code ?? (timedOut ? 'TIMED_OUT' : 'NOT_AS_SAID'),
        message:
          error?.message ?? (timedOut ? 'no outcome within its time' : 'it said done, and the look did not show it'),
      },
    },
    awaiting: textOf(event, 'awaiting') ?? 'a look at the hypervisor',
  };
}

/** A resting state is reached: nothing of the operation remains, but a resize remembers the power of before, and who can settle it. */
export function rest(context: LifeContext, _event: ChartEvent, params: { to: RestingState }): LifeContext {
  if (params.to !== 'resized') return initialContext;
  const { by = 'host', migration, migrationId, oldFlavor } = context.request;
  const known = Object.entries({ by, migration, migrationId, oldFlavor }).filter(([, value]) => value !== undefined);
  return { ...initialContext, before: context.before, request: Object.fromEntries(known) as LifeContext['request'] };
}

/** Neither where it began nor where it leads: the facts are kept for a person. */
export function fail(context: LifeContext, event: ChartEvent, params: { method: string }): LifeContext {
  const probing = probingOf(context);
  const error = errorOf(event);
  const given = event.data['failure'] as Failure | null | undefined;
  const failure: Failure = given ?? {
    method: probing === null ? params.method : probing.leaf.slice(probing.leaf.indexOf('.') + 1),
    code: error?.code ?? probing?.code ?? 'UNEXPECTED_STATE',
    message: error?.message ?? probing?.message ?? 'what was seen fits neither where it began nor where it leads',
    observation: (event.data['observation'] as Failure['observation'] | undefined) ?? null,
  };
  return {
    ...initialContext,
    origin: context.origin,
    before: context.before,
    failure,
    hostsTried: [...new Set([...context.hostsTried, ...hostsIn(event)])],
  };
}

function requestOf(event: ChartEvent): LifeContext['request'] {
  return (event.data['request'] as LifeContext['request'] | undefined) ?? {};
}

function textOf(event: ChartEvent, field: string): string | null {
  const text = event.data[field];
  return typeof text === 'string' ? text.slice(0, 300) : null;
}

function errorOf(event: ChartEvent): { code: string; message: string } | null {
  return (event.data['error'] as { code: string; message: string } | undefined) ?? null;
}

function hostsIn(event: ChartEvent): string[] {
  const { host, hostsTried } = event.data;
  return [...(typeof host === 'string' ? [host] : []), ...(Array.isArray(hostsTried) ? (hostsTried as string[]) : [])];
}
