/** Takes a watchdog off: `node disarm.ts SOCKET`. Only once `chronovirt hosts show` says that the host has none: a proof may rest on it. */
import { connect } from 'node:net';

const [socket] = process.argv.slice(2);
if (socket === undefined) {
  process.stderr.write('usage: disarm SOCKET\n');
  process.exit(2);
}
const connection = connect(socket);
connection.setTimeout(5_000, () => connection.destroy(new Error('the watchdog does not answer')));
connection.on('error', (error) => {
  process.stderr.write(`disarm: ${error.message}\n`);
  process.exit(1);
});
connection.on('data', (chunk) => {
  process.stdout.write(chunk);
  process.exit(chunk.toString().includes('disarmed') ? 0 : 1);
});
connection.write('{"disarm":true}\n');
