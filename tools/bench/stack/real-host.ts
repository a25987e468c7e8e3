/** The product's processes beside a private libvirt of their own, for what is measured on real guests. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPrivateLibvirt } from '../../setup/private-libvirt/start.mjs';
import { Stack, type AgentDriver } from './stack.ts';

export interface RealHost {
  readonly stack: Stack;
  readonly uri: string;
  /** The agent's driver that works on it. */
  readonly driver: AgentDriver;
  stop(): Promise<void>;
}

export async function realHost(directory: string): Promise<RealHost> {
  const host = await startPrivateLibvirt({
    dir: join(directory, 'l'),
    hostname: 'bench',
    ownNetwork: true,
    tied: true,
  });
  const instancesDirectory = join(directory, 'i');
  mkdirSync(instancesDirectory);
  const stack = await Stack.start(join(directory, 's'));
  return {
    stack,
    uri: host.uri,
    driver: { kind: 'libvirt', uri: host.uri, instancesDirectory, natNetwork: null, acceleration: 'tcg' },
    stop: async () => {
      await stack.stop();
      await host.stop();
    },
  };
}
