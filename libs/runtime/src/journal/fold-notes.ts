/**
 * What was found when histories that charts of another version had decided were folded with those of this one. It is kept from process to
 * process, so that each is folded once and not at every start until its next turn.
 *
 *   note      every history that ends at or before `upTo` folds to the state that its last message carries, but those of `except`
 *   trusted   by the same charts, and where the message at `upTo` is the one that lay there: a stream that was made anew, or put back to
 *             an older copy of itself, has another one there, or none
 *
 * Nothing depends on a note: without one the histories are folded again.
 */
import { HOST_MACHINE_VERSION, MACHINE_VERSION } from '@chronovirt/machines';
import { isOfHost, isReadable, type Journal, type Stored } from '../ports/journal.ts';
import { isOfAnotherChart } from './folding.ts';

export interface FoldNote {
  /** Versions of the charts that folded. */
  readonly charts: string;
  /** Sequence in the host's stream. */
  readonly upTo: number;
  /** Id of the message with that sequence. */
  readonly id: string;
  /** Histories that fold to something else, or not at all. */
  readonly except: readonly string[];
}

/** Where notes are kept, one for each host. What is lost or cannot be read is null; neither throws. */
export interface FoldNotes {
  load(host: string): FoldNote | null;
  save(host: string, note: FoldNote): void;
}

/** Notes that end with the process. */
export const noNotes: FoldNotes = { load: () => null, save: () => {} };

const CHARTS = `${MACHINE_VERSION} ${HOST_MACHINE_VERSION}`;

/** What is known of the histories of hosts. */
export class KnownFolds {
  readonly #journal: Journal;
  readonly #notes: FoldNotes;
  readonly #known = new Map<string, { readonly upTo: number; readonly except: ReadonlySet<string> }>();
  readonly #loaded = new Map<string, Promise<void>>();
  /** By host: histories that were folded in this process, and the messages that they ended with. Until a pass over all of them is over. */
  readonly #asStored = new Map<string, Map<string, number>>();

  constructor(journal: Journal, notes: FoldNotes) {
    this.#journal = journal;
    this.#notes = notes;
  }

  /** Takes up what an earlier process has found on a host. */
  recall(host: string): Promise<void> {
    const known = this.#loaded.get(host);
    if (known !== undefined) return known;
    const loading = this.#load(host).catch((error: unknown) => {
      this.#loaded.delete(host);
      throw error;
    });
    this.#loaded.set(host, loading);
    return loading;
  }

  /** Whether the history that ends with this message is known to fold to the state in it. */
  has({ host, seq, instance }: Stored): boolean {
    const known = this.#known.get(host);
    if (known !== undefined && seq <= known.upTo && !known.except.has(instance)) return true;
    return this.#asStored.get(host)?.get(instance) === seq;
  }

  /** The history that ends with this message was folded, to the state in it. */
  isAsStored({ host, seq, instance }: Stored): void {
    const found = this.#asStored.get(host);
    if (found === undefined) this.#asStored.set(host, new Map([[instance, seq]]));
    else found.set(instance, seq);
  }

  /** Begins to take down what a pass over the last messages of all histories of a host finds. */
  async begin(host: string): Promise<FoldsFound> {
    const before = this.#known.get(host)?.upTo ?? 0;
    return new FoldsFound(await this.#journal.end(host), before, (note) => {
      this.#known.set(host, { upTo: note.upTo, except: new Set(note.except) });
      this.#asStored.delete(host);
      this.#notes.save(host, { charts: CHARTS, ...note });
    });
  }

  async #load(host: string): Promise<void> {
    const note = this.#notes.load(host);
    if (note?.charts !== CHARTS) return;
    const there = await this.#journal.get(host, note.upTo);
    if (there === null || idOf(there) !== note.id) return;
    this.#known.set(host, { upTo: note.upTo, except: new Set(note.except) });
  }
}

/** What one pass has found. */
export class FoldsFound {
  /** Where the stream ended before the pass began: what is stored meanwhile may be missed by it. */
  readonly #end: number;
  readonly #before: number;
  readonly #save: (note: Omit<FoldNote, 'charts'>) => void;
  readonly #others = new Map<string, number>();
  #newest = 0;
  #last = { seq: 0, id: '' };

  constructor(end: number, before: number, save: (note: Omit<FoldNote, 'charts'>) => void) {
    this.#end = end;
    this.#before = before;
    this.#save = save;
  }

  /** A last message as it is stored. */
  met(stored: Stored): void {
    if (stored.seq > this.#end) return;
    const id = idOf(stored);
    if (id !== null && stored.seq > this.#last.seq) this.#last = { seq: stored.seq, id };
    if (isOfAnotherChart(stored)) this.#newest = Math.max(this.#newest, stored.seq);
  }

  /** It folds to something else, or not at all. */
  differs({ instance, seq }: Stored): void {
    this.#others.set(instance, seq);
  }

  /** The pass has come to its end: what is new in what it found is kept. */
  over(): void {
    const { seq: upTo, id } = this.#last;
    if (this.#newest <= this.#before) return;
    const except = [...this.#others].flatMap(([instance, seq]) => (seq <= upTo ? [instance] : []));
    this.#save({ upTo, id, except });
  }
}

function idOf(stored: Stored): string | null {
  if (isReadable(stored)) return stored.message.id;
  if (isOfHost(stored)) return stored.hostMessage.id;
  return (stored.unreadable.rest ?? stored.unreadable.hostRest)?.id ?? null;
}
