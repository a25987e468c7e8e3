/** Two hosts for the driver contract suite: this driver in a process inside each of two real libvirt hosts. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { domainNameOf } from '@chronovirt/contract';
import type { ArgsOf } from '@chronovirt/contract';
import type { ContractPair, DiskFacts, PairedContractHost, Side, Storage } from '@chronovirt/testing/contract';
import { LAB_BRIDGE } from '@chronovirt/testing/lab';
import { argsFor, factsOn, nextSign, outsideOn, roles } from './contract-host.ts';
import { MoveLab, guestOfLab, nodeOf } from './move-lab.ts';

export async function libvirtContractPair(storage: Storage): Promise<ContractPair> {
  const lab = await MoveLab.start('pair');
  try {
    const [a, b] = await Promise.all([hostOf(lab, 'a', storage), hostOf(lab, 'b', storage)]);
    return { a, b, close: () => lab.stop() };
  } catch (error) {
    await lab.stop();
    throw error;
  }
}

async function hostOf(lab: MoveLab, side: Side, storage: Storage): Promise<PairedContractHost> {
  const libvirt = lab.host(side);
  const { driver } = await lab.driver(side, storage);
  const instances = lab.outside(side, storage);
  const shown = { libvirt, instances };
  const facts = factsOn(shown);
  const directory = (uuid: string): string => join(instances, uuid);
  const spawnArgs = (): ArgsOf<'spawn'> => guestOfLab(lab, {});
  return {
    driver,
    host: driver,
    name: libvirt.name,
    newInstance: async (wishes = {}) => argsFor({ spawnArgs }, wishes),
    inspect: facts.inspect,
    sign: (uuid) => nextSign(shown, uuid),
    outside: outsideOn(shown, facts),
    warnings: () => [],
    close: async () => {},
    site: { storage, cut: () => lab.hosts.cutNetwork(), heal: () => lab.hosts.healNetwork() },
    node: async () => nodeOf(libvirt),
    strangeCpu: (node) => ({ ...node, cpuInfo: { ...node.cpuInfo, arch: 'aarch64' } }),
    strays: async () => readdirSync(instances).filter((name) => name.startsWith('.move-probe-')),
    disks: async (uuid) => {
      const files = readdirSync(directory(uuid)).filter((file) => roles[file] !== undefined);
      return Object.fromEntries(files.map((file) => [roles[file]!, diskFacts(join(directory(uuid), file))]));
    },
    bind: async (uuid) => {
      const file = join(libvirt.stateDirs.cache, `${uuid}.raw`);
      execFileSync('truncate', ['-s', '1M', file]);
      await libvirt.virsh(
        'attach-disk',
        domainNameOf(uuid),
        file,
        'vdy',
        '--targetbus',
        'virtio',
        '--subdriver',
        'raw',
      );
    },
    slow: async (uuid) => {
      await libvirt.virsh('migrate-setspeed', domainNameOf(uuid), '1');
      return async () => void (await libvirt.virsh('migrate-setspeed', domainNameOf(uuid), '8000'));
    },
    isWired: async (uuid) => {
      const taps = (await libvirt.virsh('domiflist', domainNameOf(uuid))).match(/\btap[0-9a-z]+/g) ?? [];
      const ports = await libvirt.exec(['ip', '-o', 'link', 'show', 'master', LAB_BRIDGE, 'up']);
      return taps.length > 0 && taps.every((tap) => ports.includes(`${tap}:`));
    },
  };
}

function diskFacts(file: string): DiskFacts {
  const told = JSON.parse(
    execFileSync('qemu-img', ['info', '--force-share', '--output=json', file], { encoding: 'utf8' }),
  ) as {
    format: string;
    'virtual-size': number;
    'backing-filename'?: string;
  };
  const backing = told['backing-filename'];
  return {
    format: told.format,
    bytes: told['virtual-size'],
    backing: backing === undefined ? null : basename(backing),
  };
}
