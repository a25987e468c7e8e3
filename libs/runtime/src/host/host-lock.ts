/**
 * One agent per host, by a lock that dies with the process: a listening socket in Linux's abstract namespace. No file stays behind
 * after a kill -9, and a frozen agent keeps it, which is right: two live agents on one host would both act.
 */
import { createServer, connect, type Server } from 'node:net';
import { ChronovirtError } from '@chronovirt/contract';

export class HostLockedError extends ChronovirtError {
  constructor(host: string, holder: string) {
    super('HOST_LOCKED', `another agent of host ${host} runs on this machine (${holder}); end it first, or give this one another --host`);
  }
}

export interface HostLock {
  release(): Promise<void>;
}

const address = (cluster: string, host: string): string => `\0chronovirt/${cluster}/${host}`;

/** Takes the lock of a host of a cluster, or says who holds it. */
export async function lockHost(cluster: string, host: string): Promise<HostLock> {
  const path = address(cluster, host);
  const server = createServer((socket) => socket.end(`pid ${process.pid}`));
  try {
    await listen(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new HostLockedError(host, await holderOf(path));
    throw error;
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Asks the holder for its pid; a frozen one does not answer. */
function holderOf(path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path);
    const end = (fallback: string) => () => {
      socket.destroy();
      resolve(text || fallback);
    };
    socket.setTimeout(1_000, end('it does not answer, it may be frozen'));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.once('end', end('unknown'));
    socket.once('error', end('unknown'));
  });
}
