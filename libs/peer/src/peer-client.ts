/** What a host asks of other hosts, and how it gets a file across a network that breaks. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { InstanceUuid } from '@chronovirt/contract';
import { hashOf } from './hash-file.ts';
import { PeerRefusedError, PeerUnreachableError } from './peer-errors.ts';
import { ask, jsonOf } from './peer-request.ts';
import type { PeerAccess } from './peer-request.ts';
import { targetOf } from './wire.ts';
import type { Arrived, FileFacts, MovedFile } from './wire.ts';

export interface PeerClientOptions extends PeerAccess {
  /** Milliseconds for which a transfer may make no progress at all before it is given up; 60,000 unless said otherwise. */
  readonly patienceMs?: number;
}

/** Told now and then how far a transfer has come, in bytes. */
export type OnProgress = (sent: number, of: number) => void;

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;
const CHUNK = 256 * 1024;

export class PeerClient {
  readonly #access: PeerAccess;
  readonly #patienceMs: number;

  constructor({ patienceMs = 60_000, ...access }: PeerClientOptions) {
    this.#access = access;
    this.#patienceMs = patienceMs;
  }

  /** Returns when the peer waits for files of that move. Throws `PEER_REFUSED` (`NOT_EXPECTED`) or `PEER_UNREACHABLE`. */
  async expects(peer: string, migration: string, instance: InstanceUuid, signal: AbortSignal): Promise<void> {
    await this.#get(peer, targetOf({ kind: 'move', migration, instance }), signal);
  }

  /** Whether the peer sees a probe file of that name in its directory of instances: then both have the same one. */
  async sees(peer: string, token: string, signal: AbortSignal): Promise<boolean> {
    const { seen } = (await this.#get(peer, targetOf({ kind: 'shared', token }), signal)) as { seen: boolean };
    return seen;
  }

  /**
   * Brings a file to the peer, whole. A connection that breaks is made again and goes on where it was, as long as that leads
   * anywhere; what the peer refuses is thrown. A file that is there already is not sent. The file must not change meanwhile.
   */
  async send(
    peer: string,
    moved: MovedFile,
    path: string,
    signal: AbortSignal,
    onProgress: OnProgress = () => {},
  ): Promise<FileFacts> {
    const facts = { bytes: (await stat(path)).size, sha256: (await hashOf(path, signal)).digest('hex') };
    let best = -1;
    let damaged = 0;
    let since = performance.now();
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        const { whole, received } = await this.arrived(peer, moved, facts, signal);
        if (received > best) {
          best = received;
          since = performance.now();
          pauseMs = FIRST_PAUSE_MS;
        }
        onProgress(received, facts.bytes);
        if (whole) return facts;
        // It says so once length and hash are found right and the file has its name: to ask again would have it read all of that anew.
        if ((await this.#put(peer, moved, facts, received, path, signal, onProgress)).whole) return facts;
      } catch (error) {
        if (isDamage(error) && (damaged += 1) > 1) throw error;
        if (!mayPass(error) || performance.now() - since >= this.#patienceMs) throw error;
        await pause(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      }
    }
  }

  /** How much of a file has arrived at the peer. */
  async arrived(peer: string, moved: MovedFile, facts: FileFacts, signal: AbortSignal): Promise<Arrived> {
    return (await this.#get(peer, targetOf({ kind: 'file', ...moved, ...facts, offset: 0 }), signal)) as Arrived;
  }

  async #put(
    peer: string,
    moved: MovedFile,
    facts: FileFacts,
    offset: number,
    path: string,
    signal: AbortSignal,
    onProgress: OnProgress,
  ): Promise<Arrived> {
    let sent = offset;
    const body = createReadStream(path, { start: offset, highWaterMark: CHUNK });
    body.on('data', (chunk) => onProgress((sent += chunk.length), facts.bytes));
    body.pause();
    const target = targetOf({ kind: 'file', ...moved, ...facts, offset });
    const headers = { 'content-length': facts.bytes - offset, 'content-type': 'application/octet-stream' };
    const answer = await ask(peer, this.#access, { method: 'PUT', target, headers, body, signal });
    return (await jsonOf(peer, answer)) as Arrived;
  }

  async #get(peer: string, target: string, signal: AbortSignal): Promise<unknown> {
    return await jsonOf(peer, await ask(peer, this.#access, { method: 'GET', target, signal }));
  }
}

const isDamage = (error: unknown): boolean => error instanceof PeerRefusedError && error.reason === 'DAMAGED';

/** Whether the same transfer can go better: the connection broke, somebody else was at it, or the places did not agree. */
function mayPass(error: unknown): boolean {
  if (error instanceof PeerUnreachableError) return true;
  if (!(error instanceof PeerRefusedError)) return false;
  return error.reason === 'BUSY' || error.reason === 'WRONG_OFFSET' || error.reason === 'DAMAGED';
}
