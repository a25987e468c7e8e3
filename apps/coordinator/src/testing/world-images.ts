/** The cluster's store of images in a world in memory: it outlives the processes that bring images and take them out. */
import { recordAfter, type InstanceUuid, type MadeImage, type MadeImages } from '@chronovirt/contract';

interface Record {
  readonly sha256: string;
  readonly madeFor?: readonly InstanceUuid[] | undefined;
}

export class WorldImages implements MadeImages {
  readonly #images = new Map<string, { readonly record: Record; readonly revision: number }>();
  #brought = 0;
  /** Called before and after an image is taken out by the system. */
  onRemoval: (phase: 'before' | 'after', sha256: string) => void = () => {};

  get hashes(): string[] {
    return [...this.#images.keys()];
  }

  isPersons(sha256: string): boolean {
    const known = this.#images.get(sha256);
    return known !== undefined && known.record.madeFor === undefined;
  }

  put({ sha256, madeFor }: Record): void {
    const record = recordAfter<Record>(this.#images.get(sha256)?.record ?? null, { sha256, madeFor });
    this.#images.set(sha256, { record, revision: ++this.#brought });
  }

  async made(): Promise<MadeImage[]> {
    return [...this.#images.values()].flatMap(({ record: { sha256, madeFor }, revision }) =>
      madeFor === undefined ? [] : [{ sha256, madeFor: [...madeFor], revision: String(revision) }],
    );
  }

  async removeMade({ sha256, revision }: MadeImage): Promise<boolean> {
    this.onRemoval('before', sha256);
    const known = this.#images.get(sha256);
    if (known?.record.madeFor === undefined || String(known.revision) !== revision) return false;
    this.#images.delete(sha256);
    this.onRemoval('after', sha256);
    return true;
  }
}
