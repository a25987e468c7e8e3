import type { z } from 'zod';
import { flavor, imageFormat } from '../data/instance-spec.ts';
import { aggregate } from '../data/nova/aggregate.ts';
import { blockDeviceInfo, blockDeviceMapping, ephemeralDevice, swapDevice } from '../data/nova/block-device-info.ts';
import { connectionInfo, connector } from '../data/nova/connection-info.ts';
import { consolePool, spiceConsole, vncConsole } from '../data/nova/console.ts';
import {
  bandwidthCounter,
  blockStats,
  hostBlockDevices,
  instanceInfo,
  instanceUsage,
  interfaceStats,
  volumeUsage,
} from '../data/nova/counters.ts';
import { deviceEvent, driverEvent, lifecycleEvent } from '../data/nova/driver-event.ts';
import { availableResource, computeNode, hostStats } from '../data/nova/host-resources.ts';
import { imageMeta } from '../data/nova/image-meta.ts';
import { instance } from '../data/nova/instance.ts';
import { diskInfo, liveMigrateData, migrateVif, migrateVolume, migration } from '../data/nova/migration.ts';
import { subnet, vif } from '../data/nova/network-info.ts';
import { requestContext } from '../data/nova/request-context.ts';
import { capabilities } from './inventory.ts';

/** The structures that the methods speak in, under the names that documents and OpenAPI give them. */
export const namedSchemas = {
  RequestContext: requestContext,
  Instance: instance,
  Flavor: flavor,
  ImageMeta: imageMeta,
  ImageFormat: imageFormat,
  Vif: vif,
  Subnet: subnet,
  BlockDeviceInfo: blockDeviceInfo,
  SwapDevice: swapDevice,
  EphemeralDevice: ephemeralDevice,
  BlockDeviceMapping: blockDeviceMapping,
  ConnectionInfo: connectionInfo,
  Connector: connector,
  Migration: migration,
  DiskInfo: diskInfo,
  LiveMigrateData: liveMigrateData,
  MigrateVolume: migrateVolume,
  MigrateVif: migrateVif,
  Aggregate: aggregate,
  InstanceInfo: instanceInfo,
  BlockStats: blockStats,
  InterfaceStats: interfaceStats,
  BandwidthCounter: bandwidthCounter,
  HostBlockDevices: hostBlockDevices,
  VolumeUsage: volumeUsage,
  InstanceUsage: instanceUsage,
  AvailableResource: availableResource,
  HostStats: hostStats,
  ComputeNode: computeNode,
  VncConsole: vncConsole,
  SpiceConsole: spiceConsole,
  ConsolePool: consolePool,
  Capabilities: capabilities,
  LifecycleEvent: lifecycleEvent,
  DeviceEvent: deviceEvent,
  DriverEvent: driverEvent,
} as const satisfies Record<string, z.ZodType>;
