/** All values of a finite stream. */
export async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const value of values) list.push(value);
  return list;
}

/** The first `count` values of a stream; leaves it there. */
export async function first<T>(count: number, values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  if (count === 0) return list;
  for await (const value of values) {
    list.push(value);
    if (list.length === count) break;
  }
  return list;
}
