/**
 * Objects in a stream: chunks under `$O.<bucket>.C.<key>.<upload>`, and one last message under `$O.<bucket>.M.<key>` that names the upload
 * and makes the object exist. So an object is there whole or not at all, and two uploads of one key do not mix. Each message is repeated
 * under its own id until its fate is known: an upload outlives a restart of the server.
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

  /** Stores an object whole; what throws while its content is read leaves nothing behind. `meta` is JSON and may be made after the last byte. */
  async put(
    key: string,
    content: AsyncIterable<Uint8Array>,
    meta: (bytes: number) => unknown,
    signal?: AbortSignal,
  ): Promise<void> {
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
      await this.#store(`$O.${this.#name}.M.${key}`, body(last), upload, signal, true);
    } catch (error) {
      const cleaned = this.#purge(`C.${key}.${upload}`).catch((failure: unknown) => {
        this.#core.log.warn(
          { bucket: this.#name, upload, why: String(failure) },
          'chunks of a broken upload were left',
        );
      });
      // While the server is away the caller is told at once, and this goes on behind.
      if (this.#core.link.up()) await cleaned;
      throw error;
    }
  }

  /** What was said of an object when it was stored; undefined when there is none. */
  async meta(key: string): Promise<{ bytes: number; meta: unknown } | undefined> {
    return this.#head(key);
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
  async *list(): AsyncIterable<unknown> {
    if (!(await streamInfo(this.#core, this.#stream))) return;
    const filter = `$O.${this.#name}.M.>`;
    for await (const { data } of scan(this.#core, { stream: this.#stream, filter, from: 1, lastPerSubject: true })) {
      const found = head.safeParse(JSON.parse(Buffer.from(data).toString()));
      if (found.success) yield found.data.meta;
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
    for await (const { data } of scan(this.#core, { stream: this.#stream, filter, from: 1, lastPerSubject: true })) {
      const found = head.safeParse(JSON.parse(Buffer.from(data).toString()));
      if (found.success) wanted.add(found.data.upload);
    }
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

  async #head(key: string, signal?: AbortSignal): Promise<Head | undefined> {
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
      return head.parse(reply.json());
    });
  }

  async #store(subject: string, payload: Uint8Array, id: string, signal?: AbortSignal, replace = false): Promise<void> {
    const said = headers();
    said.append('Nats-Msg-Id', id);
    said.append('Nats-Expected-Stream', this.#stream);
    if (replace) said.append('Nats-Rollup', 'sub');
    await untilAnswered(this.#core, signal, async () => {
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
      if (answer.kind === 'stored') return;
      if (answer.kind === 'full') throw new ObjectStoreFullError(this.#name, answer.why);
      const why = 'why' in answer ? answer.why : answer.kind;
      throw new JetStreamRefusal(subject, answer.kind === 'notNow' ? 503 : 400, 0, why);
    });
  }

  async #purge(filter: string): Promise<number> {
    try {
      const answer = await untilAnswered(this.#core, undefined, () =>
        callApi<{ purged?: number }>(this.#core, `STREAM.PURGE.${this.#stream}`, {
          filter: `$O.${this.#name}.${filter}`,
        }),
      );
      return answer.purged ?? 0;
    } catch (error) {
      if (error instanceof JetStreamRefusal && error.errCode === errCodes.streamNotFound) return 0;
      throw error;
    }
  }
}

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
