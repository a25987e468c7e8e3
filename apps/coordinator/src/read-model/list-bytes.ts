import type { InstanceEntry } from './instance-entry.ts';

/** Instances of one piece: few enough that a change costs little, enough that ten thousand unchanged ones are few pieces. */
const PIECE = 64;

interface Piece {
  readonly texts: readonly string[];
  readonly bytes: Uint8Array;
}

/**
 * The instances of a list as bytes of JSON, comma between them. Pieces are kept from list to list: an entry makes a new text when it
 * changes, so a piece whose texts are the very ones of last time has the same bytes.
 */
export class ListBytes {
  #pieces: Piece[] = [];

  /** Pieces in order; empty for an empty list. They are the caller's to read, not to change. */
  of(entries: Iterable<InstanceEntry>): Uint8Array[] {
    const before = this.#pieces;
    const pieces: Piece[] = [];
    let texts: string[] = [];
    const end = (): void => {
      if (texts.length === 0) return;
      const last = before[pieces.length];
      pieces.push(last !== undefined && isSame(last.texts, texts) ? last : encoded(texts, pieces.length === 0));
      texts = [];
    };
    for (const entry of entries) if (texts.push(entry.json) === PIECE) end();
    end();
    this.#pieces = pieces;
    return pieces.map(({ bytes }) => bytes);
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, at) => text === b[at]);
}

function encoded(texts: readonly string[], isFirst: boolean): Piece {
  return { texts, bytes: Buffer.from(`${isFirst ? '' : ','}${texts.join(',')}`) };
}
