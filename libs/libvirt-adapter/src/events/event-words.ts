/** libvirt's lifecycle events as words, and as the contract's events. */
import { lifecycleTransition } from '@chronovirt/contract';
import type { LifecycleTransition } from '@chronovirt/contract';
import {
  DomainEventCrashedDetail,
  DomainEventDefinedDetail,
  DomainEventPmSuspendedDetail,
  DomainEventResumedDetail,
  DomainEventShutdownDetail,
  DomainEventStartedDetail,
  DomainEventStoppedDetail,
  DomainEventSuspendedDetail,
  DomainEventType,
  DomainEventUndefinedDetail,
} from '@chronovirt/libvirt';

const details: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  [DomainEventType.DEFINED]: DomainEventDefinedDetail,
  [DomainEventType.UNDEFINED]: DomainEventUndefinedDetail,
  [DomainEventType.STARTED]: DomainEventStartedDetail,
  [DomainEventType.SUSPENDED]: DomainEventSuspendedDetail,
  [DomainEventType.RESUMED]: DomainEventResumedDetail,
  [DomainEventType.STOPPED]: DomainEventStoppedDetail,
  [DomainEventType.SHUTDOWN]: DomainEventShutdownDetail,
  [DomainEventType.PMSUSPENDED]: DomainEventPmSuspendedDetail,
  [DomainEventType.CRASHED]: DomainEventCrashedDetail,
};

/** The name of a value in one of libvirt's tables; its number when a newer libvirt has made it up. */
export function nameIn(table: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(table).find(([, number]) => number === value)?.[0] ?? String(value);
}

/** As a person reads it: `STOPPED/destroyed`. */
export function eventWords(event: number, detail: number): string {
  const table = details[event] ?? {};
  return `${nameIn(DomainEventType, event)}/${nameIn(table, detail).toLowerCase().replaceAll('_', '-')}`;
}

/** The transition that the contract has for an event; null for those that it does not tell of. */
export function transitionOf(event: number, detail: number): LifecycleTransition | null {
  switch (event) {
    case DomainEventType.STARTED:
      return lifecycleTransition.STARTED;
    case DomainEventType.STOPPED:
      return lifecycleTransition.STOPPED;
    case DomainEventType.SUSPENDED:
      if (detail === DomainEventSuspendedDetail.POSTCOPY) return lifecycleTransition.POSTCOPY_STARTED;
      // The source of a migration is paused for the switch-over; the guest does not notice.
      return detail === DomainEventSuspendedDetail.MIGRATED
        ? lifecycleTransition.MIGRATION_COMPLETED
        : lifecycleTransition.PAUSED;
    case DomainEventType.RESUMED:
      return lifecycleTransition.RESUMED;
    case DomainEventType.PMSUSPENDED:
      return lifecycleTransition.SUSPENDED;
    default:
      return null;
  }
}
