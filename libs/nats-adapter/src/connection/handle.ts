import type { Link } from '@chronovirt/runtime';
import type { Capabilities } from './capabilities.ts';

/** A standing connection; a handle without a client library's types. Shared by the journal, requests, beats and the object store. */
export interface NatsConnection {
  readonly link: Link;
  /** Of the server that is connected now; another one of a cluster may differ. */
  capabilities(): Capabilities;
  /** Address of the server that is connected now. */
  server(): string;
  /** Sends what is buffered, then closes. Whoever waits for something is told. */
  close(): Promise<void>;
}
