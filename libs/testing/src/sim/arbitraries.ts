/** What may happen to an instance, as fast-check arbitraries: orders, other people's acts, guests' own acts, faults, deaths of agents. */
import type { CommandName, InstanceUuid } from '@chronovirt/contract';
import { outsideActs, type Fault, type FaultChances, type OutsideAct } from '@chronovirt/fake-driver';
import * as fc from 'fast-check';

/** An order without its id and sender. */
export interface OrderGiven {
  readonly name: CommandName;
  readonly args: Readonly<Record<string, string | number | boolean>>;
}

const plainOrders = [
  'start',
  'reboot',
  'hardReboot',
  'pause',
  'unpause',
  'suspend',
  'resume',
  'rescue',
  'unrescue',
  'softDelete',
  'restore',
  'lock',
  'unlock',
  'reset',
  'rebuild',
  'shelve',
  'unshelve',
  'adoptDrift',
  'repairDrift',
] as const satisfies readonly CommandName[];

/** An order to an instance that exists; `delete` only where asked for, since little follows it. */
export function order(options: { readonly withDelete?: boolean } = {}): fc.Arbitrary<OrderGiven> {
  const plain = fc.constantFrom(...plainOrders).map((name): OrderGiven => ({ name, args: {} }));
  const stop = fc
    .constantFrom(0, 1, 30)
    .map((timeoutSeconds): OrderGiven => ({ name: 'stop', args: { timeoutSeconds } }));
  const image = fc.constantFrom<OrderGiven>(
    { name: 'snapshot', args: { name: 'one' } },
    { name: 'backup', args: { name: 'nightly', rotation: 2 } },
  );
  const end = fc.constant<OrderGiven>({ name: 'delete', args: {} });
  return fc.oneof(
    { weight: 6, arbitrary: plain },
    { weight: 1, arbitrary: stop },
    { weight: 1, arbitrary: image },
    { weight: options.withDelete === true ? 1 : 0, arbitrary: end },
  );
}

/** Somebody else at the host's command line. */
export const outsideAct = (): fc.Arbitrary<OutsideAct> => fc.constantFrom(...outsideActs);

/** Acts of a guest by itself; names of methods of the simulated guest. */
export const guestActs = ['shutdown', 'crash', 'panic', 'sleep', 'diskFails'] as const;
export type GuestAct = (typeof guestActs)[number];
export const guestAct = (): fc.Arbitrary<GuestAct> => fc.constantFrom(...guestActs);

const calls = [
  'look',
  'define',
  'create',
  'destroy',
  'suspend',
  'resume',
  'managedSave',
  'setMetadata',
  'undefine',
  'createDisk',
];

/** A fault of one call, of any instance unless one is given. */
export function fault(instance?: InstanceUuid): fc.Arbitrary<Fault> {
  const kind = fc.oneof(
    fc.record({ kind: fc.constant('hang' as const), ms: fc.integer({ min: 1, max: 20_000 }) }),
    fc.record({ kind: fc.constant('fail' as const), when: fc.constantFrom('before' as const, 'after' as const) }),
    fc.record({
      kind: fc.constant('loseConnection' as const),
      when: fc.constantFrom('before' as const, 'after' as const),
    }),
  );
  return fc
    .tuple(kind, fc.constantFrom(...calls), fc.integer({ min: 1, max: 3 }))
    .map(([what, on, times]) => ({ ...what, on, times, ...(instance === undefined ? {} : { instance }) }));
}

/** Faults by chance, each rare. */
export function faultChances(): fc.Arbitrary<FaultChances> {
  const rare = fc.double({ min: 0, max: 0.05, noNaN: true });
  return fc.record({
    hang: rare,
    failBefore: rare,
    failAfter: rare,
    loseConnection: rare,
    hangMs: fc.constantFrom(500, 5000),
  });
}

const of = <K extends Happening['kind']>(kind: K): fc.Arbitrary<{ kind: K }> => fc.constant({ kind });

/** What happens next in a random history of one host; `wait` in milliseconds. */
export type Happening =
  | { readonly kind: 'order'; readonly order: OrderGiven }
  | { readonly kind: 'outside'; readonly act: OutsideAct }
  | { readonly kind: 'guest'; readonly act: GuestAct }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'killAgent' }
  | { readonly kind: 'restartDaemon' }
  | { readonly kind: 'loseConnections' };

/** One happening; orders and waits are the commonest. */
export function happening(options: { readonly withDelete?: boolean } = {}): fc.Arbitrary<Happening> {
  return fc.oneof(
    { weight: 6, arbitrary: order(options).map((given) => ({ kind: 'order' as const, order: given })) },
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 2000 }).map((ms) => ({ kind: 'wait' as const, ms })) },
    { weight: 2, arbitrary: outsideAct().map((act) => ({ kind: 'outside' as const, act })) },
    { weight: 2, arbitrary: guestAct().map((act) => ({ kind: 'guest' as const, act })) },
    { weight: 2, arbitrary: fault().map((planted) => ({ kind: 'fault' as const, fault: planted })) },
    { weight: 2, arbitrary: of('killAgent') },
    { weight: 1, arbitrary: of('restartDaemon') },
    { weight: 1, arbitrary: of('loseConnections') },
  );
}
