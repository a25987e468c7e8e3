/** A peer service over a directory, and a connection to it that can be cut. For tests. */
import { createServer, connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceUuid } from '@chronovirt/contract';
import { ClusterKey } from '../cluster-key.ts';
import { PeerService } from '../peer-service.ts';
import type { PeerHost, PeerServiceOptions } from '../peer-service.ts';

export const INSTANCE = '0e2f4c1a-1111-4222-8333-444455556666' as InstanceUuid;
export const MOVE = 'move-1';
export const SECRET = Buffer.alloc(32, 7);

export const moved = (file = 'disk') => ({ migration: MOVE, instance: INSTANCE, file });

export function scratch(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'chronovirt-peer-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A host whose instances lie in `directory`, its images in `directory/_base`, and which waits for the files of one move. */
export function hostIn(directory: string, expects: () => boolean = () => true): PeerHost {
  const there = async (path: string): Promise<boolean> =>
    access(path).then(
      () => true,
      () => false,
    );
  return {
    expects: async (migration, instance) => migration === MOVE && instance === INSTANCE && expects(),
    placeOf: (instance, file) => (/^(disk[a-z0-9.]*|large)$/.test(file) ? join(directory, instance, file) : null),
    imageFile: async (sha256) => {
      const file = join(directory, '_base', sha256);
      return (await there(file)) ? file : null;
    },
    sees: (token) => there(join(directory, `.shared-${token}`)),
  };
}

export async function serviceIn(
  directory: string,
  options: Partial<PeerServiceOptions> = {},
): Promise<{ service: PeerService; peer: string; told: string[] }> {
  const told: string[] = [];
  const tell = (fields: object, message: string): void => void told.push(`${message} ${JSON.stringify(fields)}`);
  const service = await PeerService.start({
    address: '127.0.0.1',
    port: 0,
    key: new ClusterKey(SECRET),
    host: hostIn(directory),
    log: { info: tell, warn: tell },
    ...options,
  });
  return { service, peer: `127.0.0.1:${service.port}`, told };
}

/** A way to a peer on which each connection breaks after so many bytes towards the peer, the next ones first; then it holds. */
export async function breakingWay(
  to: number,
  ...breaksAfter: number[]
): Promise<{ peer: string; broken(): number; close(): Promise<void> }> {
  let broken = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, '127.0.0.1');
    let passed = 0;
    const cut = (): void => {
      near.resetAndDestroy();
      far.end();
    };
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', cut).once('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk) => {
      passed += chunk.length;
      const [limit] = breaksAfter;
      if (limit === undefined || passed < limit) return void far.write(chunk);
      breaksAfter.shift();
      broken += 1;
      // What came before the break arrives.
      far.write(chunk.subarray(0, Math.max(0, chunk.length - (passed - limit))), cut);
    });
    far.on('data', (chunk) => void near.write(chunk));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    peer: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    broken: () => broken,
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
