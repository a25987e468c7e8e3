import type { Flavor } from '@chronovirt/contract';

const flavor = (name: string, vcpus: number, memoryMiB: number, rootGiB: number): Flavor => ({
  name,
  vcpus,
  memoryMiB,
  rootGiB,
  ephemeralGiB: 0,
  swapMiB: 0,
  extraSpecs: {},
});

/** Sizes by name for those who have none of their own. An instance keeps the numbers, so changing these changes nothing that exists. */
export const defaultFlavors: readonly Flavor[] = [
  flavor('nano', 1, 128, 0),
  flavor('micro', 1, 256, 2),
  flavor('tiny', 1, 512, 5),
  flavor('small', 1, 2048, 20),
  flavor('medium', 2, 4096, 40),
  flavor('large', 4, 8192, 80),
  flavor('xlarge', 8, 16384, 160),
];
