import { ChronovirtError } from '../../errors.ts';
import type { ImplementedDriver } from '../../port/compute-driver.ts';
import type { DriversByName } from '../drivers-by-name.ts';
import { capabilities } from '../inventory.ts';
import { methodNames } from '../registry.ts';

/** Makes a driver. `V` is the way from the driver up into the service (Nova's VirtAPI), given to every driver first. */
export type DriverClass<V> = new (virtapi: V) => ImplementedDriver;

/** Which driver a service is to use, and those that there are, by name. */
export type DriverConfiguration<V> = DriversByName<V, ImplementedDriver>;

/** No driver, an unknown one, or something that is none. A service without driver must not run: its application ends on this. */
export class DriverLoadError extends ChronovirtError {}

/** Whether something is a driver: it has the contract's capabilities, and whatever bears a method's name is a function. */
export function isComputeDriver(value: unknown): value is ImplementedDriver {
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Readonly<Record<string, unknown>>;
  return (
    capabilities.safeParse(candidate['capabilities']).success &&
    methodNames.every((name) => candidate[name] === undefined || typeof candidate[name] === 'function')
  );
}

/**
 * Makes the driver of that name, or of the configured one. Contacts no hypervisor: that is `initHost`. Throws `DriverLoadError` with
 * DRIVER_NOT_NAMED, DRIVER_NOT_FOUND or DRIVER_OF_WRONG_TYPE.
 */
export function loadComputeDriver<V>(
  virtapi: V,
  computeDriver: string | null,
  config: DriverConfiguration<V>,
): ImplementedDriver {
  const known = Object.keys(config.drivers).join(', ') || 'none';
  const name = computeDriver ?? config.computeDriver;
  if (name === null || name === '') {
    throw new DriverLoadError('DRIVER_NOT_NAMED', `computeDriver: no driver is named; expected one of: ${known}`);
  }
  if (!Object.hasOwn(config.drivers, name)) {
    throw new DriverLoadError(
      'DRIVER_NOT_FOUND',
      `computeDriver: there is no driver "${name}"; expected one of: ${known}`,
    );
  }
  const Driver = config.drivers[name] as DriverClass<V>;
  const driver: unknown = new Driver(virtapi);
  if (!isComputeDriver(driver)) {
    throw new DriverLoadError('DRIVER_OF_WRONG_TYPE', `computeDriver: "${name}" is not a compute driver`);
  }
  return driver;
}

/** Whether the configured driver's name ends with `match`; false when none is configured. */
export function computeDriverMatches(match: string, config: { readonly computeDriver: string | null }): boolean {
  return config.computeDriver !== null && config.computeDriver !== '' && config.computeDriver.endsWith(match);
}
