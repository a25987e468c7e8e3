/** Which points a short run tries: others each day, the same ones when a seed is given again. */
import { SeededRandom } from '@chronovirt/testing/sim';

/** All points are tried when this is set. */
export const isFull = process.env['CHRONOVIRT_FULL'] === '1';

/** Days since 1970, or `CHRONOVIRT_SEED`. */
export const seed = Number(process.env['CHRONOVIRT_SEED'] ?? Math.floor(Date.now() / 86_400_000));

/** Choices that the seed decides, and `salt`: two questions are not answered alike. */
export function seeded(salt: string): SeededRandom {
  const hash = (sum: number, char: string): number => Math.imul(sum ^ char.charCodeAt(0), 0x01000193);
  return new SeededRandom([...`${seed} ${salt}`].reduce(hash, 0x811c9dc5));
}

/** The list in the order of the day. */
export const shuffled = <T>(list: readonly T[], salt: string): T[] => seeded(salt).shuffle(list);
