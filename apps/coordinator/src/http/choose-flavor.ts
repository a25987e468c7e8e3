import { InvalidInputError, rootDiskMisfit, type Flavor, type ImageRef } from '@chronovirt/contract';
import type { FlavorChoice } from './create-body.ts';

/** The numbers that a choice stands for. Throws `INVALID_INPUT` for a name that is not known, and for numbers that are missing. */
export function chooseFlavor(choice: FlavorChoice, flavors: readonly Flavor[]): Flavor {
  if (typeof choice === 'string') return flavorNamed(choice, flavors, 'flavor');
  const { base, ...numbers } = choice;
  const given = Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined));
  if (base !== undefined) {
    const named = flavorNamed(base, flavors, 'flavor.base');
    return { ...named, ...given, name: Object.keys(given).length === 0 ? named.name : 'custom' };
  }
  const { vcpus, memoryMiB, rootGiB = 0, ephemeralGiB = 0, swapMiB = 0 } = numbers;
  if (vcpus === undefined)
    throw new InvalidInputError('flavor.vcpus', 'expected the number of vCPUs, or a flavor by name');
  if (memoryMiB === undefined)
    throw new InvalidInputError('flavor.memoryMiB', 'expected the memory in MiB, or a flavor by name');
  return { name: 'custom', vcpus, memoryMiB, rootGiB, ephemeralGiB, swapMiB, extraSpecs: {} };
}

/** Refuses a root disk that the image does not fit on. */
export function checkRootDisk(flavor: Flavor, image: ImageRef): void {
  const why = rootDiskMisfit(image, flavor.rootGiB);
  if (why !== null) throw new InvalidInputError('flavor.rootGiB', why);
}

function flavorNamed(name: string, flavors: readonly Flavor[], field: string): Flavor {
  const found = flavors.find((flavor) => flavor.name === name);
  if (found !== undefined) return found;
  throw new InvalidInputError(
    field,
    `no flavor is called ${JSON.stringify(name)}; there are ${flavors.map((flavor) => flavor.name).join(', ')}, or give numbers`,
  );
}
