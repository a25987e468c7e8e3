import { z } from 'zod';
import { instanceUuid } from '../identifiers.ts';
import { instance } from './instance.ts';
import { macAddress } from './network-info.ts';
import { powerState } from './states.ts';

/** A 64-bit counter as a number: exact up to 2^53 (9 PB, or 104 days in nanoseconds), the nearest number above that. */
const counter = (what: string) =>
  z.number().refine(Number.isInteger, 'expected a whole number').meta({ type: 'integer', description: what });

/** Status of one instance. Nova's five fields under their names; memory in KiB, time in nanoseconds. */
export const instanceInfo = z.strictObject({
  state: powerState,
  maxMem: z.int().nonnegative().describe('Most memory that the guest may have, in KiB.'),
  mem: z.int().nonnegative().describe('Memory that the guest has, in KiB.'),
  numCpu: z.int().nonnegative().describe('Number of virtual CPUs.'),
  cpuTime: counter('CPU time used, in nanoseconds; starts at 0 with each start of the guest.'),
});
export type InstanceInfo = z.infer<typeof instanceInfo>;

/** Counters of one disk, in Nova's order: read requests, bytes read, write requests, bytes written, requests held up (-1 = not counted). */
export const blockStats = z.tuple([
  counter('Read requests.'),
  counter('Bytes read.'),
  counter('Write requests.'),
  counter('Bytes written.'),
  counter('Requests held up by a full pipeline; -1 = not counted.'),
]);
export type BlockStats = z.infer<typeof blockStats>;

/** Counters of one interface as the guest sees it, in Nova's order: bytes, packets, errors, drops received; then the same sent. */
export const interfaceStats = z.tuple([
  counter('Bytes received.'),
  counter('Packets received.'),
  counter('Receive errors.'),
  counter('Received packets dropped.'),
  counter('Bytes sent.'),
  counter('Packets sent.'),
  counter('Send errors.'),
  counter('Sent packets dropped.'),
]);
export type InterfaceStats = z.infer<typeof interfaceStats>;

/** Bytes that went through one interface since it exists. */
export const bandwidthCounter = z.strictObject({
  uuid: instanceUuid.describe('The instance.'),
  macAddress,
  bwIn: counter('Bytes received by the guest.'),
  bwOut: counter('Bytes sent by the guest.'),
});

/** The volumes of one instance, as a question for their usage. */
export const hostBlockDevices = z.strictObject({
  instance: instance.describe('The instance.'),
  instanceBdms: z
    .array(
      z.strictObject({
        deviceName: z.string().describe('Device in the guest, with or without /dev/.'),
        volumeId: z.string(),
      }),
    )
    .describe('Its volumes.'),
});

/** Use of one attached volume. */
export const volumeUsage = z.strictObject({
  volume: z.string().describe('Volume id.'),
  instance: instanceUuid.describe('The instance.'),
  rdReq: counter('Read requests.'),
  rdBytes: counter('Bytes read.'),
  wrReq: counter('Write requests.'),
  wrBytes: counter('Bytes written.'),
});

/** Flat diagnostics: `cpu0_time` (ns), `vda_read` (bytes), `tap0_rx` (bytes), `memory` (KiB), `memory-rss` (KiB), … */
export const diagnostics = z.record(z.string(), counter('Nanoseconds, bytes, KiB or a count, by key.'));

/** Memory that one guest takes. */
export const instanceUsage = z.strictObject({
  memoryMb: z.number().nonnegative().describe('MiB.'),
  uuid: z.string().describe('The instance, or a stranger.'),
});
