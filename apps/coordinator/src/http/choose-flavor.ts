import { InvalidInputError, type Flavor, type ImageRef } from '@chronovirt/contract';
import type { FlavorChoice } from './create-body.ts';

const GiB = 1024 ** 3;

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
  if (flavor.rootGiB === 0 || flavor.rootGiB * GiB >= image.virtualBytes) return;
  throw new InvalidInputError(
    'flavor.rootGiB',
    `the image ${image.name} has a disk of ${sizeText(image.virtualBytes)}, which does not fit on ${sizeText(flavor.rootGiB * GiB)}; ask for ${Math.ceil(image.virtualBytes / GiB)} GiB or more, or none for the image's own size`,
  );
}

const sizeText = (bytes: number): string =>
  bytes < GiB ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${Number((bytes / GiB).toPrecision(3))} GiB`;

function flavorNamed(name: string, flavors: readonly Flavor[], field: string): Flavor {
  const found = flavors.find((flavor) => flavor.name === name);
  if (found !== undefined) return found;
  throw new InvalidInputError(
    field,
    `no flavor is called ${JSON.stringify(name)}; there are ${flavors.map((flavor) => flavor.name).join(', ')}, or give numbers`,
  );
}
