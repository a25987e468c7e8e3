/** A caller of the HTTP API that costs little itself: connections are kept, bodies are not parsed unless asked for. */
import { Agent, request, type IncomingMessage } from 'node:http';

export interface Answered {
  readonly status: number;
  readonly text: string;
}

export class HttpCaller {
  readonly #address: URL;
  readonly #headers: Record<string, string>;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 256 });

  constructor(address: string, token: string) {
    this.#address = new URL(address);
    this.#headers = { authorization: `Bearer ${token}` };
  }

  /** Rejects for every answer that is no success, with its text. */
  async call(method: string, path: string, body?: string | Uint8Array): Promise<Answered> {
    const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
    const message = await this.#send(method, path, body, type);
    const chunks: Buffer[] = [];
    for await (const chunk of message) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const status = message.statusCode ?? 0;
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text.slice(0, 500)}`);
    return { status, text };
  }

  async json<T>(method: string, path: string, body?: object): Promise<T> {
    return JSON.parse((await this.call(method, path, body === undefined ? undefined : JSON.stringify(body))).text) as T;
  }

  /** Reads an answer to its end and throws it away; how many bytes it had. */
  async drain(path: string): Promise<number> {
    const message = await this.#send('GET', path);
    let bytes = 0;
    for await (const chunk of message) bytes += (chunk as Buffer).length;
    if (message.statusCode !== 200) throw new Error(`GET ${path}: ${message.statusCode}`);
    return bytes;
  }

  /** The answer as it comes, for streams. */
  open(path: string): Promise<IncomingMessage> {
    return this.#send('GET', path);
  }

  close(): void {
    this.#agent.destroy();
  }

  #send(method: string, path: string, body?: string | Uint8Array, type?: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...this.#headers,
        ...(body !== undefined && type && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      };
      const { hostname, port } = this.#address;
      const outgoing = request({ hostname, port, path, method, headers, agent: this.#agent }, resolve);
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }
}
