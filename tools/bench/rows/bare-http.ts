/** A bare HTTP server on the loopback address that answers every request with the content of a file. `node bare-http.ts FILE` */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = readFileSync(process.argv[2] ?? '');
const server = createServer((incoming, outgoing) => {
  incoming.resume();
  incoming.once('end', () => {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    outgoing.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ ready: true, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
