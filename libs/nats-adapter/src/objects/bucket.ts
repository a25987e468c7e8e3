/**
 * Objects in a stream: chunks under `$O.<bucket>.C.<key>.<upload>`, and one last message under `$O.<bucket>.M.<key>` that names the upload
 * and makes the object exist. So an object is there whole or not at all, and two uploads of one key do not mix. Each message is repeated
 * under its own id until its fate is known: an upload outlives a restart of the server. The sequence of the last message is the object's
 * revision: who goes by what was said of an object changes or removes that one, and no later one.
 */
import { headers, nuid, type Msg } from '@nats-io/transport-node';
import { z } from 'zod';
import { api, body, callApi, untilAnswered, type Core } from '../connection/core.ts';
import { ReplyLost } from '../connection/reply-inbox.ts';
import { JetStreamRefusal, NatsForbiddenError } from '../errors.ts';
import { errCodes } from '../journal/error-codes.ts';
import { isStreamMissing, streamInfo } from '../journal/provision.ts';
import { publishAnswer } from '../journal/publish-answer.ts';
import { scan } from '../journal/scan.ts';
import { ObjectStoreFullError, ObjectStoreMissingError } from './object-errors.ts';

const chunkBytes = 256 * 1024;
/** Chunks read ahead: 4 MiB. */
const readAhead = 16;

const head = z.object({
  upload: z.string(),
  chunks: z.int().nonnegative(),
  bytes: z.int().nonnegative(),
  meta: z.unknown(),
});
type Head = z.infer<typeof head>;

/** Stands for an object between its end and the removal of its messages. */
const GONE = { gone: true } as const;

interface LastOf {
  readonly seq: number;
  readonly said: unknown;
}

/** What was said of an object, and its revision. */
export interface Found {
  readonly revision: number;
  readonly bytes: number;
  readonly meta: unknown;
}

/** A part of what a stream's info says of its subjects; `total` of all that the filter takes. */
interface SubjectsPage {
  readonly total?: number;
  readonly state: { readonly subjects?: Readonly<Record<string, number>> };
}

export class Bucket {
  readonly #core: Core;
  readonly #name: string;
  readonly #stream: string;

  private constructor(core: Core, name: string) {
    this.#core = core;
    this.#name = name;
    this.#stream = `OBJ_${name}`;
  }

