import { ChronovirtError } from '@chronovirt/contract';

/** The chart of today does not take a stored event: the history and the code disagree. Nothing is folded; the instance halts. */
export class EventNotAcceptedError extends ChronovirtError {
  /** Type of the event. */
  readonly type: string;
  /** Value of `life` that should have taken it. */
  readonly state: string;
  /** Version of the chart that was asked. */
  readonly machine: string;
  constructor(type: string, state: string, machine: string, why = 'it has no transition for it') {
    super('EVENT_NOT_ACCEPTED', `event ${type} in state ${state}: ${machine} does not take it (${why})`);
    this.type = type;
    this.state = state;
    this.machine = machine;
  }
}
