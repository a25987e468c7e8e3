/** Draws numbers in [0, 1). */
export type Random = () => number;

/** The same numbers for the same seed: a linear congruential step, of which the upper bits are given out. */
export function randomOf(seed: number): Random {
  let state = (BigInt(Math.trunc(seed)) ^ 0x5deece66dn) & 0xffffffffffffn;
  return () => {
    state = (state * 0x5deece66dn + 11n) & 0xffffffffffffn;
    return Number(state >> 16n) / 2 ** 32;
  };
}
