import { z } from 'zod';
import { driverEvent } from '../data/nova/driver-event.ts';
import type { EventListener } from '../data/nova/driver-event.ts';
import { group } from './entry.ts';
import { callback, nothing } from './parameters.ts';

/** What the hypervisor tells of by itself. */
export const events = group('events', {
  registerEventListener: {
    name: 'register_event_listener',
    kind: 'helper',
    params: z.strictObject({
      callback: callback<EventListener>('(event: DriverEvent) => void', 'Receives each event as its only argument.'),
    }),
    result: nothing,
    summary: 'Names the one who is told of events.',
    before: [],
    promises: {
      called: 'The callback gets every event, an Event object, as its only argument.',
      replaces: 'A later registration takes the place of an earlier one.',
      once: 'The same callback registered twice is told once.',
    },
    errors: [],
    idempotency: 'helper',
    repeat: 'Events are not doubled.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept' },
    libvirt: [
      'Lifecycle events started, stopped, suspended and resumed become STARTED, STOPPED, PAUSED and RESUMED; today also post-copy and the end of a migration.',
    ],
    verify: 'virsh start, suspend, resume and destroy from outside: the four events arrive with the right UUID.',
  },
  emitEvent: {
    name: 'emit_event',
    kind: 'helper',
    params: z.strictObject({ event: driverEvent.describe('What happened.') }),
    result: nothing,
    summary: 'Gives an event to the one who listens.',
    before: ["Called in the service's own flow, never in a callback of the hypervisor."],
    promises: {
      delivered: 'The registered callback is called with the event, once, in the order of events.',
      dropped: 'Without a callback the event is dropped.',
      refusesOthers: 'What is no event is refused.',
      contained: 'An error of the callback does not get out.',
    },
    errors: [{ code: 'INVALID_EVENT', when: 'the argument is no event' }],
    idempotency: 'helper',
    repeat: 'Each call delivers once.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept', note: 'the libvirt driver keeps events of devices to itself' },
    libvirt: [
      'Nova holds a STOPPED back for 15 s and drops it if another event follows: a reboot must not look like a shutdown.',
      'Here an event is a hint: whoever hears it looks.',
    ],
    verify:
      'A callback that throws: later events still arrive; a plain object is refused; a reboot from outside does not end as stopped.',
  },
});
