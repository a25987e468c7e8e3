/**
 * A lock that dies with its process: a listening socket in Linux's abstract namespace. No file stays behind after a kill -9, and a
 * frozen process keeps it, which is right: two live ones would both act.
 */
import { connect, createServer, type Server } from 'node:net';
import { ChronovirtError } from '@chronovirt/contract';

/** Another process holds the lock; the message says which. */
export class LockedError extends ChronovirtError {
  constructor(what: string, holder: string) {
    super('LOCKED', `${what} (${holder})`);
  }
}

export interface ProcessLock {
  release(): Promise<void>;
}

/** Takes the lock of a name on this machine; `what` says in the error what is running already. */
export async function lockProcess(name: string, what: string): Promise<ProcessLock> {
  // The kernel takes 107 bytes; a long name is told apart by its end.
  const path = `\0chronovirt/${name.length > 90 ? name.slice(-90) : name}`;
  const server = createServer((socket) => socket.end(`pid ${process.pid}`));
  try {
    await listen(server, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw new LockedError(what, await holderOf(path));
    throw error;
  }
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** One agent per host of a cluster, one coordinator per cluster. */
export function lockHost(cluster: string, host: string): Promise<ProcessLock> {
  return lockProcess(
    `${cluster}/${host}`,
    `another process acts for host ${host} of cluster ${cluster} on this machine; end it first, or give this one another name`,
  );
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
