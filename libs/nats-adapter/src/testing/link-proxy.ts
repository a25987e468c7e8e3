/** A TCP proxy on the loopback address in front of a NATS server: the place where a test breaks the link. */
import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { LostOnTheWay } from '@chronovirt/testing/journal';

export class LinkProxy {
  readonly #server = createServer((client) => this.#join(client));
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #refusing = false;
  #lose: LostOnTheWay | undefined;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(port: number): Promise<LinkProxy> {
    const proxy = new LinkProxy(port);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `nats://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Breaks what stands and takes no more until `heal`. */
  cut(): void {
    this.#refusing = true;
    this.#break();
  }

  heal(): void {
    this.#refusing = false;
  }

  /** Breaks the link at the next append: before the server gets it, or when its answer comes. */
  lose(what: LostOnTheWay): void {
    this.#lose = what;
  }

  async close(): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #break(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
    this.#sockets.clear();
  }

  #join(client: Socket): void {
    if (this.#refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = connect(this.#target, '127.0.0.1');
    let answerIsLost = false;
    client.on('data', (bytes) => {
      if (this.#lose && bytes.includes('HPUB evt.')) {
        const what = this.#lose;
        this.#lose = undefined;
        if (what === 'request') {
          this.#break();
          return;
        }
        answerIsLost = true;
      }
      server.write(bytes);
    });
    server.on('data', (bytes) => {
      if (answerIsLost) this.#break();
      else client.write(bytes);
    });
    for (const [socket, peer] of [
      [client, server],
      [server, client],
    ] as const) {
      this.#sockets.add(socket.setNoDelay(true));
      socket.on('error', () => peer.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        peer.destroy();
      });
    }
  }
}
