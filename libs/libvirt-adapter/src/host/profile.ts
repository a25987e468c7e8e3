/** What a host is, as far as definitions depend on it; found out once, at `initHost`. */
import { open, rm } from 'node:fs/promises';
import { constants } from 'node:fs';
import { join } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { CallOptions, Libvirt } from '@chronovirt/libvirt';
import { parseCapabilities } from '../xml/capabilities.ts';
import type { Capabilities } from '../xml/capabilities.ts';
import type { VirtType } from '../xml/domain.ts';
import type { LibvirtDriverSettings } from './settings.ts';

export interface HostProfile {
  readonly hostname: string;
  readonly capabilities: Capabilities;
  readonly virtType: VirtType;
  readonly arch: string;
  readonly machines: ReadonlyMap<string, string>;
  readonly diskCache: 'none' | 'writeback';
  /** major * 1000000 + minor * 1000 + micro. */
  readonly libvirtVersion: number;
  readonly qemuVersion: number;
  readonly cpus: number;
  readonly memoryMiB: number;
}

/** Older ones lack what we rely on: keeping a mark through a save, statistics that do not wait. */
const OLDEST = { libvirt: 7_000_000, qemu: 5_000_000 } as const;

export const versionText = (version: number): string =>
  `${Math.trunc(version / 1_000_000)}.${Math.trunc(version / 1000) % 1000}.${version % 1000}`;

/** Throws `HYPERVISOR_TOO_OLD`, or `CONFIGURATION_INVALID` when guests of the asked kind cannot run here. */
export async function profileOf(
  libvirt: Libvirt,
  settings: LibvirtDriverSettings,
  options: CallOptions,
): Promise<HostProfile> {
  const [xml, libvirtBig, qemuBig, node, hostname] = await Promise.all([
    libvirt.connectGetCapabilities(options),
    libvirt.connectGetLibVersion(options),
    libvirt.connectGetVersion(options),
    libvirt.nodeGetInfo(options),
    libvirt.connectGetHostname(options),
  ]);
  const [libvirtVersion, qemuVersion] = [Number(libvirtBig), Number(qemuBig)];
  if (libvirtVersion < OLDEST.libvirt || qemuVersion < OLDEST.qemu) {
    throw new DriverError(
      'HYPERVISOR_TOO_OLD',
      `libvirt ${versionText(libvirtVersion)} and QEMU ${versionText(qemuVersion)} are here; at least ${versionText(OLDEST.libvirt)} and ${versionText(OLDEST.qemu)} are needed`,
    );
  }
  const capabilities = parseCapabilities(xml);
  const virtType = settings.acceleration.kind === 'kvm' ? 'kvm' : 'qemu';
  const guest = capabilities.guests.find(
    (one) => one.arch === capabilities.arch && one.mode === 'hvm' && one.domainTypes.includes(virtType),
  );
  if (guest === undefined) {
    throw new DriverError(
      'CONFIGURATION_INVALID',
      `libvirt runs no ${virtType} guests of ${capabilities.arch} here; install the QEMU of that architecture`,
    );
  }
  return {
    hostname,
    capabilities,
    virtType,
    arch: guest.arch,
    machines: guest.machines,
    diskCache: (await supportsDirectIo(settings.instancesDirectory)) ? 'none' : 'writeback',
    libvirtVersion,
    qemuVersion,
    cpus: node.cpus,
    memoryMiB: Math.trunc(Number(node.memory) / 1024),
  };
}

/** Whether files here can be opened past the page cache; memory file systems and some network ones cannot. */
async function supportsDirectIo(directory: string): Promise<boolean> {
  const probe = join(directory, `.direct-io-${process.pid}`);
  try {
    await (await open(probe, constants.O_CREAT | constants.O_RDWR | constants.O_DIRECT, 0o600)).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EINVAL') return false;
    throw error;
  } finally {
    await rm(probe, { force: true });
  }
}
