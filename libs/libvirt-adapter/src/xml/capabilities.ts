import { childrenOf, find, findAll, parseXml, textOf } from './parse.ts';
import type { ParsedElement } from './parse.ts';

/** What a hypervisor says of itself, as far as we use it. */
export interface Capabilities {
  readonly hostUuid: string;
  readonly arch: string;
  readonly cpu: {
    readonly model: string;
    readonly vendor: string;
    readonly topology: Record<string, number>;
    readonly features: readonly string[];
  };
  readonly guests: readonly GuestCapability[];
}

export interface GuestCapability {
  readonly arch: string;
  readonly mode: string;
  readonly domainTypes: readonly string[];
  /** Machine names and what each stands for today (`q35` → `pc-q35-7.2`); a name with a version stands for itself. */
  readonly machines: ReadonlyMap<string, string>;
}

export function parseCapabilities(text: string): Capabilities {
  const root = parseXml(text);
  const cpu = find(root, 'host', 'cpu');
  const topology = Object.entries(cpu === undefined ? {} : (find(cpu, 'topology')?.attributes ?? {}));
  return {
    hostUuid: textOf(find(root, 'host', 'uuid')),
    arch: textOf(cpu && find(cpu, 'arch')),
    cpu: {
      model: textOf(cpu && find(cpu, 'model')),
      vendor: textOf(cpu && find(cpu, 'vendor')),
      topology: Object.fromEntries(topology.map(([key, value]) => [key, Number(value)])),
      features: cpu === undefined ? [] : childrenOf(cpu, 'feature').map((feature) => feature.attributes['name'] ?? ''),
    },
    guests: childrenOf(root, 'guest').map(guestCapability),
  };
}

function guestCapability(guest: ParsedElement): GuestCapability {
  const arch = find(guest, 'arch');
  const machines = arch === undefined ? [] : [...childrenOf(arch, 'machine'), ...findAll(arch, 'domain', 'machine')];
  return {
    arch: arch?.attributes['name'] ?? '',
    mode: textOf(find(guest, 'os_type')),
    domainTypes: arch === undefined ? [] : childrenOf(arch, 'domain').map((domain) => domain.attributes['type'] ?? ''),
    machines: new Map(machines.map((machine) => [textOf(machine), machine.attributes['canonical'] ?? textOf(machine)])),
  };
}
