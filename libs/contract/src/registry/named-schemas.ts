import type { z } from 'zod';
import { flavor, imageFormat } from '../data/instance-spec.ts';
import { aggregate } from '../data/nova/aggregate.ts';
import { blockDeviceInfo, blockDeviceMapping, ephemeralDevice, swapDevice } from '../data/nova/block-device-info.ts';
import {
  connectionInfo,
  connector,
  iscsiConnection,
  localConnection,
  lvmConnection,
  nfsConnection,
  otherConnectionInfo,
  rbdConnection,
} from '../data/nova/connection-info.ts';
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
  IscsiConnection: iscsiConnection,
  RbdConnection: rbdConnection,
  NfsConnection: nfsConnection,
  LocalConnection: localConnection,
  LvmConnection: lvmConnection,
  OtherConnection: otherConnectionInfo,
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

/** What each structure is, in one line. */
export const structureMeanings: Readonly<Record<keyof typeof namedSchemas, string>> = {
  RequestContext: 'Who asks, and under which request.',
  Instance:
    'The record of an instance as a driver gets it: everything from which a guest is built and found again. It carries revealed secrets, so it is never stored or logged as a whole.',
  Flavor:
    'What a guest gets, as numbers; they are copied, so that a later change of a flavor changes nothing. Memory and swap in MiB, root (0 = as large as the image) and ephemeral disk in GiB.',
  ImageMeta: 'What is known of the image that a guest boots.',
  ImageFormat: 'Format of a disk image, as recorded when it came in.',
  Vif: 'One virtual interface: a port with its network, as the guest and the host see it.',
  Subnet: 'A range of addresses, with what a guest on it needs to know.',
  BlockDeviceInfo: 'All block devices of an instance besides its root disk from an image.',
  SwapDevice: 'The swap disk.',
  EphemeralDevice: 'A blank local disk that lives and dies with the instance.',
  BlockDeviceMapping: 'One attached volume.',
  ConnectionInfo: 'How this host reaches a volume: the protocol, and what that protocol needs.',
  IscsiConnection: 'A volume behind iSCSI: the host logs in to a target.',
  RbdConnection: 'A volume in Ceph: there is nothing to connect, QEMU does it.',
  NfsConnection: 'A volume that is a file on NFS, mounted once per export.',
  LocalConnection: 'A volume that is a block device of this host.',
  LvmConnection: 'A volume that is a logical volume of this host.',
  OtherConnection: 'A volume of a type that only its driver understands.',
  Connector: 'What a volume service must know of a host before it lets it connect.',
  Migration: 'The record of a move or resize.',
  DiskInfo: 'Facts of one local disk, sent from one host to another.',
  LiveMigrateData: 'What the two hosts of a live migration tell each other; each step completes it.',
  MigrateVolume: 'How a volume looks on the destination of a live migration.',
  MigrateVif: 'How an interface looks on the destination of a live migration.',
  Aggregate: 'A named set of hosts.',
  InstanceInfo: 'Status of one instance.',
  BlockStats:
    'Counters of one disk: read requests, bytes read, write requests, bytes written, requests held up (-1 = not counted).',
  InterfaceStats:
    'Counters of one interface as the guest sees it: bytes, packets, errors, drops received; then the same sent.',
  BandwidthCounter: 'Bytes that went through one interface since it exists.',
  HostBlockDevices: 'The volumes of one instance, as a question for their usage.',
  VolumeUsage: 'Use of one attached volume.',
  InstanceUsage: 'Memory that one guest takes.',
  AvailableResource: 'Resources of a node: totals, and what guests use of them.',
  HostStats: 'Statistics of a host.',
  ComputeNode: 'The record of a host as its peers know it; what the checks before a live migration compare.',
  VncConsole: "Where a guest's VNC server listens.",
  SpiceConsole: "Where a guest's SPICE server listens.",
  ConsolePool: 'Where a shared console proxy answers, and as whom to log in.',
  Capabilities: 'Which optional features a driver has; a flag that is not there is false.',
  LifecycleEvent: 'The hypervisor saw a guest start, stop, pause or go on.',
  DeviceEvent: 'A guest let go of a device, or refused to.',
  DriverEvent: 'What a driver tells of by itself.',
};
