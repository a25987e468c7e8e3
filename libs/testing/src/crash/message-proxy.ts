/**
 * A proxy between a process and a server that lets whole messages through one at a time, so that a test can act between any two of them.
 * It listens on a unix socket or a loopback port; what the bytes mean is its splitter's knowledge.
 */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Where something listens: the path of a unix socket, or a TCP port of the loopback address. */
export type Place = { readonly path: string } | { readonly port: number };

export type Side = 'client' | 'server';

/** One message on its way. `label` says in a few words what it is; null = housekeeping of the protocol that no test counts. */
export interface Message {
  readonly from: Side;
  readonly label: string | null;
  readonly bytes: Buffer;
}

/** Cuts the bytes of one direction of one connection into messages; bytes of an unfinished one are kept for the next call. */
export type Splitter = (chunk: Buffer) => { readonly label: string | null; readonly bytes: Buffer }[];

export interface MessageListener {
  /** Before a message goes on; `drop` = it does not, nor does anything that follows on this connection. */
  before?(message: Message): 'drop' | undefined;
  /** When it was handed to the other side. */
  after?(message: Message): void;
}

export class MessageProxy {
  readonly #server = createServer((client) => this.#join(client));
  readonly #to: () => Place;
  readonly #split: () => (from: Side) => Splitter;
  readonly #sockets = new Set<Socket>();
  #listener: MessageListener = {};

  private constructor(to: () => Place, split: () => (from: Side) => Splitter) {
    this.#to = to;
    this.#split = split;
  }

  /** Listens at `at` (a port of 0 = any) for what is meant for `to`. `split` is asked for each connection, then for each of its directions. */
  static async listen(
    at: Place,
    to: Place | (() => Place),
    split: () => (from: Side) => Splitter,
  ): Promise<MessageProxy> {
    const proxy = new MessageProxy(typeof to === 'function' ? to : () => to, split);
    proxy.#server.listen('path' in at ? { path: at.path } : { port: at.port, host: '127.0.0.1' });
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The TCP port that it listens on; 0 for a unix socket. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' ? ((address as AddressInfo | null)?.port ?? 0) : 0;
  }

  /** Who hears of messages from now on; one listener at a time. */
  listen(listener: MessageListener): void {
    this.#listener = listener;
  }

  /** Breaks all connections; new ones are taken at once. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket): void {
    const server = connect(this.#to() as { path: string });
    const splitterOf = this.#split();
    for (const [from, socket, peer] of [
      ['client', client, server],
      ['server', server, client],
    ] as const) {
      this.#sockets.add(socket);
      const split = splitterOf(from);
      let isCut = false;
      socket.setNoDelay(true);
      socket.on('data', (chunk) => {
        for (const { label, bytes } of isCut ? [] : split(chunk)) {
          if (isCut) return;
          const message = { from, label, bytes };
          isCut = label !== null && this.#listener.before?.(message) === 'drop';
          if (isCut) {
            peer.destroy();
            return;
          }
          peer.write(bytes);
          if (label !== null) this.#listener.after?.(message);
        }
      });
      socket.on('error', () => peer.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        // What came before the end still goes on.
        peer.end();
      });
    }
  }
}
