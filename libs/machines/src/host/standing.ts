import { HOST_STATE_VERSION, hostOfToken, type Standing, type StatelessHostMessage } from '@chronovirt/contract';
import { EventNotAcceptedError } from '../actor/errors.ts';
import { HOST_MACHINE_VERSION } from './machine.ts';

/** The longest reason that a standing gives. */
const REASON_CHARACTERS = 500;

/**
 * What a message about the term of a host says, from its event alone: nothing before it counts. Throws `EventNotAcceptedError` when it is no
 * such event: nobody may take from it that guests may run.
 */
export function foldStanding(message: StatelessHostMessage): Standing {
  const event = message.events.at(-1);
  if (event?.type !== 'termGiven' && event?.type !== 'termEnded')
    throw new EventNotAcceptedError(
      event?.type ?? '(none)',
      'standing',
      HOST_MACHINE_VERSION,
      'it says nothing of a term',
    );
  return {
    aggregate: 'standing',
    v: HOST_STATE_VERSION,
    host: hostOfToken(message.instance),
    term: Number(event.data?.['term']),
    serves: event.type === 'termGiven',
    // Not in the events of old: then the cause has to do.
    why: String(event.data?.['why'] ?? message.cause ?? '').slice(0, REASON_CHARACTERS),
  };
}
