import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Api } from './api.ts';

const record = (event: string, id: string, data: object): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

test('turns go on where they were when the coordinator was killed and is back', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'chronovirt-api-'));
  writeFileSync(join(directory, 'token'), 't');
  const asked: (string | null)[] = [];
  const answers = [
    (response: ServerResponse): void => {
      response.write(record('position', 'h1:4', {}) + record('turn', 'h1:5', { seq: 5 }), () => response.destroy());
    },
    (response: ServerResponse): void => void response.destroy(),
    (response: ServerResponse): void =>
      void response.write(record('position', 'h1:5', {}) + record('turn', 'h1:6', { seq: 6 })),
  ];
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://x').searchParams.get('since'));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    answers[asked.length - 1]?.(response);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = new AbortController();
  try {
    const api = new Api(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, join(directory, 'token'));
    const [seqs, away]: [number[], boolean[]] = [[], []];
    for await (const { seq } of api.turns(
      stop.signal,
      () => {},
      (isAway) => away.push(isAway),
    )) {
      seqs.push(seq);
      if (seqs.length === 2) break;
    }
    expect(seqs).toEqual([5, 6]);
    expect(asked).toEqual([null, 'h1:5', 'h1:5']);
    expect(away).toEqual([true, false]);
  } finally {
    stop.abort();
    server.closeAllConnections();
    server.close();
    rmSync(directory, { recursive: true });
  }
});
