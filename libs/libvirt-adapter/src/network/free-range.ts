/** Ranges of IPv4 addresses, as far as finding a free one needs it. */
export interface Range {
  readonly first: number;
  readonly last: number;
}

const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);

/** The range that an address lies in; `mask` as a length (`24`) or dotted. */
export function rangeOf(address: string, mask: string): Range {
  const length = mask.includes('.') ? toNumber(mask).toString(2).replaceAll('0', '').length : Number(mask);
  const size = 2 ** (32 - length);
  const first = Math.floor(toNumber(address) / size) * size;
  return { first, last: first + size - 1 };
}

/** The first three numbers of a free /24: from 192.168.171 up, where few routers are; then the others. A default route uses nothing. */
export function firstFree(used: readonly Range[]): string | null {
  const taken = used.filter(({ first, last }) => last - first < 2 ** 32 - 1);
  const candidates = Array.from({ length: 256 }, (_, index) => `192.168.${(171 + index) % 256}`);
  return (
    candidates.find((candidate) => {
      const range = rangeOf(`${candidate}.0`, '24');
      return taken.every((other) => other.last < range.first || other.first > range.last);
    }) ?? null
  );
}