  /** Opens a bucket, and makes it when it is missing and this user may. A reader who may not finds it empty until somebody has. */
  static async open(core: Core, name: string): Promise<Bucket> {
    const bucket = new Bucket(core, name);
    if ((await streamInfo(core, bucket.#stream)) === undefined) await bucket.#create();
    return bucket;
  }

  /**
   * Stores an object whole; what throws while its content is read leaves nothing behind. `meta` is JSON and may be made after the last
   * byte. `revision`: what has to be there just before, 0 = nothing; false, and nothing is stored, where something else is.
   */
  async put(
    key: string,
    content: AsyncIterable<Uint8Array>,
    meta: (bytes: number) => unknown,
    signal?: AbortSignal,
    revision?: number,
  ): Promise<boolean> {
    const upload = nuid.next();
    const subject = `$O.${this.#name}.C.${key}.${upload}`;
    let chunks = 0;
    let bytes = 0;
    try {
      for await (const chunk of inChunks(content)) {
        await this.#store(subject, chunk, `${upload}.${chunks}`, signal);
        chunks++;
        bytes += chunk.length;
      }
      const last: Head = { upload, chunks, bytes, meta: meta(bytes) };
      const isStored = await this.#storeHead(key, last, upload, signal, revision);
      if (!isStored) await this.#dropUpload(key, upload);
      return isStored;
    } catch (error) {
      const cleaned = this.#dropUpload(key, upload);
      // While the server is away the caller is told at once, and this goes on behind.
      if (this.#core.link.up()) await cleaned;
      throw error;
    }
  }

  /** What was said of an object when it was stored; undefined when there is none. */
  async meta(key: string): Promise<Found | undefined> {
    return this.#head(key);
  }

  /** The same, with the revision that a `put` finds there: also where an object has just come to its end. */
  async present(key: string): Promise<{ readonly revision: number; readonly found: Found | null }> {
    const last = await this.#lastOf(key);
    return { revision: last?.seq ?? 0, found: headOf(last) ?? null };
  }

  /** Says something else of an object; false where that is not the one of this revision any more. */
  async revise(key: string, revision: number, meta: unknown): Promise<boolean> {
    const found = await this.#head(key);
    if (found?.revision !== revision) return false;
    const { upload, chunks, bytes } = found;
    return this.#storeHead(key, { upload, chunks, bytes, meta }, nuid.next(), undefined, revision);
  }

  /** Removes an object; false where that is not the one of this revision any more. What is stored under its key meanwhile stays. */
  async removeRevision(key: string, revision: number): Promise<boolean> {
    const found = await this.#head(key);
    if (found?.revision !== revision) return false;
    if (!(await this.#storeHead(key, GONE, nuid.next(), undefined, revision))) return false;
    await this.#purge(`C.${key}.${found.upload}`);
    await this.#dropGone(key);
    return true;
  }

  /** Whether all chunks of an object are there: a server that was killed soon after a removal may have brought parts back. */
  async isWhole(key: string): Promise<boolean> {
    const found = await this.#head(key);
    if (!found) return false;
    const subject = `$O.${this.#name}.C.${key}.${found.upload}`;
    return ((await this.#subjects(subject))[subject] ?? 0) === found.chunks;
  }

  /** The chunks of an object; undefined when there is none. A part that is missing ends it early: the caller checks size and hash. */
  async read(
    key: string,
    signal?: AbortSignal,
  ): Promise<{ bytes: number; content: AsyncIterable<Uint8Array> } | undefined> {
    const found = await this.#head(key, signal);
    if (!found) return undefined;
    const filter = `$O.${this.#name}.C.${key}.${found.upload}`;
    const options = { stream: this.#stream, filter, from: 1, window: readAhead, signal };
    const core = this.#core;
    return {
      bytes: found.bytes,
      content: (async function* () {
        for await (const { data } of scan(core, options)) yield data;
      })(),
    };
  }

  /** All objects: what was said of each. */
  async *list(): AsyncIterable<Found> {
    if (!(await streamInfo(this.#core, this.#stream))) return;
    const filter = `$O.${this.#name}.M.>`;
    const options = { stream: this.#stream, filter, from: 1, lastPerSubject: true };
    for await (const { seq, data } of scan(this.#core, options)) {
      const found = head.safeParse(JSON.parse(Buffer.from(data).toString()));
      if (found.success) yield { revision: seq, bytes: found.data.bytes, meta: found.data.meta };
    }
  }

  /** Removes the object of that key, or with `all` every object whose key begins with its tokens. Returns how many. */
  async remove(key: string, all = false): Promise<number> {
    const removed = await this.#purge(all ? `M.${key}.>` : `M.${key}`);
    await this.#purge(`C.${key}.>`);
    return removed;
  }

  /** The keys of all objects. */
  async keys(): Promise<string[]> {
    const prefix = `$O.${this.#name}.M.`;
    return Object.keys(await this.#subjects(`${prefix}>`)).map((subject) => subject.slice(prefix.length));
  }

  /** Removes what uploads left that were never finished; only where nobody uploads. Returns how many. */
  async sweep(): Promise<number> {
    const wanted = new Set<string>();
    const filter = `$O.${this.#name}.M.>`;
    const prefix = `$O.${this.#name}.M.`;
    const gone: string[] = [];
    const options = { stream: this.#stream, filter, from: 1, lastPerSubject: true };
    for await (const { subject, data } of scan(this.#core, options)) {
      const found = head.safeParse(JSON.parse(Buffer.from(data).toString()));
      if (found.success) wanted.add(found.data.upload);
      else gone.push(subject.slice(prefix.length));
    }
    for (const key of gone) await this.#dropGone(key);
    const held = Object.keys(await this.#subjects(`$O.${this.#name}.C.>`));
    const left = held.filter((subject) => !wanted.has(subject.slice(subject.lastIndexOf('.') + 1)));
    for (const subject of left) await this.#purge(subject.slice(`$O.${this.#name}.`.length));
    return left.length;
  }

  /**
   * How many messages lie under each subject that the filter takes. The server names 100,000 of them at a time, in their order: one that
   * others add or remove meanwhile may be missed, and is seen the next time.
   */
  async #subjects(filter: string): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    for (let offset = 0; ;) {
      const { total = 0, state } = await untilAnswered(this.#core, undefined, () =>
        callApi<SubjectsPage>(this.#core, `STREAM.INFO.${this.#stream}`, { subjects_filter: filter, offset }),
      );
      const page = Object.entries(state.subjects ?? {});
      for (const [subject, count] of page) found[subject] = count;
      offset += page.length;
      if (page.length === 0 || offset >= total) return found;
    }
  }

  async #create(): Promise<void> {
    const config = {
      name: this.#stream,
      subjects: [`$O.${this.#name}.C.>`, `$O.${this.#name}.M.>`],
      storage: 'file',
      retention: 'limits',
      discard: 'new',
      max_bytes: -1,
      max_msgs: -1,
      max_consumers: -1,
      max_age: 0,
      num_replicas: 1,
      duplicate_window: 120e9,
      allow_rollup_hdrs: true,
      allow_direct: true,
    };
    try {
      await untilAnswered(this.#core, undefined, () => callApi(this.#core, `STREAM.CREATE.${this.#stream}`, config));
    } catch (error) {
      const somebodyElse = error instanceof JetStreamRefusal && error.errCode === errCodes.streamNameInUse;
      if (!somebodyElse && !(error instanceof NatsForbiddenError)) throw error;
    }
  }

  async #head(key: string, signal?: AbortSignal): Promise<(Head & Found) | undefined> {
    return headOf(await this.#lastOf(key, signal));
  }

  /** The last message that was stored of a key. */
  async #lastOf(key: string, signal?: AbortSignal): Promise<LastOf | undefined> {
    const what = `DIRECT.GET.${this.#stream}.$O.${this.#name}.M.${key}`;
    return untilAnswered(this.#core, signal, async () => {
      let reply: Msg;
      try {
        reply = await this.#core.inbox.ask(api(what), body(), { timeoutMs: 1_000, signal });
      } catch (error) {
        const silent = error instanceof ReplyLost && (error.because === 'noResponder' || error.because === 'timeout');
        if (silent && (await isStreamMissing(this.#core, this.#stream, signal))) return undefined;
        throw error;
      }
      const status = reply.headers?.code ?? 0;
      if (status === 404) return undefined;
      if (status !== 0)
        throw new JetStreamRefusal(what, status >= 500 ? 503 : status, 0, reply.headers?.description ?? '');
      return { seq: Number(reply.headers?.get('Nats-Sequence')), said: reply.json() };
    });
  }

  /** Chunks that no object names. Who may not remove them leaves them for the sweep. */
  #dropUpload(key: string, upload: string): Promise<void> {
    return this.#purge(`C.${key}.${upload}`).then(
      () => {},
      (failure: unknown) =>
        this.#core.log.warn(
          { bucket: this.#name, upload, why: String(failure) },
          'chunks of a broken upload were left',
        ),
    );
  }

  /** Removes the message that stands for an object that is gone, if it is still the last of its key. */
  async #dropGone(key: string): Promise<void> {
    const last = await this.#lastOf(key);
    if (last !== undefined && isGone(last.said)) await this.#purge(`M.${key}`, last.seq + 1);
  }

  /** The one message that an object has under its key. */
  #storeHead(
    key: string,
    said: Head | typeof GONE,
    id: string,
    signal: AbortSignal | undefined,
    revision: number | undefined,
  ): Promise<boolean> {
    const subject = `$O.${this.#name}.M.${key}`;
    return this.#store(subject, body(said), id, signal, { rollup: true, ...(revision !== undefined && { revision }) });
  }

  /** False only where `revision` is given and the subject's last message is another one. */
  async #store(
    subject: string,
    payload: Uint8Array,
    id: string,
    signal?: AbortSignal,
    { rollup = false, revision }: { readonly rollup?: boolean; readonly revision?: number } = {},
  ): Promise<boolean> {
    const said = headers();
    said.append('Nats-Msg-Id', id);
    said.append('Nats-Expected-Stream', this.#stream);
    if (rollup) said.append('Nats-Rollup', 'sub');
    if (revision !== undefined) said.append('Nats-Expected-Last-Subject-Sequence', String(revision));
    return untilAnswered(this.#core, signal, async () => {
      let reply: Msg;
      try {
        reply = await this.#core.inbox.ask(subject, payload, { headers: said, timeoutMs: 5_000, signal });
      } catch (error) {
        const nobody = error instanceof ReplyLost && error.because === 'noResponder';
        if (nobody && (await isStreamMissing(this.#core, this.#stream, signal)))
          throw new ObjectStoreMissingError(this.#name);
        throw error;
      }
      const answer = publishAnswer(reply.string());
      if (answer.kind === 'stored') return true;
      if (answer.kind === 'wrongLast' && revision !== undefined) return false;
      if (answer.kind === 'full') throw new ObjectStoreFullError(this.#name, answer.why);
      const why = 'why' in answer ? answer.why : answer.kind;
      throw new JetStreamRefusal(subject, answer.kind === 'notNow' ? 503 : 400, 0, why);
    });
  }

  /** `before`: only messages before that sequence. */
  async #purge(filter: string, before?: number): Promise<number> {
    try {
      const answer = await untilAnswered(this.#core, undefined, () =>
        callApi<{ purged?: number }>(this.#core, `STREAM.PURGE.${this.#stream}`, {
          filter: `$O.${this.#name}.${filter}`,
          ...(before !== undefined && { seq: before }),
        }),
      );
      return answer.purged ?? 0;
    } catch (error) {
      if (error instanceof JetStreamRefusal && error.errCode === errCodes.streamNotFound) return 0;
      throw error;
    }
  }
}

/** The object that a key's last message stands for, if it is one. */
function headOf(last: LastOf | undefined): (Head & Found) | undefined {
  if (last === undefined || isGone(last.said)) return undefined;
  const { meta, ...found } = head.parse(last.said);
  return { ...found, meta, revision: last.seq };
}

const isGone = (said: unknown): boolean => (said as Partial<typeof GONE> | null)?.gone === true;

/** The same bytes in pieces of one size; the last one may be smaller. */
async function* inChunks(content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (let piece of content) {
    while (size + piece.length >= chunkBytes) {
      const fits = chunkBytes - size;
      yield Buffer.concat([...waiting, piece.subarray(0, fits)]);
      piece = piece.subarray(fits);
      waiting = [];
      size = 0;
    }
    if (piece.length === 0) continue;
    waiting.push(piece);
    size += piece.length;
  }
  if (size > 0) yield Buffer.concat(waiting);
}
