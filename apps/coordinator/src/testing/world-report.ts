import { methodNames, type HostName, type HostReport, type Incarnation } from '@chronovirt/contract';
import { FakeDriver, type SimulatedHost, type SimulatedSite } from '@chronovirt/fake-driver';
import { Hosts } from '../hosts/hosts.ts';
import type { HostView } from '../http/ports.ts';

/** What the hosts of a world call the storage that they share. */
export const SHARED_STORAGE = 'site';

/** What a host of a world says of itself, whoever runs there. */
export function worldReport(
  site: SimulatedSite,
  { hardware }: SimulatedHost,
  about: Pick<HostReport, 'at' | 'bootId'> & { readonly host: string; readonly incarnation: Incarnation },
): HostReport {
  return {
    ...about,
    host: about.host as HostName,
    driver: 'simulated',
    hypervisor: 'simulated',
    acceleration: { kind: 'simulated', why: 'a test' },
    enabled: true,
    ...hardware,
    freeDiskGiB: hardware.diskGiB,
    instances: 0,
    implements: methodNames.filter((method) => typeof FakeDriver.prototype[method as never] === 'function'),
    waitingFor: null,
    address: about.host,
    peer: { address: about.host, port: 1 },
    ...(site.storage === 'shared' && { sharedStorage: SHARED_STORAGE }),
  };
}

/** Hosts as they are just now: nobody waits for a report. */
export class WorldHosts extends Hosts {
  readonly #views: () => HostView[];

  constructor(clock: ConstructorParameters<typeof Hosts>[0], views: () => HostView[]) {
    super(clock);
    this.#views = views;
  }

  override all(): HostView[] {
    return this.#views();
  }
}
