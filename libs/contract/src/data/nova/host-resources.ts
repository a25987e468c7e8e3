import { z } from 'zod';

/** What kinds of guest a host can run: architecture, hypervisor, mode. */
export const supportedInstance = z.tuple([z.string(), z.string(), z.string()]);

const cpuInfo = z.record(z.string(), z.json()).describe('Vendor, model, topology and features of the CPU.');
const hypervisorVersion = z.int().nonnegative().describe('major * 1000000 + minor * 1000 + micro.');

/** Resources of a node: totals, and what guests use of them. Memory in MiB and disk in GiB, under Nova's names. */
export const availableResource = z.strictObject({
  vcpus: z.int().nonnegative().describe('CPUs of the host that guests may use.'),
  memoryMb: z.int().nonnegative().describe('Memory of the host, in MiB.'),
  localGb: z.number().nonnegative().describe('Disk for instances, in GiB.'),
  vcpusUsed: z.int().nonnegative().describe('vCPUs of running guests.'),
  memoryMbUsed: z.int().nonnegative().describe('MiB.'),
  localGbUsed: z.number().nonnegative().describe('GiB.'),
  hypervisorType: z.string().describe('QEMU, …'),
  hypervisorVersion,
  hypervisorHostname: z.string().describe('Name of the node.'),
  cpuInfo,
  diskAvailableLeast: z.number().describe('GiB left if every thin disk grew to its full size; may be negative.'),
  supportedInstances: z
    .array(supportedInstance)
    .describe('Kinds of guest that it runs: architecture, hypervisor, mode.'),
  numaTopology: z.json().optional().describe('Its memory nodes.'),
  pciPassthroughDevices: z.array(z.json()).optional().describe('Devices that can be given to guests.'),
  stats: z.record(z.string(), z.json()).optional().describe('Whatever else a scheduler may read.'),
  uuid: z.string().optional().describe('Identity of the node that outlives a change of name.'),
});
export type AvailableResource = z.infer<typeof availableResource>;

/** Statistics of a host. Disk in GiB, memory in MiB. */
export const hostStats = z.strictObject({
  vcpus: z.int().nonnegative().describe('CPUs of the host that guests may use.'),
  vcpusUsed: z.int().nonnegative().describe('vCPUs of running guests.'),
  cpuInfo,
  diskTotal: z.number().nonnegative().describe('GiB.'),
  diskUsed: z.number().nonnegative().describe('GiB.'),
  diskAvailable: z.number().nonnegative().describe('GiB.'),
  hostMemoryTotal: z.number().nonnegative().describe('MiB.'),
  hostMemoryFree: z.number().nonnegative().describe('MiB.'),
  hypervisorType: z.string().describe('QEMU, …'),
  hypervisorVersion,
  hypervisorHostname: z.string().describe('Name of the node.'),
  supportedInstances: z
    .array(supportedInstance)
    .describe('Kinds of guest that it runs: architecture, hypervisor, mode.'),
});
export type HostStats = z.infer<typeof hostStats>;

/** The record of a host as its peers know it; what the checks before a live migration compare. */
export const computeNode = z.strictObject({
  host: z.string().describe('Name of the host.'),
  hypervisorHostname: z.string().describe('Name of the node.'),
  hypervisorType: z.string().describe('QEMU, …'),
  hypervisorVersion,
  cpuInfo,
  freeDiskGb: z.number().describe('GiB free just now.'),
  diskAvailableLeast: z.number().describe('GiB left if every thin disk grew to its full size.'),
});
export type ComputeNode = z.infer<typeof computeNode>;
