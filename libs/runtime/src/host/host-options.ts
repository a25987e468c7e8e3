import type { HostName, Incarnation, InstanceState, TurnMessage } from '@chronovirt/contract';
import type { GrantedTo, Policy } from '@chronovirt/machines';
import type { Halt } from '../actor/halt.ts';
import type { Clock } from '../ports/clock.ts';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { RuntimePolicy } from '../ports/policy.ts';

export interface HostOptions {
  readonly host: HostName;
  readonly incarnation: Incarnation;
  readonly journal: Journal;
  readonly executor: EffectExecutor;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly policy?: Partial<RuntimePolicy>;
  /** Deadlines and back-off of the charts. */
  readonly chartPolicy?: Policy;
  /** On the spine: what proves that a host cannot run anything of before. */
  readonly proofOf?: (host: HostName) => object | null;
  /** On the spine: the lock of an instance as the host has it that it was granted to; undefined = that host knows nothing of it yet. */
  readonly lockOf?: (id: string, granted: GrantedTo) => InstanceState['parts']['lock'] | undefined;
  /**
   * Acts only under a term, which the host's own stream says: it is read before anything else and with each renewal of the lease. For
   * agents; the spine has none.
   */
  readonly underTerm?: boolean;
  /** The term was read and goes on; `monotonicMs` of the clock when that was asked. */
  readonly onConfirmed?: (monotonicMs: number) => void;
  /** The boot of this host, where it is known: guests that ran before another one are met as such. */
  readonly boot?: string;
  /** At this fill of the stream new commands are refused; the rest is for outcomes. */
  readonly fullAt?: number;
  /** A newer process of this host writes its history: this one has to end. */
  readonly onSuperseded?: (message: Pick<TurnMessage, 'incarnation'>) => void;
  readonly onHalt?: (id: string, halt: Halt) => void;
  readonly onStored?: (seq: number, message: TurnMessage) => void;
}
