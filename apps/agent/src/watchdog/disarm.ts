import { connect } from 'node:net';
import { ChronovirtError } from '@chronovirt/contract';

/**
 * Takes a watchdog off. Only once `chronovirt hosts show` says that the host has none: until then a proof may come to rest on it. Throws
 * `WATCHDOG_SILENT` when it does not answer.
 */
export function disarm(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      socket.destroy();
      reject(new ChronovirtError('WATCHDOG_SILENT', `the watchdog on ${path} was not taken off: ${why}`));
    };
    const socket = connect(path, () => socket.write('{"disarm":true}\n'));
    socket.setTimeout(5_000, () => fail('it does not answer'));
    socket.on('error', (error) => fail(error.message));
    socket.on('data', (chunk) => {
      if (!chunk.toString().includes('"disarmed"')) return fail(`it answers ${chunk.toString().slice(0, 200)}`);
      socket.destroy();
      resolve();
    });
  });
}
