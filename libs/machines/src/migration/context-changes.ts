/** What a transition of the chart `migration` does to its context: pure, from the event alone. */
import type { MigrationContext } from '@chronovirt/contract';
import type { ChartEvent } from '../life/chart-event.ts';

/** A move begins: all that is known of it is in the event. */
export function begin(_context: MigrationContext, { data }: ChartEvent): MigrationContext {
  const { id, kind, source, epoch, origin, request, doomed } = data as unknown as MigrationContext;
  return {
    id,
    kind,
    source,
    epoch,
    destination: null,
    origin,
    request,
    found: {},
    hostsTried: [],
    tries: 0,
    failure: null,
    aborting: false,
    doomed: doomed === true,
    awaiting: null,
  };
}

/** The next leaf: what its effect found out goes along. */
export function step(context: MigrationContext, { type, data }: ChartEvent): MigrationContext {
  const { host, found, origin } = data;
  return {
    ...context,
    tries: 0,
    awaiting: null,
    ...(type === 'placeMove.done' ? { destination: host as MigrationContext['destination'] } : {}),
    ...(typeof origin === 'string' ? { origin: origin as MigrationContext['origin'] } : {}),
    found: { ...context.found, ...(found as MigrationContext['found'] | undefined) },
  };
}

/** Code of the failure of a move that no person has called off, but its time. */
const OUT_OF_TIME = 'TIMED_OUT';

/** Whether a person wants its end, and not only its time is over: what was written since may be given up by nobody else. */
export function isCalledOffByPerson({ aborting, failure }: Pick<MigrationContext, 'aborting' | 'failure'>): boolean {
  return aborting && failure !== null && failure.code !== OUT_OF_TIME;
}

/** The same effect once more, after a pause. */
export function again(context: MigrationContext, { type, data }: ChartEvent): MigrationContext {
  const { awaiting: text, calledOff } = data;
  return {
    ...context,
    tries: context.tries + 1,
    awaiting: typeof text === 'string' ? text.slice(0, 300) : context.awaiting,
    aborting: context.aborting || data['abort'] === true,
    failure:
      typeof calledOff === 'string'
        ? (context.failure ?? { step: type, code: OUT_OF_TIME, message: calledOff })
        : context.failure,
  };
}

/** Another destination: this one could not. */
export function elsewhere(context: MigrationContext): MigrationContext {
  const { destination } = context;
  const tried = destination === null ? context.hostsTried : [...context.hostsTried, destination];
  return { ...context, tries: 0, awaiting: null, hostsTried: [...new Set(tried)], destination: null };
}

/** It will not take place, or not last: why is kept. */
export function turnBack(context: MigrationContext, event: ChartEvent): MigrationContext {
  const error = event.data['error'] as { code: string; message: string } | undefined;
  const failure =
    error === undefined
      ? (context.failure ?? { step: event.type, code: 'TURNED_BACK', message: 'ordered, or found by the facts' })
      : { step: event.type, code: error.code, message: error.message };
  const found = event.data['found'] as MigrationContext['found'] | undefined;
  return { ...context, tries: 0, awaiting: null, failure, found: { ...context.found, ...found } };
}

/** A person ordered its end, or the instance's. */
export function order(context: MigrationContext, event: ChartEvent): MigrationContext {
  const dooms = event.type === 'destroy.requested' || event.type === 'returned';
  const { by } = event.data;
  // Histories of before do not say who.
  const message =
    typeof by !== 'string'
      ? 'ordered by a person'
      : dooms
        ? `its instance was deleted by ${by}`
        : `called off by ${by}`;
  return {
    ...context,
    tries: 0,
    doomed: context.doomed || dooms,
    aborting: true,
    failure:
      context.failure !== null && context.failure.code !== OUT_OF_TIME
        ? context.failure
        : { step: event.type, code: dooms ? 'DELETED' : 'ABORTED', message },
  };
}

/** A person wants it done soon, whatever it costs the guest. */
export function force(context: MigrationContext): MigrationContext {
  return { ...context, tries: 0, request: { ...context.request, force: true } };
}

/** A delete is remembered until the move has come to its end. */
export function doom(context: MigrationContext): MigrationContext {
  return { ...context, doomed: true };
}
