/** Makes the driver that the configuration names. The only place that knows which drivers there are. */
import { join } from 'node:path';
import type {
  HostPort,
  ImplementedDriver,
  InstanceUuid,
  MadeImages,
  NetworkInfo,
  QueryContext,
} from '@chronovirt/contract';
import { FakeDriver, SimulatedHost } from '@chronovirt/fake-driver';
import type { ImageSink, ImageSource } from '@chronovirt/images';
import { LibvirtDriver, probeAcceleration, type FilesForPeers, type PortAddress } from '@chronovirt/libvirt-adapter';
import { systemClock, type Log } from '@chronovirt/runtime';
import type { AgentConfig } from './config.ts';
import { imagePeers } from './image-peers.ts';
import { peerLink } from './peer.ts';

export interface HostDriver {
  readonly driver: ImplementedDriver & HostPort;
  /** Addresses that the host knows of an instance's ports. */
  addresses(instance: InstanceUuid, networkInfo: NetworkInfo, context: QueryContext): Promise<readonly PortAddress[]>;
  /** Images that the system made on this host. */
  readonly images: MadeImages;
  /** What other agents may have of this host's files; left out: nothing. */
  readonly files?: FilesForPeers;
}

/** `made`: where images go that are made on this host. */
export async function makeDriver(
  config: AgentConfig,
  images: ImageSource,
  log: Log,
  made?: ImageSink,
): Promise<HostDriver> {
  const { driver: settings } = config;
  if (settings.kind === 'simulated') {
    const host = new SimulatedHost({ name: config.host, clock: systemClock, profile: settings.profile });
    const driver = new FakeDriver(host, { log });
    return { driver, addresses: async () => [], images: driver.images };
  }
  const acceleration =
    settings.acceleration === 'auto'
      ? await probeAcceleration({ cacheFile: join(settings.instancesDirectory, '_acceleration.json') })
      : { accel: settings.acceleration, why: 'said in the configuration' };
  log.info({ acceleration }, 'acceleration chosen');
  const peer = peerLink(config);
  const otherImages = imagePeers(config);
  const driver = new LibvirtDriver({
    uri: settings.uri,
    instancesDirectory: settings.instancesDirectory,
    images,
    acceleration: { kind: acceleration.accel, why: acceleration.why },
    address: settings.address,
    natNetwork: settings.natNetwork,
    softRebootSeconds: settings.softRebootSeconds,
    log,
    imageCacheAgeSeconds: config.imageCache.ageSeconds,
    powerCommands: settings.powerCommands,
    ...(made === undefined ? {} : { imageSink: made }),
    ...(peer === undefined ? {} : { peer }),
    ...(otherImages === undefined ? {} : { imagePeers: otherImages }),
    ...(settings.liveMigration === undefined ? {} : { liveMigration: given(settings.liveMigration) }),
  });
  return {
    driver,
    addresses: (instance, networkInfo, context) => driver.addressesOf(instance, networkInfo, context),
    images: driver.images,
    files: driver.filesForPeers,
  };
}

/** Without the fields that were left out: to the driver those are not there, and not undefined. */
function given<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const fields = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(fields) as { [K in keyof T]: Exclude<T[K], undefined> };
}
