import type { DirectoryView, KeptView, SimulatedFile } from './file-tree.ts';

/** What one look at an instance on the host's own side shows: its directory, half-removed remains, its taps, the base images. */
export interface LocalView {
  readonly directory: DirectoryView | null;
  /** What a resize has set aside. */
  readonly kept: KeptView | null;
  readonly doomed: boolean;
  readonly taps: readonly string[];
  readonly base: readonly SimulatedFile[];
  /** Hashes of the images that were made here. */
  readonly images: readonly string[];
}
