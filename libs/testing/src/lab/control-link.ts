/**
 * The way from inside a host's network to one port of the machine's loopback address, and nothing else: a host reaches NATS at the same
 * address as everybody, and no interface or rule is added to the machine. The listening socket is made inside and handed out here.
 *
 * Cut, it is silent, as a network is: nothing arrives on either side, nobody is told, and connections are taken without ever an answer.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';

const LISTEN_INSIDE = `
const server = require('node:net').createServer().listen(Number(process.argv[1]), process.argv[2]);
server.once('listening', () => process.send({ ok: true }, server, () => process.exit(0)));
server.once('error', (error) => process.send({ ok: false, why: error.message }, () => process.exit(1)));
`;

interface Pair {
  readonly inner: Socket;
  outer: Socket | null;
}

export class ControlLink {
  readonly port: number;
  /** The machine's port that it leads to. */
  readonly target: number;
  /** The loopback address, inside and here. */
  readonly address: '127.0.0.1' | '::1';
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  #isCut: boolean;

  private constructor(server: Server, port: number, target: number, address: ControlLink['address'], isCut: boolean) {
    this.#server = server;
    this.port = port;
    this.target = target;
    this.address = address;
    this.#isCut = isCut;
    server.on('connection', (inner: Socket) => this.#take(inner));
  }

  /** Makes `port` of the loopback address inside the network of a process lead to `target` (default: the same) of this machine's. */
  static async open(
    keeperPid: number,
    port: number,
    {
      target = port,
      address = '127.0.0.1',
      isCut = false,
    }: { target?: number; address?: ControlLink['address']; isCut?: boolean } = {},
  ): Promise<ControlLink> {
    const child = spawn(
      'nsenter',
      [`--net=/proc/${keeperPid}/ns/net`, '--', process.execPath, '-e', LISTEN_INSIDE, String(port), address],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
    const exit = once(child, 'exit');
    const first = await Promise.race([
      once(child, 'message') as Promise<[{ ok: boolean; why?: string }, Server]>,
      exit.then(([code]) => [{ ok: false, why: `exit code ${String(code)}` }, null] as const),
    ]);
    const [answer, server] = first;
    await exit;
    if (!answer.ok || server === null) throw new Error(`port ${port} cannot be opened inside: ${answer.why ?? ''}`);
    return new ControlLink(server, port, target, address, isCut);
  }

  /** Nothing passes any more, without a word to either side. */
  cut(): void {
    this.#isCut = true;
    for (const { inner, outer } of this.#pairs) {
      inner.pause();
      outer?.pause();
    }
  }

  /** What was on its way goes on. */
  heal(): void {
    this.#isCut = false;
    for (const pair of this.#pairs) {
      if (pair.outer === null) this.#join(pair);
      pair.inner.resume();
      pair.outer?.resume();
    }
  }

  async close(): Promise<void> {
    for (const { inner, outer } of this.#pairs) {
      inner.destroy();
      outer?.destroy();
    }
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  #take(inner: Socket): void {
    const pair: Pair = { inner, outer: null };
    this.#pairs.add(pair);
    inner.setNoDelay(true);
    inner.on('error', () => inner.destroy());
    inner.on('close', () => {
      this.#pairs.delete(pair);
      pair.outer?.end();
    });
    inner.pause();
    if (this.#isCut) return;
    this.#join(pair);
    inner.resume();
  }

  #join(pair: Pair): void {
    const { inner } = pair;
    const outer = connect(this.target, this.address).setNoDelay(true);
    pair.outer = outer;
    outer.on('error', () => outer.destroy());
    outer.on('close', () => inner.end());
    this.#pour(inner, outer);
    this.#pour(outer, inner);
  }

  /** Bytes from one to the other, no faster than that one takes them. */
  #pour(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (!this.#isCut) from.resume();
    });
  }
}
