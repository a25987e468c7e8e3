/** Whether this host's CPU can do all that another's can. */
import { DriverError } from '@chronovirt/contract';
import type { ComputeNode } from '@chronovirt/contract';
import { CpuCompareFlag, CpuCompareResult, ErrorCode, hasCode } from '@chronovirt/libvirt';
import type { CallOptions, Libvirt } from '@chronovirt/libvirt';
import { element, serialize, textElement } from '../xml/element.ts';

/** A host's CPU as its record tells of it. */
export interface HostCpu {
  readonly arch: string;
  readonly model: string;
  readonly vendor: string | null;
  readonly features: readonly string[];
}

/** Throws `CPU_INFO_INVALID` when the record does not tell. */
export function cpuOf({ host, cpuInfo }: ComputeNode): HostCpu {
  const { arch, model, vendor, features } = cpuInfo;
  if (typeof arch !== 'string' || typeof model !== 'string' || !Array.isArray(features))
    throw new DriverError(
      'CPU_INFO_INVALID',
      `the record of ${host} tells no architecture, model and features of its CPU`,
    );
  return {
    arch,
    model,
    vendor: typeof vendor === 'string' && vendor !== '' ? vendor : null,
    features: features.map(String),
  };
}

/**
 * What this host's CPU lacks of the other's, in libvirt's words; null = nothing. Hosts are compared, and not the other host with what a
 * guest can have here: each hypervisor hides features of its own host, so that a host would not be found equal to itself.
 */
export async function whatIsLacking(libvirt: Libvirt, cpu: HostCpu, options: CallOptions): Promise<string | null> {
  const xml = serialize(
    element('cpu', {}, [
      textElement('arch', cpu.arch),
      textElement('model', cpu.model),
      cpu.vendor === null ? null : textElement('vendor', cpu.vendor),
      ...cpu.features.map((name) => element('feature', { name })),
    ]),
  );
  try {
    const result = await libvirt.connectCompareCpu(xml, CpuCompareFlag.FAIL_INCOMPATIBLE, options);
    const isEnough = result === CpuCompareResult.IDENTICAL || result === CpuCompareResult.SUPERSET;
    return isEnough ? null : 'libvirt takes the two for incompatible';
  } catch (error) {
    if (hasCode(error, ErrorCode.CPU_INCOMPATIBLE)) return error.message;
    throw error;
  }
}
