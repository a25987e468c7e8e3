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
    params: z.strictObject({ callback: callback<EventListener>('Receives each event as its only argument.') }),
    result: nothing,
    // @@register_event_listener
  },
  emitEvent: {
    name: 'emit_event',
    kind: 'helper',
    params: z.strictObject({ event: driverEvent.describe('What happened.') }),
    result: nothing,
    // @@emit_event
  },
});
