import { Problem } from './problem.ts';

/** Reads a JSON body of at most `limit` bytes; what is larger is not read to its end. */
export async function readJson(request: Request, limit: number): Promise<unknown> {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/([a-z.+-]+\+)?json\b/i.test(type)) {
    throw new Problem(
      415,
      'NOT_JSON',
      `expected a body of type application/json, got ${JSON.stringify(type.slice(0, 80))}`,
    );
  }
  const tooLarge = (): Problem =>
    new Problem(413, 'BODY_TOO_LARGE', `the body is larger than the ${limit} bytes that are taken here`);
  if (Number(request.headers.get('content-length') ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length;
    if (bytes > limit) throw tooLarge();
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw new Problem(
      400,
      'INVALID_INPUT',
      `body: expected JSON in UTF-8 (${(error as Error).message.slice(0, 120)})`,
      {
        field: 'body',
      },
    );
  }
}
