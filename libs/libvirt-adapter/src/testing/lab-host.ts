/** A real private libvirt with this driver on it, for tests: instances, contexts, and what an operator could do by hand. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { ArgsOf, ImageMeta } from '@chronovirt/contract';
import { DirectoryImageStore } from '@chronovirt/images';
import { silentLog } from '@chronovirt/runtime';
import type { Log } from '@chronovirt/runtime';
import { guestImage, startLibvirtHost, tempDir } from '@chronovirt/testing/lab';
import type { LibvirtHost } from '@chronovirt/testing/lab';
import { LibvirtDriver } from '../libvirt-driver.ts';
import type { LibvirtDriverSettings } from '../host/settings.ts';
import { hostContext } from './effect-context.ts';
import { instanceRecord, someUuid, vifRecord } from './records.ts';

/** Counts on the serial console, so that a test sees whether a guest went on or booted anew. */
export const COUNTING = '#!/bin/sh\nlab-count\n';

const requestContext = { requestId: 'req-test', userId: null, projectId: null, isAdmin: true };

export interface LabHost {
  readonly libvirt: LibvirtHost;
  readonly driver: LibvirtDriver;
  readonly settings: LibvirtDriverSettings;
  readonly instances: string;
  /** Where its driver finds images; a test may put more there. */
  readonly images: DirectoryImageStore;
  readonly image: ImageMeta;
  /** Complete arguments of a spawn; each time another instance. */
  spawnArgs(overrides?: Partial<ArgsOf<'spawn'>['instance']>): ArgsOf<'spawn'>;
  /** Another driver on the same host, as after a restart of the agent. */
  newDriver(more?: Partial<LibvirtDriverSettings>): Promise<LibvirtDriver>;
  stop(): Promise<void>;
}

/** Starts a host with the driver ready on it. */
export async function startLabHost(
  name: string,
  log: Log = silentLog,
  more: Pick<LibvirtDriverSettings, 'powerCommands' | 'peer'> = {},
): Promise<LabHost> {
  const dir = tempDir(name);
  const libvirt = await startLibvirtHost({ dir: dir.path, name });
  try {
    return await driverOn(libvirt, dir, log, more);
  } catch (error) {
    await libvirt.stop();
    dir.remove();
    throw error;
  }
}

async function driverOn(
  libvirt: LibvirtHost,
  dir: { path: string; remove(): void },
  log: Log,
  more: Partial<LibvirtDriverSettings>,
): Promise<LabHost> {
  const instances = join(libvirt.diskDir, 'instances');
  mkdirSync(instances, { recursive: true });
  const store = new DirectoryImageStore(join(dir.path, 'images'));
  const stored = await store.put(createReadStream((await guestImage()).disk), 'qcow2');
  const image: ImageMeta = {
    id: stored.sha256,
    name: 'lab',
    diskFormat: stored.format,
    containerFormat: 'bare',
    minDisk: 0,
    minRam: 0,
    size: stored.bytes,
    virtualSize: stored.virtualBytes,
    properties: {},
  };
  const settings: LibvirtDriverSettings = {
    uri: libvirt.uri,
    instancesDirectory: instances,
    images: store,
    acceleration: { kind: 'tcg', why: 'tests' },
    address: '127.0.0.1',
    log,
    ...more,
  };
  const drivers: LibvirtDriver[] = [];
  const newDriver = async (otherwise: Partial<LibvirtDriverSettings> = {}): Promise<LibvirtDriver> => {
    const driver = new LibvirtDriver({ ...settings, ...otherwise });
    drivers.push(driver);
    await driver.initHost({ host: libvirt.name }, hostContext());
    return driver;
  };
  return {
    libvirt,
    driver: await newDriver(),
    settings,
    instances,
    images: store,
    image,
    spawnArgs: (overrides = {}) => {
      const uuid = overrides.uuid ?? someUuid();
      const instance = instanceRecord({ uuid, imageRef: image.id, userData: COUNTING, ...overrides });
      const bytes = uuid.replaceAll('-', '').slice(0, 6).match(/../g) ?? [];
      const vif = vifRecord({ id: randomUUID(), address: ['52', '54', '00', ...bytes].join(':') });
      return {
        context: requestContext,
        instance,
        imageMeta: image,
        injectedFiles: [],
        adminPassword: null,
        networkInfo: [vif],
        blockDeviceInfo: null,
      };
    },
    newDriver,
    stop: async () => {
      await Promise.all(drivers.map((driver) => driver.close()));
      await libvirt.stop();
      dir.remove();
    },
  };
}
