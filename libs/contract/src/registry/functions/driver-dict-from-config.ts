import { InvalidInputError } from '../../errors.ts';
import { DriverLoadError } from './load-compute-driver.ts';

/**
 * Makes one object for each entry `type=class`, constructed with `args` and found under its type; of two entries of one type the
 * later one wins. Throws `DriverLoadError` with DRIVER_NOT_FOUND or DRIVER_CONSTRUCTION_FAILED, naming the class.
 */
export function driverDictFromConfig<A extends readonly unknown[], D>(
  namedDriverConfig: readonly string[],
  classes: Readonly<Record<string, new (...args: A) => D>>,
  ...args: A
): Record<string, D> {
  return Object.fromEntries(namedDriverConfig.map((entry) => construct(entry, classes, args)));
}

function construct<A extends readonly unknown[], D>(
  entry: string,
  classes: Readonly<Record<string, new (...args: A) => D>>,
  args: A,
): [type: string, driver: D] {
  const equals = entry.indexOf('=');
  if (equals < 1) throw new InvalidInputError('namedDriverConfig', `"${entry}" has no type; expected type=class`);
  const type = entry.slice(0, equals).trim();
  const name = entry.slice(equals + 1).trim();
  const Class = Object.hasOwn(classes, name) ? classes[name] : undefined;
  if (Class === undefined) {
    const known = Object.keys(classes).join(', ') || 'none';
    throw new DriverLoadError(
      'DRIVER_NOT_FOUND',
      `namedDriverConfig: there is no class "${name}"; expected one of: ${known}`,
    );
  }
  try {
    return [type, new Class(...args)];
  } catch (cause) {
    throw new DriverLoadError('DRIVER_CONSTRUCTION_FAILED', `the constructor of "${name}" failed`, { cause });
  }
}
