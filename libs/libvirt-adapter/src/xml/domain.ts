/** The definition of a guest, from typed parts. What is not in here, libvirt decides. */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import { element, serialize, textElement } from './element.ts';
import type { XmlElement } from './element.ts';
import { diskElement, interfaceElement } from './devices.ts';
import type { DomainDisk, DomainInterface } from './devices.ts';
import { metadataElement } from './metadata.ts';

/** How guests run here: with the CPU's help, or emulated. */
export type VirtType = 'kvm' | 'qemu';

export interface DomainSpec {
  readonly uuid: InstanceUuid;
  readonly name: string;
  readonly title: string | undefined;
  readonly hostname: string;
  readonly mark: Mark;
  readonly virtType: VirtType;
  readonly arch: string;
  /** The machine with its version (`pc-q35-7.2`): what the guest sees must not change when QEMU is upgraded. */
  readonly machine: string;
  readonly memoryMiB: number;
  readonly vcpus: number;
  readonly disks: readonly DomainDisk[];
  readonly interfaces: readonly DomainInterface[];
  /** File that the serial console is written to, besides the pseudo-terminal. */
  readonly consoleLog: string;
}

/** Slots on a q35 machine that are left for devices attached later. */
const SPARE_PCIE_PORTS = 8;

/** The definition as text. */
export function domainXml(spec: DomainSpec): string {
  return serialize(
    element('domain', { type: spec.virtType }, [
      textElement('name', spec.name),
      textElement('uuid', spec.uuid),
      spec.title === undefined ? null : textElement('title', spec.title),
      metadataElement(spec.uuid, spec.hostname, spec.mark),
      textElement('memory', spec.memoryMiB, { unit: 'MiB' }),
      textElement('vcpu', spec.vcpus, { placement: 'static' }),
      element('os', {}, [
        textElement('type', 'hvm', { arch: spec.arch, machine: spec.machine }),
        element('boot', { dev: 'hd' }),
      ]),
      features(spec),
      cpu(spec),
      clock(),
      textElement('on_poweroff', 'destroy'),
      textElement('on_reboot', 'restart'),
      // A guest that has panicked stays as it is, so that it is seen (and dumped) before somebody cuts it off.
      textElement('on_crash', 'preserve'),
      devices(spec),
    ]),
  );
}

/** QEMU keeps translated code of an emulated guest; its default would take a gigabyte whatever the guest's size. */
function translationCacheMiB(memoryMiB: number): number {
  return Math.min(512, Math.max(32, Math.round(memoryMiB / 4)));
}

function features(spec: DomainSpec): XmlElement {
  const cache = textElement('tb-cache', translationCacheMiB(spec.memoryMiB), { unit: 'MiB' });
  return element('features', {}, [
    element('acpi'),
    element('apic'),
    spec.virtType === 'qemu' ? element('tcg', {}, [cache]) : null,
  ]);
}

/** With KVM the host's own CPU by name, so that a guest can move; emulated one that current distributions accept (x86-64-v2). */
function cpu(spec: DomainSpec): XmlElement {
  const topology = element('topology', { sockets: 1, dies: 1, cores: spec.vcpus, threads: 1 });
  return spec.virtType === 'kvm'
    ? element('cpu', { mode: 'host-model', check: 'partial' }, [topology])
    : element('cpu', { mode: 'custom', match: 'exact', check: 'none' }, [
        textElement('model', 'Nehalem', { fallback: 'allow' }),
        topology,
      ]);
}

function clock(): XmlElement {
  return element('clock', { offset: 'utc' }, [
    element('timer', { name: 'rtc', tickpolicy: 'catchup' }),
    element('timer', { name: 'pit', tickpolicy: 'delay' }),
    element('timer', { name: 'hpet', present: 'no' }),
  ]);
}

function devices(spec: DomainSpec): XmlElement {
  const fixed = [
    element('serial', { type: 'pty' }, [
      element('log', { file: spec.consoleLog, append: 'on' }),
      element('target', { port: 0 }),
    ]),
    element('console', { type: 'pty' }, [element('target', { type: 'serial', port: 0 })]),
    element('channel', { type: 'unix' }, [element('target', { type: 'virtio', name: 'org.qemu.guest_agent.0' })]),
    element('memballoon', { model: 'virtio' }, [element('stats', { period: 10 })]),
    element('rng', { model: 'virtio' }, [textElement('backend', '/dev/urandom', { model: 'random' })]),
    element('panic', { model: 'isa' }),
    element('controller', { type: 'usb', model: 'none' }),
  ];
  const onPci = spec.disks.length + spec.interfaces.length + 3;
  return element('devices', {}, [
    ...spec.disks.map(diskElement),
    ...spec.interfaces.map(interfaceElement),
    ...fixed,
    ...(spec.machine.includes('q35') ? pciePorts(onPci + SPARE_PCIE_PORTS) : []),
  ]);
}

function pciePorts(count: number): XmlElement[] {
  const ports = Array.from({ length: count }, () => element('controller', { type: 'pci', model: 'pcie-root-port' }));
  return [element('controller', { type: 'pci', index: 0, model: 'pcie-root' }), ...ports];
}
