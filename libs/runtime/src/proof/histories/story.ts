/** A random history as data: what people, guests, the hypervisor, the network and the grim reaper do to two instances of one host. */
import { fault, guestAct, order, outsideAct, type GuestAct, type OrderGiven } from '@chronovirt/testing/sim';
import type { Fault, OutsideAct } from '@chronovirt/fake-driver';
import * as fc from 'fast-check';
import type { AppendFault } from '../../journal/memory-journal.ts';

/** Which of the two instances. */
export type Who = 0 | 1;

/** One thing that happens; all times in virtual milliseconds. */
export type Happening =
  | { readonly kind: 'order'; readonly who: Who; readonly order: OrderGiven }
  /** A command of before is sent again, with its id: `back` 0 is the last one. */
  | { readonly kind: 'resend'; readonly who: Who; readonly back: number }
  /** The order to take the instance over comes again, late: under its own epoch or an older one. */
  | { readonly kind: 'lateOrder'; readonly who: Who; readonly older: boolean }
  | { readonly kind: 'outside'; readonly who: Who; readonly act: OutsideAct }
  | { readonly kind: 'guest'; readonly who: Who; readonly act: GuestAct }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'wait'; readonly ms: number }
  /** The agent dies now, and is started again after `ms`. */
  | { readonly kind: 'kill'; readonly ms: number }
  /** The agent dies at the n-th append from now, or at the n-th call on the hypervisor. */
  | {
      readonly kind: 'killAt';
      readonly at: 'append' | 'call';
      readonly n: number;
      readonly phase: 'before' | 'sent' | 'after';
      readonly ms: number;
    }
  /** The journal cannot be reached for `ms`. */
  | { readonly kind: 'cut'; readonly ms: number }
  /** The next appends meet these; a link that they cut heals after `ms`. */
  | { readonly kind: 'appendFaults'; readonly faults: readonly AppendFault[]; readonly ms: number }
  /** The agent's process stands still, and with it the machine. */
  | { readonly kind: 'freeze'; readonly ms: number }
  /** The hypervisor's daemon is away for `ms`; 0 = it is restarted. */
  | { readonly kind: 'daemonAway'; readonly ms: number }
  | { readonly kind: 'loseConnections' };

export interface Story {
  /** Of the simulated host: its delays. */
  readonly seed: number;
  /** What the deployment does where guest and record differ. */
  readonly drift?: 'usual' | 'adopt' | 'repair' | 'ask';
  /** Whether who had no answer to a command asks again in the end. */
  readonly patient: boolean;
  readonly happenings: readonly Happening[];
}

const who = fc.constantFrom<Who>(0, 0, 0, 1);
const gap = fc.constantFrom(0, 10, 300, 5_000);
const away = fc.constantFrom(5, 400, 20_000, 400_000);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('order' as const), who, order: order({ withDelete: true }) }) },
  { weight: 7, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 2_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('resend' as const), who, back: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lateOrder' as const), who, older: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('outside' as const), who, act: outsideAct() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('guest' as const), who, act: guestAct() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('fault' as const), fault: fault() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('kill' as const), ms: gap }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('killAt' as const),
      at: fc.constantFrom('append' as const, 'call' as const),
      n: fc.integer({ min: 1, max: 12 }),
      phase: fc.constantFrom('before' as const, 'sent' as const, 'after' as const),
      ms: gap,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), ms: away }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('appendFaults' as const),
      faults: fc.array(fc.constantFrom<AppendFault>('lostRequest', 'lostAck', 'cutBeforeStore', 'cutAfterStore'), {
        minLength: 1,
        maxLength: 3,
      }),
      ms: away,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('freeze' as const), ms: fc.constantFrom(800, 30_000, 600_000) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('daemonAway' as const), ms: fc.constantFrom(0, 0, 300, 20_000, 900_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'loseConnections' as const }) },
);

/** Stories of up to `longest` happenings. */
export const stories = (longest: number): fc.Arbitrary<Story> =>
  fc.record({
    seed: fc.nat(1_000),
    patient: fc.boolean(),
    drift: fc.constantFrom('usual', 'adopt', 'repair', 'ask'),
    happenings: fc.array(happening, { minLength: 1, maxLength: longest }),
  });
