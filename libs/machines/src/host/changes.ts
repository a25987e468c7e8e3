/** What a transition does to the state of a host beside its values: pure, from the event alone. */
import type { DrainResult, FenceProof, FenceWay, HeardOfHost, HostState } from '@chronovirt/contract';

/** What the charts change: everything but the values and the actor record. */
export type HostBody = Pick<HostState, 'context' | 'parts'>;

/** An event as the charts see it. */
export interface HostEvent {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
}

type Change = (body: HostBody, event: HostEvent) => HostBody;

const context = (body: HostBody, fields: Partial<HostBody['context']>): HostBody => ({
  ...body,
  context: { ...body.context, ...fields },
});
const service = (body: HostBody, fields: Partial<HostBody['parts']['service']>): HostBody => ({
  ...body,
  parts: { ...body.parts, service: { ...body.parts.service, ...fields } },
});
const maintenance = (body: HostBody, fields: Partial<HostBody['parts']['maintenance']>): HostBody => ({
  ...body,
  parts: { ...body.parts, maintenance: { ...body.parts.maintenance, ...fields } },
});

interface Failed {
  readonly code: string;
  readonly message: string;
}
const methodOf = ({ type }: HostEvent): string => type.slice(0, type.indexOf('.'));
const failureIn = (event: HostEvent): HostBody['context']['failure'] => {
  const error = event.data['error'] as Failed | undefined;
  return {
    method: methodOf(event),
    code: error?.code ?? 'TIMED_OUT',
    message: error?.message ?? 'it did not end in time',
  };
};
const saidIn = ({ data }: HostEvent): NonNullable<HostBody['context']['wanted']> => ({
  reason: String(data['reason'] ?? ''),
  name: String(data['name'] ?? ''),
  at: Number(data['at'] ?? 0),
});

const changes = {
  hear: (body, { data }) => context(body, { heard: data['heard'] as HeardOfHost, lostAt: null }),
  lose: (body, { data }) => context(body, { lostAt: Number(data['at']) }),
  /** The term ends with the intent; one that has ended already stays as it is. */
  want: (body, event) =>
    context(body, {
      term: body.context.serves ? body.context.term + 1 : body.context.term,
      serves: false,
      way: event.data['way'] as FenceWay,
      wanted: saidIn(event),
      endedBoot: body.context.serves ? (body.context.heard?.bootId ?? null) : body.context.endedBoot,
      proof: null,
      failure: null,
      tries: 0,
      awaiting: null,
    }),
  step: (body) => context(body, { tries: 0, awaiting: null }),
  again: (body, event) =>
    context(body, {
      tries: body.context.tries + 1,
      failure: failureIn(event),
      awaiting: `another try of ${methodOf(event)}`,
    }),
  prove: (body, { data }) =>
    context(body, { proof: data['proof'] as FenceProof, failure: null, tries: 0, awaiting: null }),
  giveUp: (body, event) =>
    context(body, {
      failure: failureIn(event),
      tries: 0,
      awaiting: 'a proof: fence, confirm-down, or a report of the host itself',
    }),
  contradict: (body) =>
    context(body, { proof: null, awaiting: 'a person: the host reports although it was said to be down' }),
  admit: (body) =>
    context(body, {
      term: body.context.term + 1,
      serves: true,
      tries: 0,
      failure: null,
      awaiting: null,
      proof: null,
      way: null,
    }),
  admitted: (body) => context(body, { tries: 0, wanted: null, failure: null, awaiting: null }),
  forget: (body) => ({
    context: { ...body.context, tries: 0, failure: null, awaiting: null },
    parts: { ...body.parts, maintenance: { ...body.parts.maintenance, value: 'none' } },
  }),
  forgotten: (body) => context(body, { tries: 0, failure: null, awaiting: null }),

  setService: (body, event) => service(body, { said: saidIn(event), tries: 0 }),
  told: (body) => service(body, { tries: 0 }),
  tellAgain: (body) => service(body, { tries: body.parts.service.tries + 1 }),

  drain: (body, { data }) =>
    maintenance(body, { budget: Number(data['budget'] ?? body.parts.maintenance.budget), result: null, tries: 0 }),
  drained: (body, { data }) =>
    maintenance(body, {
      result: (data['result'] as DrainResult | undefined) ?? body.parts.maintenance.result,
      tries: 0,
    }),
  endMaintenance: (body) => maintenance(body, { tries: 0 }),
  modeSet: (body) => maintenance(body, { tries: 0 }),
  modeAgain: (body) => maintenance(body, { tries: body.parts.maintenance.tries + 1 }),

  act: (body, { data }) => ({
    ...body,
    parts: {
      ...body.parts,
      power: { action: data['action'] as 'reboot', value: 'acting.hostPowerAction', message: null },
    },
  }),
  acted: (body, event) => {
    const { power } = body.parts;
    if (power === null) return { ...body };
    const message = event.type.endsWith('.done')
      ? String(event.data['said'] ?? '')
      : (failureIn(event)?.message ?? null);
    return { ...body, parts: { ...body.parts, power: { ...power, message } } };
  },
} as const satisfies Record<string, Change>;

export type ChangeName = keyof typeof changes;

/** Applies the change of that name. Always a new object: that is how an accepted event is told. */
export function applyChange(name: ChangeName, body: HostBody, event: HostEvent): HostBody {
  return (changes[name] as Change)(body, event);
}
