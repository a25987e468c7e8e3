/** A scene sets up what its rows need, measures them and takes everything down. */
import type { Measured } from '../row.ts';

export interface Scene {
  /** Names of the rows that it gives; `--only` chooses scenes by them. */
  readonly names: readonly string[];
  /** `directory` is its own and empty; `say` tells of progress. */
  measure(directory: string, say: (line: string) => void): Promise<Measured[]>;
}
