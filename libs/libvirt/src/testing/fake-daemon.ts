/**
 * A daemon in the process that speaks the wire protocol and does what a test tells it to. It answers the opening of a
 * session and event registrations by itself; everything else is scripted.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as p from '../generated/procedures.ts';
import type { AnyProcedure, Message, Procedure } from '../wire/procedure.ts';
import { FakeConnection } from './fake-connection.ts';
import type { FakeCall } from './fake-connection.ts';
import { FakeFailure } from './fake-failure.ts';

/** Answers a call: with the result, by throwing {@link FakeFailure}, or, with a promise, later. */
export type FakeHandler<Args, Result> = (args: Args, call: FakeCall) => Result | Promise<Result>;

/** Returned by a handler: no answer ever comes. */
export const NO_ANSWER: Promise<never> = new Promise(() => {});

export class FakeDaemon {
  /** Path of its unix socket. */
  readonly socket: string;
  /** Names of the procedures that were called, in order of arrival, those of opening and closing left out. */
  readonly calls: string[] = [];
  /** Open connections, oldest first. */
  readonly connections: FakeConnection[] = [];
  private readonly directory: string;
  private readonly server: Server;
  private readonly handlers = new Map<string, FakeHandler<never, unknown>>();
  private callbackId = 0;

  private constructor(directory: string) {
    this.directory = directory;
    this.socket = join(directory, 'sock');
    this.server = createServer((socket) => this.adopt(socket));
    this.handle(p.authList, () => ({ types: [0] }));
    this.handle(p.connectSupportsFeature, () => ({ supported: true }));
    this.handle(p.connectOpen, () => undefined);
    this.handle(p.connectClose, () => undefined);
    this.handle(p.connectDomainEventCallbackRegisterAny, () => ({ callbackId: this.callbackId++ }));
    this.handle(p.connectDomainEventCallbackDeregisterAny, () => undefined);
  }

  /** Starts one on a socket in a new temporary directory. */
  static async start(): Promise<FakeDaemon> {
    const daemon = new FakeDaemon(await mkdtemp(join(tmpdir(), 'fake-libvirtd-')));
    await new Promise<void>((resolve) => daemon.server.listen(daemon.socket, resolve));
    return daemon;
  }

  /** Scripts the answer to a procedure; replaces an earlier script. A call without script is answered with NO_SUPPORT. */
  handle<Args, Result>(procedure: Procedure<Args, Result>, handler: FakeHandler<Args, Result>): void {
    this.handlers.set(procedure.name, handler);
  }

  /** Serves a client that came another way than through the unix socket. */
  adopt(socket: Socket): void {
    const connection = new FakeConnection(socket, (procedure, args, call) => this.answer(procedure, args, call));
    this.connections.push(connection);
    socket.on('close', () => this.connections.splice(this.connections.indexOf(connection), 1));
  }

  /** Sends a message to every connection. */
  send<Body>(message: Message<Body>, body: Body): void {
    for (const connection of this.connections) connection.message(message, body);
  }

  /** Closes all connections and removes the socket. */
  async stop(): Promise<void> {
    for (const connection of this.connections.slice()) connection.destroy();
    await new Promise((resolve) => this.server.close(resolve));
    await rm(this.directory, { recursive: true });
  }

  private async answer(procedure: AnyProcedure, args: unknown, call: FakeCall): Promise<unknown> {
    if (!OPENING.has(procedure.name)) this.calls.push(procedure.name);
    const handler = this.handlers.get(procedure.name);
    if (!handler) throw new FakeFailure({ code: 3, message: `no script for ${procedure.name}` });
    return handler(args as never, call);
  }
}

const OPENING = new Set(
  [p.authList, p.authPolkit, p.connectSupportsFeature, p.connectOpen, p.connectClose].map(({ name }) => name),
);
