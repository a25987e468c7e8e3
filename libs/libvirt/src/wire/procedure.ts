import { beginPacket, endPacket } from './packet.ts';
import type { PacketHeader } from './packet.ts';
import { PACKET_MIN } from './limits.ts';
import { XdrReader } from './xdr-reader.ts';
import { XdrWriter } from './xdr-writer.ts';

/** How one kind of body is written and read: straight-line code, generated. */
export interface BodyCodec<T> {
  readonly write: (writer: XdrWriter, value: T) => void;
  readonly read: (reader: XdrReader) => T;
}

/** Which way a stream carries data: `up` is from the client to the daemon. */
export type StreamDirection = 'up' | 'down' | 'both';

/** A remote procedure: its number, its bodies, and how the daemon treats it. */
export interface Procedure<Args, Result> {
  readonly name: string;
  readonly program: number;
  readonly version: number;
  readonly number: number;
  /** The daemon serves it with its priority workers: it never waits for a hypervisor. */
  readonly high: boolean;
  /** Set when its success opens a stream. */
  readonly stream?: StreamDirection;
  readonly args: BodyCodec<Args>;
  readonly result: BodyCodec<Result>;
}

/** Objects that events are registered on; each has its own registration call. */
export type EventSource = 'domain' | 'network' | 'storagePool' | 'nodeDevice' | 'secret' | 'qemuMonitor' | 'connect';

/** A message that the daemon sends unasked, once registered for. */
export interface Message<Body> {
  readonly name: string;
  readonly program: number;
  readonly version: number;
  readonly number: number;
  readonly source: EventSource;
  readonly eventId: number;
  readonly body: BodyCodec<Body>;
}

/** A codec whose body is not known statically. */
export interface AnyCodec {
  readonly write: (writer: XdrWriter, value: never) => void;
  readonly read: (reader: XdrReader) => unknown;
}
/** A procedure whose bodies are not known statically. */
export type AnyProcedure = Omit<Procedure<never, never>, 'args' | 'result'> & {
  readonly args: AnyCodec;
  readonly result: AnyCodec;
};
/** A message whose body is not known statically. */
export type AnyMessage = Omit<Message<never>, 'body'> & { readonly body: AnyCodec };

/** Arguments of a procedure. */
export type ArgsOf<P> = P extends Procedure<infer Args, infer _> ? Args : never;
/** Result of a procedure. */
export type ResultOf<P> = P extends Procedure<infer _, infer Result> ? Result : never;
/** Body of a message. */
export type BodyOf<M> = M extends Message<infer Body> ? Body : never;

/** Writes a whole packet. `of` names it in errors. */
export function encodePacket<T>(
  of: string,
  header: PacketHeader,
  codec: { readonly write: (writer: XdrWriter, value: T) => void },
  body: T,
): Buffer {
  const writer = new XdrWriter(of);
  beginPacket(writer, header);
  codec.write(writer, body);
  return endPacket(writer);
}

/** Reads the body of a whole packet; every byte must be used. `of` names it in errors. */
export function decodeBody<T>(of: string, codec: { readonly read: (reader: XdrReader) => T }, packet: Buffer): T {
  const reader = new XdrReader(of, packet, PACKET_MIN);
  const body = codec.read(reader);
  reader.end();
  return body;
}
