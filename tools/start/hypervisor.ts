/** Which hypervisor the agent drives: a libvirtd that answers, an own one in namespaces, or, when asked for by name, a simulated one. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { startPrivateLibvirt } from '../setup/private-libvirt/start.mjs';
import type { StartOptions } from './options.mjs';

export interface Hypervisor {
  /** The agent's `driver` configuration. */
  readonly driver: Record<string, unknown>;
  readonly text: string;
  /** Names of all domains of the hypervisor; none where it is simulated. */
  domains(): string[];
  /** Ends what was started here; a libvirtd that answered before is left alone. */
  stop(): Promise<void>;
}

/** Address of the system's libvirtd, asked only when its socket exists: connecting may start it otherwise. */
const systemUri = 'qemu:///system';

export async function findHypervisor(
  options: StartOptions,
  directories: { libvirt: string; instances: string },
  say: (line: string) => void,
): Promise<Hypervisor> {
  if (options.simulated) {
    return { driver: { kind: 'simulated' }, text: 'simulated, as asked', domains: () => [], stop: async () => {} };
  }
  const settings = { kind: 'libvirt', instancesDirectory: directories.instances };
  if (!options.privateLibvirt && existsSync('/run/libvirt/libvirt-sock') && virsh(systemUri, 'version') !== null) {
    return {
      driver: { ...settings, uri: systemUri },
      text: `the libvirtd that answers at ${systemUri}; only what is ours is touched`,
      domains: () => lines(virsh(systemUri, 'list', '--all', '--name')),
      stop: async () => {},
    };
  }
  try {
    const host = await startPrivateLibvirt({ dir: directories.libvirt });
    const watch = setInterval(() => {
      if (!host.running || host.libvirtdPid !== undefined) return;
      say('  libvirtd was killed: it is started again');
      host.restart().catch((error: unknown) => say(`  libvirtd did not come back: ${String(error)}`));
    }, 1_000);
    return {
      driver: { ...settings, uri: host.uri },
      text: host.adopted ? 'our own libvirtd, which was running' : 'our own libvirtd, in namespaces of its own',
      domains: () => lines(virsh(host.uri, 'list', '--all', '--name')),
      stop: () => {
        clearInterval(watch);
        return host.stop();
      },
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `no libvirt can run here: ${why}\nTo try Chronovirt on a simulated hypervisor: npm start -- --simulated`,
      { cause: error },
    );
  }
}

function virsh(uri: string, ...args: string[]): string | null {
  const { status, stdout } = spawnSync('virsh', ['-q', '-c', uri, ...args], { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout : null;
}

function lines(text: string | null): string[] {
  return (text ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
