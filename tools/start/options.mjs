/** What `npm start` can be asked for. Plain JavaScript for Node 18 and newer: it is read before set-up, which takes minutes the first time. */
import { parseArgs } from 'node:util';

/**
 * @typedef {object} StartOptions
 * @property {boolean} once runs the demonstration to its end, checks that nothing is left, and exits
 * @property {boolean} privateLibvirt a libvirtd of our own even where one answers
 * @property {boolean} simulated a simulated host instead of libvirt; never chosen by itself
 * @property {string} host
 * @property {number} apiPort 0 = any free one
 * @property {boolean} help
 */

export const usage = `npm start -- [options]    sets everything up, runs Chronovirt on this machine and boots a real instance

  --once              the demonstration to its end: boot, pause, unpause, reboot, delete; checks that nothing is left; exits
  --private-libvirt   an own libvirtd in namespaces of its own, also where one answers
  --simulated         a simulated hypervisor: for machines that cannot run libvirt
  --host NAME         name of this host (default: local)
  --port N            port of the API on 127.0.0.1 (default: 8774, any free one with --once)
  --help              this text

State lies in .chronovirt/ ($CHRONOVIRT_STATE), what can be made again in ~/.cache/chronovirt ($CHRONOVIRT_CACHE).
`;

/**
 * @param {readonly string[]} args
 * @returns {StartOptions}
 * @throws {Error} with the option's name for what cannot be used
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      once: { type: 'boolean', default: false },
      'private-libvirt': { type: 'boolean', default: false },
      simulated: { type: 'boolean', default: false },
      host: { type: 'string', default: 'local' },
      port: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const { once = false, simulated = false, host = 'local', help = false } = values;
  const privateLibvirt = values['private-libvirt'] ?? false;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(host)) throw new Error(`--host: expected 1-64 of A-Z a-z 0-9 _ -, not "${host}"`);
  const port = values.port ?? (once ? '0' : '8774');
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new Error(`--port: expected a number from 0 to 65535, not "${port}"`);
  if (simulated && privateLibvirt) throw new Error('--simulated and --private-libvirt exclude each other');
  return { once, privateLibvirt, simulated, host, apiPort: Number(port), help };
}
