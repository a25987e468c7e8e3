/** Which points a short run tries: others each day, the same ones when a seed is given again. */

/** All points are tried when this is set. */
export const isFull = process.env['CHRONOVIRT_FULL'] === '1';

/** Days since 1970, or `CHRONOVIRT_SEED`. */
export const seed = Number(process.env['CHRONOVIRT_SEED'] ?? Math.floor(Date.now() / 86_400_000));

/** The list in an order that the seed decides (and `salt`, so that two lists are not shuffled alike). */
export function shuffled<T>(list: readonly T[], salt: string): T[] {
  let state = [...`${seed} ${salt}`].reduce(
    (hash, char) => Math.imul(hash ^ char.charCodeAt(0), 0x01000193),
    0x811c9dc5,
  );
  const random = (): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    return ((state ^= state >>> 15) >>> 0) / 2 ** 32;
  };
  return list
    .map((item) => ({ item, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
