import { InvalidInputError, type HostName } from '@chronovirt/contract';
import { Problem } from './problem.ts';
import { parsePosition } from '../read-model/position.ts';
import type { InstanceEntry } from '../read-model/instance-entry.ts';
import type { ReadModel } from '../read-model/read-model.ts';
import type { CoordinatorConfig } from '../config/coordinator-config.ts';
import type { HttpPorts } from './ports.ts';

/** What every route works with. */
export interface ApiContext extends HttpPorts {
  readonly model: ReadModel;
  readonly config: CoordinatorConfig;
  /** Aborted when the API closes: event streams end. */
  readonly closing: AbortSignal;
}

/** Waits until the model has read as far as the caller has been told. */
export async function awaitSince(context: ApiContext, since: string | undefined, signal: AbortSignal): Promise<void> {
  if (since === undefined) return;
  const { sinceTimeoutMs } = context.config;
  if (await context.model.reached(parsePosition(since), sinceTimeoutMs, signal)) return;
  throw new Problem(
    504,
    'NOT_YET',
    `the coordinator has not read as far as ${since} within ${sinceTimeoutMs} ms; try again`,
  );
}

/** The instance that a path names, by UUID or by name. */
export function instanceAt(context: ApiContext, ref: string | undefined): InstanceEntry {
  const entry = context.model.find(ref ?? '');
  if (entry !== undefined) return entry;
  throw new Problem(
    404,
    'NO_SUCH_INSTANCE',
    `no instance is called ${JSON.stringify((ref ?? '').slice(0, 80))}, by name or by UUID`,
    {
      field: 'instance',
    },
  );
}

/** Refuses a host that nobody has heard of: an order for it could only fail. Throws `INVALID_INPUT`. */
export function checkHost({ hosts, fleet }: ApiContext, host: string | undefined, field: string): void {
  if (host === undefined) return;
  const known = hosts().map(({ report }) => report.host);
  if (known.includes(host as HostName) || fleet.state(host as HostName) !== undefined) return;
  const names = known.slice(0, 10).join(', ');
  throw new InvalidInputError(
    field,
    `no host is called ${JSON.stringify(host)}; ${names === '' ? 'none has reported yet' : `there are ${names}`}`,
  );
}

/** Waits for `since`, then finds the instance. */
export async function instanceSince(
  context: ApiContext,
  ref: string | undefined,
  since: string | undefined,
  signal: AbortSignal,
): Promise<InstanceEntry> {
  await awaitSince(context, since, signal);
  return instanceAt(context, ref);
}
