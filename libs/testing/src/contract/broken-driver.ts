import type { ImplementedDriver } from '@chronovirt/contract';
import type { Sabotage } from './contract-case.ts';
import type { World } from './world.ts';
import type { Subject } from './subject.ts';

/**
 * A driver that breaks one promise: like the given one in everything but `method`, where it does as `how` says. The suite must catch
 * it, else a case proves nothing. `touched` is called when the broken method is: what fails before that has nothing to do with it.
 */
export function brokenDriver<S extends Subject>(
  driver: ImplementedDriver,
  method: S,
  how: Sabotage<S>,
  world: () => World<S>,
  touched: () => void = () => {},
): ImplementedDriver {
  return new Proxy(driver, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== method) return typeof value === 'function' ? value.bind(target) : value;
      touched();
      if (typeof value !== 'function') return how(value as never, world());
      return (...given: never[]) =>
        (how(value.bind(target) as never, world()) as (...all: never[]) => unknown)(...given);
    },
  });
}

/** A driver that lets a case touch `method` alone; anything else it has to arrange with the healthy driver. */
export function only(driver: ImplementedDriver, method: Subject): ImplementedDriver {
  return new Proxy(driver, {
    get(target, name) {
      if (name !== method)
        throw new Error(`a case about ${method} touched ${String(name)}: arrange it with the healthy driver`);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
