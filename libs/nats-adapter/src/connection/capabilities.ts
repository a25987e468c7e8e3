/**
 * What a server can do, by its version: the only place where versions are compared. The path without a capability is the tested one on
 * old servers: they take unknown settings in silence, so nothing is asked of them that is not listed here.
 */
export interface Capabilities {
  readonly version: string;
  /** Compare-and-set per subject holds on replicated streams, and a crash of several servers does not lose a stream. */
  readonly replicas: boolean;
  /** `sync_interval: always` exists: an acknowledged message can be on disk, not only in the page cache. */
  readonly syncAlways: boolean;
  /** Streams and consumers carry `metadata`. */
  readonly metadata: boolean;
}

/** The lowest version that histories with more than one replica are trusted to. */
export const REPLICAS_SINCE = '2.10.23';

/** Capabilities of a server that says it is `version` (`2.9.10`, `2.12.0-RC.1`); of an unreadable version: none. */
export function capabilities(version: string): Capabilities {
  return {
    version,
    replicas: atLeast(version, REPLICAS_SINCE),
    syncAlways: atLeast(version, '2.10.0'),
    metadata: atLeast(version, '2.10.0'),
  };
}

/** Whether version `a` is `b` or newer. A pre-release counts as older than its release. */
export function atLeast(a: string, b: string): boolean {
  const mine = numbers(a);
  const wanted = numbers(b);
  if (!mine || !wanted) return false;
  for (const [index, want] of wanted.entries()) {
    const have = mine[index] ?? 0;
    if (have !== want) return have > want;
  }
  return !a.includes('-');
}

function numbers(version: string): number[] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match ? match.slice(1, 4).map(Number) : undefined;
}
