/** What cases look for, in one line each. All throw with a text that says what was found. */
import { ChronovirtError } from '@chronovirt/contract';
import type { ErrorCode, InstanceUuid } from '@chronovirt/contract';
import { expect } from 'vitest';
import type { Facts } from './contract-host.ts';
import type { Guest, World } from './world.ts';
import type { Subject } from './subject.ts';

/** The call is refused, with one of the codes. */
export async function refused(call: Promise<unknown>, ...codes: readonly ErrorCode[]): Promise<void> {
  const error = await failureOf(call);
  expect(error).toBeInstanceOf(ChronovirtError);
  expect(codes).toContain((error as ChronovirtError).code);
}

/** The error that a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const outcome = await call.then(
    () => ({ error: undefined }),
    (error: unknown) => ({ error }),
  );
  expect(outcome.error, 'the call was to fail and did not').toBeDefined();
  return outcome.error;
}

/** The guest runs, and this is the run; it must not be that of `not`. */
export async function running<S extends Subject>(world: World<S>, guest: Guest, not?: Facts): Promise<Facts> {
  const facts = await world.facts(guest);
  expect(facts).toMatchObject({ domain: 'defined', power: 'on', run: expect.any(String) });
  if (not !== undefined) expect(facts.run).not.toBe(not.run);
  return facts;
}

/** The guest runs as before: nobody has started it anew. */
export async function undisturbed<S extends Subject>(world: World<S>, guest: Guest, before: Facts): Promise<void> {
  const { run, power } = await world.facts(guest);
  expect({ run, power }).toEqual({ run: before.run, power: before.power });
}

/** A guest in a rescue that the record has left behind: once `call` has started it, it runs from its own disk again, and with its own devices. */
export async function backFromRescue<S extends Subject>(world: World<S>, guest: Guest, call: () => Promise<unknown>) {
  const { boot } = await world.sign(guest);
  const { everything, attached } = await world.facts(guest);
  await world.arrange('powerOff', guest.args);
  await world.arrange('rescue', { ...guest.args, rescuePassword: null });
  await call();
  const after = await running(world, guest);
  expect({ everything: after.everything, attached: after.attached }).toEqual({ everything, attached });
  // The guest counts its boots on its disk.
  expect((await world.sign(guest)).boot).toBe(boot + 1);
}

/** Nothing of the instance is left on the host. */
export async function nothingLeft<S extends Subject>(
  world: World<S>,
  of: { readonly uuid: InstanceUuid },
): Promise<void> {
  const { domain, power, everything } = await world.facts(of);
  expect({ domain, power, everything }).toEqual({ domain: 'absent', power: 'absent', everything: [] });
}

/** The guest's system has gone on between the two signs: same boot, further on. */
export async function goesOn<S extends Subject>(world: World<S>, guest: Guest, from: { boot: number; tick: number }) {
  const { boot, tick } = await world.sign(guest);
  expect(boot).toBe(from.boot);
  expect(tick).toBeGreaterThan(from.tick);
}
