import { parseArgs } from 'node:util';

export interface StartOptions {
  /** Runs the demonstration to its end, checks that nothing is left, and exits. */
  readonly once: boolean;
  /** A libvirtd of our own even where one answers. */
  readonly privateLibvirt: boolean;
  /** A simulated host instead of libvirt; never chosen by itself. */
  readonly simulated: boolean;
  readonly host: string;
  readonly apiPort: number;
  readonly help: boolean;
}

export const usage = `npm start -- [options]    sets everything up, runs Chronovirt on this machine and boots a real instance

  --once              the demonstration to its end: boot, pause, unpause, reboot, delete; checks that nothing is left; exits
  --private-libvirt   an own libvirtd in namespaces of its own, also where one answers
  --simulated         a simulated hypervisor: for machines that cannot run libvirt
  --host NAME         name of this host (default: local)
  --port N            port of the API on 127.0.0.1 (default: 8774, any free one with --once)
  --help              this text

State lies in .chronovirt/ ($CHRONOVIRT_STATE), what can be made again in ~/.cache/chronovirt ($CHRONOVIRT_CACHE).
`;

/** Reads the options; throws with the field's name for what cannot be used. */
export function readOptions(args: readonly string[]): StartOptions {
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
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(values.host))
    throw new Error(`--host: expected 1-64 of A-Z a-z 0-9 _ -, not "${values.host}"`);
  const port = values.port === undefined ? (values.once ? 0 : 8774) : Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port: expected a number from 0 to 65535, not "${values.port}"`);
  if (values.simulated && values['private-libvirt'])
    throw new Error('--simulated and --private-libvirt exclude each other');
  return {
    once: values.once,
    privateLibvirt: values['private-libvirt'],
    simulated: values.simulated,
    host: values.host,
    apiPort: port,
    help: values.help,
  };
}
