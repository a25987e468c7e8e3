import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { HostContext } from '@chronovirt/contract';
import { ensureNatNetwork } from '../network/nat-network.ts';
import type { HostServices } from './host-services.ts';
import { translated } from './faults.ts';
import { checkLockManager } from './lock-manager.ts';

/** Makes the driver ready: directories, what the host is, events, the NAT network. Guests that run are not touched. */
export async function initHost(host: HostServices, context: HostContext): Promise<void> {
  const { settings } = host;
  try {
    context.permit.check();
    await mkdir(join(settings.instancesDirectory, '_base'), { recursive: true, mode: 0o711 });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === undefined || cause instanceof DriverError) throw cause;
    throw new DriverError(
      'CONFIGURATION_INVALID',
      `instances directory ${settings.instancesDirectory}: cannot be made or written`,
      { cause },
    );
  }
  try {
    await host.discover(context);
    await checkLockManager(settings);
    await host.feed.confirmed(context.permit.signal, context.remainingMs());
    const network = settings.natNetwork === undefined ? 'chronovirt' : settings.natNetwork;
    if (network !== null) await ensureNatNetwork(host, network, context);
  } catch (error) {
    throw translated(error);
  }
}
