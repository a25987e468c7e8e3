/** Ports for servers that are started now. */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 20_000;
const TRIES = 50;

/**
 * A TCP port of the loopback address that nobody listens on. It lies below those that the kernel gives to connections that go out: one of
 * these may be taken before the server has begun to listen, or while it is down; and who tries again and again to reach a server that is
 * down at such a port is connected to itself in the end.
 * @returns {Promise<number>}
 */
export async function freePort() {
  const end = firstGiven();
  for (let tries = 0; tries < TRIES && end > LOWEST; tries++) {
    const port = randomInt(LOWEST, end);
    if ((await listen(port)) !== null) return port;
  }
  const given = await listen(0);
  if (given === null) throw new Error('no port of 127.0.0.1 can be listened on');
  return given;
}

/** The first of the ports that connections are given. */
function firstGiven() {
  try {
    return Number.parseInt(readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8'), 10);
  } catch {
    return 0; // not Linux: as the kernel gives it
  }
}

/** Listens for a moment; the port, or null where it is taken. @param {number} wanted @returns {Promise<number | null>} */
function listen(wanted) {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(null));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
