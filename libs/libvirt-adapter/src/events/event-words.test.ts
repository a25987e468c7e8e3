import { expect, it } from 'vitest';
import { lifecycleTransition } from '@chronovirt/contract';
import type { InstanceUuid } from '@chronovirt/contract';
import { silentLog } from '@chronovirt/runtime';
import { DomainEventSuspendedDetail, DomainEventType } from '@chronovirt/libvirt';
import { ourUuid } from './event-feed.ts';
import { eventWords, transitionOf } from './event-words.ts';
import { Listener } from './listener.ts';

const uuid = '0e2f4c1a-1111-4222-8333-444455556666' as InstanceUuid;

it('says what libvirt said, also when it says something new', () => {
  expect(eventWords(DomainEventType.STOPPED, 1)).toBe('STOPPED/destroyed');
  expect(eventWords(DomainEventType.SUSPENDED, DomainEventSuspendedDetail.POSTCOPY_FAILED)).toBe(
    'SUSPENDED/postcopy-failed',
  );
  expect(eventWords(42, 7)).toBe('42/7');
});

it('tells the switch-over of a migration from a pause', () => {
  expect(transitionOf(DomainEventType.SUSPENDED, DomainEventSuspendedDetail.PAUSED)).toBe(lifecycleTransition.PAUSED);
  expect(transitionOf(DomainEventType.SUSPENDED, DomainEventSuspendedDetail.MIGRATED)).toBe(
    lifecycleTransition.MIGRATION_COMPLETED,
  );
  expect(transitionOf(DomainEventType.DEFINED, 0)).toBe(null);
});

it('hears of no domain that is not ours', () => {
  expect(ourUuid({ name: `instance-${uuid}`, uuid })).toBe(uuid);
  expect(ourUuid({ name: 'instance-00000001', uuid })).toBe(null);
  expect(ourUuid({ name: 'web', uuid })).toBe(null);
});

it('gives an event to the last listener alone, and keeps what that throws', () => {
  const listener = new Listener(silentLog);
  const heard: string[] = [];
  const event = { kind: 'lifecycle', uuid, timestamp: 1, transition: 0 } as const;
  listener.emit(event);
  listener.register(() => heard.push('first'));
  listener.register(() => {
    heard.push('second');
    throw new Error('of the listener');
  });
  listener.emit(event);
  expect(heard).toEqual(['second']);
  expect(() => listener.emit({ kind: 'news' } as never)).toThrow(expect.objectContaining({ code: 'INVALID_EVENT' }));
});
