import type { HostName, Incarnation } from '@chronovirt/contract';
import type { MessageBuilder } from '../actor/message-builder.ts';
import type { Lease } from '../effects/lease.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import type { RuntimePolicy } from '../ports/policy.ts';
import type { HostOptions } from './host-options.ts';
import type { Tenure } from './tenure.ts';

/** What the parts of one host share. */
export interface HostContext {
  readonly options: HostOptions;
  readonly host: HostName;
  readonly incarnation: Incarnation;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
  readonly policy: RuntimePolicy;
  readonly lease: Lease;
  readonly messages: MessageBuilder;
  /** Null where the host acts under no term. */
  readonly tenure: Tenure | null;
  /** Aborted when the process ends: nothing new begins. */
  readonly closing: AbortSignal;
  /** A newer process of this host has written its history. */
  superseded(message: { readonly instance: string; readonly incarnation: Incarnation }): void;
}
