/** What an operator orders of the host itself. */
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf, HostContext, ResultOf } from '@chronovirt/contract';
import { ourDomains } from '../inventory/inventory.ts';
import type { HostServices } from './host-services.ts';

export async function setHostEnabled(
  host: HostServices,
  { enabled }: ArgsOf<'setHostEnabled'>,
  context: HostContext,
): Promise<ResultOf<'setHostEnabled'>> {
  await host.availability.say({ enabled }, context);
  return enabled ? 'enabled' : 'disabled';
}

/**
 * Opens or closes a window of maintenance. A driver knows its own host alone: whoever orders the window moves the guests away, and
 * asks again. Throws `NO_VALID_HOST` while guests are left; the window is open then, and the guests go on.
 */
export async function hostMaintenanceMode(
  host: HostServices,
  { mode }: ArgsOf<'hostMaintenanceMode'>,
  context: HostContext,
): Promise<ResultOf<'hostMaintenanceMode'>> {
  await host.availability.say({ maintenance: mode }, context);
  if (!mode) return 'off_maintenance';
  const left = await ourDomains(host, { signal: context.permit.signal, deadlineMs: context.remainingMs() });
  if (left.length > 0) {
    throw new DriverError(
      'NO_VALID_HOST',
      `${left.length} instance(s) are still on this host; it takes no new ones. Move them away, then order it again`,
    );
  }
  return 'on_maintenance';
}
