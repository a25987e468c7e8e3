/** Brings an image into the store: hashed here first, so that what is there already is not sent again. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { IMAGE_HEAD_BYTES, judgeImage, virtualBytesOf, type ImageFormat } from '@chronovirt/contract';
import type { ImageView } from '../api/types.ts';
import { CliError, UsageError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { byteText } from '../output/bytes.ts';
import type { VerbContext } from '../verbs/verb.ts';

export interface UploadOptions {
  readonly name: string;
  readonly format?: string | undefined;
  /** What it says of the guests that are made from it. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Only look whether it is there. */
  readonly onlyCheck?: boolean;
  /** Asked before an image that the store does not have is sent; where it throws, nothing is. */
  readonly beforeSending?: (image: Unsent) => Promise<void>;
}

/** An image that is only in a file yet. `virtualBytes` of the disk that a guest sees; null = the file does not say it. */
export interface Unsent {
  readonly sha256: string;
  readonly name: string;
  readonly virtualBytes: number | null;
}

const chunkBytes = 1024 * 1024;
const redrawMs = 200;

/** Resolves with the stored image; `isNew` tells whether it had to be sent. */
export async function uploadImage(
  context: VerbContext,
  file: string,
  options: UploadOptions,
): Promise<{ image: ImageView; isNew: boolean }> {
  const facts = await stat(file).catch((error: Error) => {
    throw new UsageError(`the image cannot be read: ${error.message}`);
  });
  if (!facts.isFile()) throw new UsageError(`${file} is no file`);
  const format = formatOf(file, options.format);
  const head = await headOf(file);
  const verdict = judgeImage(head, format);
  // Of what nobody can tell, it may have been said when it was taken in.
  const mayBeKnown = format === undefined && 'format' in judgeImage(head, 'raw');
  if ('why' in verdict && !mayBeKnown) throw unfit(file, verdict);
  const sha256 = await hashOf(context, file, facts.size);
  const known = await findImage(context, sha256);
  if (known !== null) {
    refuseOtherProperties(known, options.properties);
    return { image: known, isNew: false };
  }
  if ('why' in verdict) throw unfit(file, verdict);
  await options.beforeSending?.({ sha256, name: options.name, virtualBytes: virtualBytesOf(head, facts.size) });
  if (options.onlyCheck === true)
    throw new UsageError(
      `${file} is not in the store yet, so nothing more can be checked`,
      `chronovirt image upload ${file}`,
    );
  const meter = new Meter(context, 'uploading', facts.size);
  const content = createReadStream(file, { highWaterMark: chunkBytes }).pipe(meter.through());
  try {
    const text = await context.client.text('/v1/images', {
      method: 'POST',
      query: { ...options.properties, name: options.name, format, sha256 },
      upload: { content, bytes: facts.size },
      signal: context.io.signal,
    });
    return { image: JSON.parse(text) as ImageView, isNew: true };
  } finally {
    content.destroy();
    meter.end();
  }
}

/** What a file is said to be: by `--format`, else by its name. */
function formatOf(file: string, said: string | undefined): ImageFormat | undefined {
  if (said !== undefined && said !== 'qcow2' && said !== 'raw')
    throw new UsageError(`--format: expected qcow2 or raw, got ${JSON.stringify(said)}`);
  return said ?? (/\.qcow2?$/i.test(file) ? 'qcow2' : undefined);
}

async function headOf(file: string): Promise<Uint8Array> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(IMAGE_HEAD_BYTES), 0, IMAGE_HEAD_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

/** What the store would say of it, before it is sent. */
function unfit(
  file: string,
  { why, advice, unlessSaid }: Extract<ReturnType<typeof judgeImage>, { why: string }>,
): UsageError {
  const hint = `if that is what it should be: chronovirt image upload ${file} --format ${unlessSaid}`;
  return new UsageError(`${file} ${why}`, unlessSaid === undefined ? advice : hint);
}

/** As the store does it; here the content need not be sent for that. */
function refuseOtherProperties(known: ImageView, asked: Readonly<Record<string, string>> = {}): void {
  const other = Object.entries(asked).filter(([name, value]) => (known.properties?.[name] ?? 'no') !== value);
  if (other.length > 0)
    throw new UsageError(
      `--property: the image is in the store already, as ${known.name}, without ${other.map((pair) => pair.join('=')).join(', ')}`,
      `chronovirt image delete ${known.sha256}, then upload it again`,
    );
}

async function hashOf(context: VerbContext, file: string, bytes: number): Promise<string> {
  const hash = createHash('sha256');
  const meter = new Meter(context, 'reading', bytes);
  for await (const chunk of createReadStream(file, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    meter.add(chunk.length);
  }
  meter.end();
  return hash.digest('hex');
}

/** An image of the store, or null. */
async function findImage({ client }: VerbContext, sha256: string): Promise<ImageView | null> {
  try {
    return await client.json<ImageView>(`/v1/images/${sha256}`);
  } catch (error) {
    if (error instanceof CliError && error.exitCode === exitCodes.notFound) return null;
    throw error;
  }
}

/** A line on the terminal that tells how far it is; nothing elsewhere, and nothing when it is quick. */
class Meter {
  readonly #context: VerbContext;
  readonly #what: string;
  readonly #total: number;
  readonly #began: number;
  #done = 0;
  #drawn = 0;

  constructor(context: VerbContext, what: string, total: number) {
    this.#context = context;
    this.#what = what;
    this.#total = total;
    this.#began = context.io.now();
  }

  add(bytes: number): void {
    this.#done += bytes;
    const { io, isJson } = this.#context;
    const now = io.now();
    if (io.errColumns === null || isJson || now - Math.max(this.#drawn, this.#began) < redrawMs) return;
    this.#drawn = now;
    const perSecond = this.#done / Math.max(0.001, (now - this.#began) / 1000);
    io.err(
      `\r\u001B[2K${this.#what} ${Math.floor((this.#done / Math.max(1, this.#total)) * 100)} % of ${byteText(this.#total)}, ${byteText(perSecond)}/s`,
    );
  }

  /** Counts what flows through. */
  through(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.add(chunk.length);
        done(null, chunk);
      },
    });
  }

  end(): void {
    if (this.#drawn > 0) this.#context.io.err('\r\u001B[2K');
  }
}
