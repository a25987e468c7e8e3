/** Lifts a stored message of version `from` to `from + 1`. Pure: no clock, no I/O, the input stays as it is. */
export interface Upcaster {
  readonly from: number;
  upcast(message: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

/**
 * The way from every version that was ever released to today's, one step each, oldest first. Empty while version 1 is the only one.
 * A change of the message's shape raises `MESSAGE_VERSION`, adds a step here and a stored history of the old version to its test.
 */
export const upcasters: readonly Upcaster[] = [];
