/** A host for the driver contract suite: this driver on a real libvirt with real guests; facts are found with virsh and by reading files. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { domainNameOf } from '@chronovirt/contract';
import type { ArgsOf, InstanceUuid } from '@chronovirt/contract';
import { ClusterKey, PeerClient, PeerService } from '@chronovirt/peer';
import type { Log } from '@chronovirt/runtime';
import type { ContractHost, Facts, Given, OtherHost, Sign, SpawnFault, Wishes } from '@chronovirt/testing/contract';
import { tempDir, until } from '@chronovirt/testing/lab';
import { markOf, metadataOf, namespace } from '../xml/metadata.ts';
import { find, findAll, parseXml, textOf } from '../xml/parse.ts';
import { diskFiles } from '../xml/rescue-definition.ts';
import { startLabHost } from './lab-host.ts';
import type { LabHost } from './lab-host.ts';
import { readJoliet } from './read-iso.ts';
import type { Shown } from './why-silent.ts';
import { whySilent } from './why-silent.ts';

/** Says which boot this is and counts, once a second; a deaf guest has nobody who hears its power button. */
const signOfLife = (deaf: boolean): string =>
  [
    '#!/bin/sh',
    ...(deaf ? ['killall acpid'] : []),
    '(n=0; while :; do echo "SIGN $(cat /persist/boots) $n" > /dev/ttyS0; n=$((n + 1)); sleep 1; done) &',
    '',
  ].join('\n');

export async function libvirtContractHost(name = 'contract'): Promise<ContractHost> {
  const warnings: string[] = [];
  const nothing = (): void => {};
  const log: Log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (_fields, message) => void warnings.push(message),
  };
  const switched = tempDir('power');
  const actions = join(switched.path, 'actions');
  const lab = await startLabHost(name, log, {
    powerCommands: { reboot: writesDown('reboot', actions), shutdown: writesDown('shutdown', actions) },
    peer: { own: '127.0.0.1:1', client: new PeerClient({ key, patienceMs: 1_000 }) },
  });
  const facts = factsOn(lab);
  let other: Promise<OtherHost & { stop(): Promise<void> }> | null = null;
  return {
    driver: lab.driver,
    elsewhere: () => (other ??= otherHost(`${name}-2`)),
    host: lab.driver,
    newInstance: async (wishes = {}) => argsFor(lab, wishes),
    inspect: facts.inspect,
    given: async (uuid) => givenTo((await facts.configDrive(uuid)) ?? join(lab.instances, uuid, 'disk.config')),
    sign: async (uuid) => await nextSign(lab, uuid),
    outside: outsideOn(lab, facts),
    spawnFaults: spawnFaultsOn(lab),
    unreachable: async () => {
      await lab.libvirt.kill('SIGKILL');
      return () => lab.libvirt.restart();
    },
    imageCache: cacheOf(lab),
    images: () => {
      const kept = join(lab.instances, '_images');
      return existsSync(kept) ? readdirSync(kept).filter((file) => /^[0-9a-f]{64}$/.test(file)) : [];
    },
    powerActions: () => (existsSync(actions) ? readFileSync(actions, 'utf8').trim().split('\n') : []),
    warnings: () => warnings,
    close: async () => {
      await (await other)?.stop();
      await lab.stop();
      switched.remove();
    },
  };
}

/** What both hosts sign their requests to each other with. */
const key = new ClusterKey(randomBytes(32));

/** A second libvirt, with files of its own and a service that takes the files of every move. */
async function otherHost(name: string): Promise<OtherHost & { stop(): Promise<void> }> {
  const lab = await startLabHost(name);
  const files = lab.driver.filesForPeers;
  let takes = true;
  const nothing = (): void => {};
  const service = await PeerService.start({
    address: '127.0.0.1',
    port: 0,
    key,
    log: { info: nothing, warn: nothing },
    host: {
      ...files,
      expects: async () => true,
      placeOf: (instance, file) => (takes ? files.placeOf(instance, file) : null),
    },
  });
  return {
    name,
    dest: `127.0.0.1:${service.port}`,
    driver: lab.driver,
    inspect: factsOn(lab).inspect,
    sign: async (uuid) => await nextSign(lab, uuid),
    breakOff: () => {
      takes = false;
      return () => (takes = true);
    },
    stop: async () => {
      await service.stop();
      await lab.stop();
    },
  };
}

/** A power command that hurts nobody, and takes as long as one that would. */
const writesDown = (action: string, file: string): string[] => [
  'sh',
  '-c',
  'echo "$1" >> "$2"; sleep 0.5; echo "$1 is under way"',
  'power',
  action,
  file,
];

export function argsFor(lab: Pick<LabHost, 'spawnArgs'>, wishes: Wishes): ArgsOf<'spawn'> {
  const plain = lab.spawnArgs();
  const flavor = {
    ...plain.instance.flavor,
    vcpus: wishes.vcpus ?? 1,
    memoryMiB: wishes.memoryMiB ?? 96,
  };
  return {
    ...plain,
    instance: {
      ...plain.instance,
      flavor,
      metadata: { ...wishes.metadata },
      keyData: wishes.keyData ?? null,
      userData: signOfLife(wishes.deaf === true),
    },
    injectedFiles: (wishes.injectedFiles ?? []).map(([path, content]) => [path, content]),
    adminPassword: wishes.adminPassword ?? null,
  };
}

/** Roles of disk files by their names. */
export const roles: Readonly<Record<string, string>> = {
  disk: 'root',
  'disk.config': 'config',
  'disk.rescue': 'rescue',
  'disk.config.rescue': 'config.rescue',
};

function cacheOf(lab: LabHost): ContractHost['imageCache'] {
  const base = join(lab.instances, '_base');
  const names = (): string[] => readdirSync(base).filter((name) => !name.endsWith('.tmp'));
  const age = (name: string, hours: number): void => {
    const then = Date.now() / 1000 - hours * 3600;
    utimesSync(join(base, name), then, then);
  };
  return {
    files: () => names().map((name) => name.slice(0, 64)),
    add: async (ageHours) => {
      const sha256 = randomBytes(32).toString('hex');
      writeFileSync(join(base, `${sha256}.raw`), 'nobody needs this');
      age(`${sha256}.raw`, ageHours);
      return sha256;
    },
    makeOld: async (ageHours) => names().forEach((name) => age(name, ageHours)),
    remove: async (sha256) => {
      for (const name of names().filter((one) => one.startsWith(sha256))) rmSync(join(base, name));
    },
  };
}

type FactFinder = ReturnType<typeof factsOn>;

export function factsOn(lab: Shown) {
  const { libvirt } = lab;
  const virsh = async (...args: string[]): Promise<string | null> => await libvirt.virsh(...args).catch(() => null);
  const saveOf = (uuid: InstanceUuid): string => join(libvirt.stateDirs.lib, 'qemu/save', `${domainNameOf(uuid)}.save`);

  async function everything(uuid: InstanceUuid, domain: boolean): Promise<string[]> {
    const entries = readdirSync(lab.instances).filter((entry) => entry.startsWith(uuid));
    const files = entries.flatMap((entry) =>
      readdirSync(join(lab.instances, entry)).map((file) => `file ${entry}/${file}`),
    );
    const bases = readdirSync(join(lab.instances, '_base')).filter((entry) => entry.endsWith('.tmp'));
    const taps = (await libvirt.exec(['ip', '-o', 'link'])).match(/\btap[0-9a-z]+/g) ?? [];
    const live = new Set(
      (await Promise.all(running().map(async (name) => await virsh('domiflist', name))))
        .join(' ')
        .match(/\btap[0-9a-z]+/g),
    );
    return [
      ...(domain ? [`domain ${uuid}`] : []),
      ...entries.map((entry) => `directory ${entry}`),
      ...files,
      ...bases.map((base) => `file _base/${base}`),
      ...(existsSync(saveOf(uuid)) ? ['saved memory'] : []),
      ...[...new Set(taps)].filter((tap) => !live.has(tap)).map((tap) => `tap ${tap}`),
    ];
  }
  const running = (): string[] => [...libvirt.guestPids().keys()];

  async function inspect(uuid: InstanceUuid): Promise<Facts> {
    const name = domainNameOf(uuid);
    const [live, stored, state, info] = await Promise.all([
      virsh('dumpxml', uuid),
      virsh('dumpxml', '--inactive', uuid),
      virsh('domstate', '--reason', uuid),
      virsh('dominfo', uuid),
    ]);
    const definition = stored === null ? null : parseXml(stored);
    const persistent = /^Persistent:\s+yes$/m.test(info ?? '');
    const shown = live === null ? null : markOf(metadataOf(parseXml(live), namespace.run));
    const directory = join(lab.instances, uuid);
    const disks = existsSync(directory) ? readdirSync(directory) : [];
    return {
      domain: info === null ? 'absent' : persistent ? 'defined' : 'transient',
      power: powerOf(state),
      mark: shown,
      savedMemory: existsSync(saveOf(uuid)),
      run: libvirt.guestPids().get(name)?.toString() ?? null,
      vcpus: definition === null ? null : Number(textOf(find(definition, 'vcpu'))),
      memoryMiB: definition === null ? null : Number(textOf(find(definition, 'memory'))) / 1024,
      macs:
        definition === null
          ? []
          : findAll(definition, 'devices', 'interface', 'mac').map(({ attributes }) => attributes['address'] ?? ''),
      autostart: /^Autostart:\s+enable/m.test(info ?? ''),
      disks: disks.flatMap((file) => roles[file] ?? []).toSorted(),
      rootGiB: disks.includes('disk') ? virtualGiB(join(directory, 'disk')) : null,
      kept: existsSync(`${directory}_resize`)
        ? readdirSync(`${directory}_resize`)
            .flatMap((file) => roles[file] ?? [])
            .toSorted()
        : [],
      attached: diskFiles(live ?? '<domain/>').map((file) => roles[basename(file)] ?? file),
      everything: await everything(uuid, info !== null),
      lastEnd: lastEndOf(join(libvirt.stateDirs.log, 'qemu', `${name}.log`)),
    };
  }
  const configDrive = async (uuid: InstanceUuid): Promise<string | undefined> =>
    diskFiles((await virsh('dumpxml', uuid)) ?? '<domain/>').find((file) => basename(file).startsWith('disk.config'));
  return { inspect, virsh, saveOf, configDrive };
}

/** Size that a guest sees of a disk, by the field's own tool; also while a guest has it open. */
function virtualGiB(file: string): number {
  const told = execFileSync('qemu-img', ['info', '--force-share', '--output=json', file], { encoding: 'utf8' });
  return (JSON.parse(told) as { 'virtual-size': number })['virtual-size'] / 2 ** 30;
}

function powerOf(state: string | null): Facts['power'] {
  const [word = ''] = /^[a-z ]+/.exec(state ?? '') ?? [];
  const powers: Record<string, Facts['power']> = {
    running: 'on',
    paused: 'paused',
    'shut off': 'off',
    crashed: 'crashed',
    pmsuspended: 'asleep',
    'in shutdown': 'off',
  };
  return state === null ? 'absent' : (powers[word.trim()] ?? 'on');
}

/** libvirt writes down for each guest why its process ended. */
function lastEndOf(log: string): Facts['lastEnd'] {
  const ends = existsSync(log)
    ? [...readFileSync(log, 'utf8').matchAll(/shutting down, reason=(\w+)/g)].map(([, reason]) => reason)
    : [];
  const last = ends.filter((reason) => reason !== 'saved').at(-1);
  if (last === undefined) return null;
  return last === 'shutdown' ? 'orderly' : 'cut';
}

function givenTo(drive: string): Given {
  const files = readJoliet(readFileSync(drive));
  const data = JSON.parse(files.get('openstack/latest/meta_data.json')!.toString('utf8')) as {
    hostname: string;
    meta: Record<string, string>;
    public_keys: Record<string, string>;
    admin_pass?: string;
    files: { path: string; content_path: string }[];
  };
  const keys = Object.values(data.public_keys);
  return {
    hostname: data.hostname,
    metadata: data.meta,
    keyData: keys.length === 0 ? null : keys.join('\n'),
    adminPassword: passwordIn(files, data.admin_pass ?? null),
    injectedFiles: data.files.map((file) => [
      file.path,
      files.get(`openstack${file.content_path}`)!.toString('base64'),
    ]),
  };
}

/** A password is given where each kind of guest looks for it: cloud-init reads the vendor's data alone, others `admin_pass`. */
function passwordIn(files: ReadonlyMap<string, Buffer>, adminPass: string | null): string | null {
  const vendorData = JSON.parse(files.get('openstack/latest/vendor_data.json')!.toString('utf8')) as {
    'cloud-init'?: string;
  };
  const config = JSON.parse(vendorData['cloud-init']?.replace(/^#cloud-config\n/, '') ?? '{}') as { password?: string };
  if ((config.password ?? null) !== adminPass)
    throw new Error('the config drive gives one password as admin_pass and another one to cloud-init');
  return adminPass;
}

/** A guest boots in some ten seconds when the machine is quiet. */
const BOOT_MS = 120_000;

export async function nextSign(lab: Shown, uuid: InstanceUuid): Promise<Sign> {
  const log = join(lab.instances, uuid, 'console.log');
  const signs = (): RegExpMatchArray[] =>
    existsSync(log) ? [...readFileSync(log, 'latin1').matchAll(/^SIGN (\d+) (\d+)\r?$/gm)] : [];
  const before = signs().length;
  return await until(
    () => {
      const now = signs();
      const last = now.at(-1);
      return now.length > before && last !== undefined
        ? { boot: Number(last[1]), tick: Number(last[2]), line: last[0].trimEnd() }
        : null;
    },
    {
      timeoutMs: BOOT_MS,
      everyMs: 50,
      what: `a sign of life of ${uuid}`,
      why: whySilent(lab, uuid),
    },
  );
}

export function outsideOn(lab: Shown, { virsh, saveOf }: FactFinder): ContractHost['outside'] {
  const { libvirt } = lab;
  const name = (uuid: InstanceUuid): string => domainNameOf(uuid);
  return {
    destroy: async (uuid) => void (await libvirt.virsh('destroy', name(uuid))),
    suspend: async (uuid) => void (await libvirt.virsh('suspend', name(uuid))),
    resume: async (uuid) => void (await libvirt.virsh('resume', name(uuid))),
    start: async (uuid) => void (await libvirt.virsh('start', name(uuid))),
    undefine: async (uuid) => void (await libvirt.virsh('undefine', name(uuid), '--managed-save', '--nvram')),
    dropSavedMemory: async (uuid) => {
      await libvirt.virsh('managedsave-remove', name(uuid));
      await until(() => !existsSync(saveOf(uuid)), { what: 'the saved memory is gone' });
    },
    crash: async (uuid) => {
      process.kill(libvirt.guestPids().get(name(uuid))!, 'SIGKILL');
      await until(async () => powerOf(await virsh('domstate', name(uuid))) === 'off', {
        what: 'libvirt notices the crash',
      });
    },
    leaveEmptyDirectory: async (uuid) => {
      rmSync(join(lab.instances, uuid), { recursive: true, force: true });
      mkdirSync(join(lab.instances, uuid));
    },
    loseWayBack: async (uuid) => rmSync(join(lab.instances, uuid, 'unrescue.xml')),
  };
}

/** Ways to fail, from the first step of a spawn to the last. */
function spawnFaultsOn(lab: LabHost): Record<string, SpawnFault> {
  const nothing = async (): Promise<void> => {};
  const store = join(lab.libvirt.diskDir, '../../images');
  return {
    'the image is not in the store': {
      arm: async (args) => ({
        args: { ...args, imageMeta: { ...args.imageMeta, id: '0'.repeat(64) } },
        disarm: nothing,
      }),
    },
    'the image came in damaged': {
      arm: async (args) => {
        const id = args.instance.uuid.replaceAll('-', '').repeat(2);
        writeFileSync(join(store, id), 'not what it should be');
        return {
          args: { ...args, imageMeta: { ...args.imageMeta, id } },
          disarm: async () => rmSync(join(store, id), { force: true }),
        };
      },
    },
    'the image is larger than the root disk': {
      arm: async (args) => {
        const flavor = { ...args.instance.flavor, rootGiB: 0.001 };
        return { args: { ...args, instance: { ...args.instance, flavor } }, disarm: nothing };
      },
    },
    'libvirt does not know the network': {
      arm: async (args) => ({
        args: {
          ...args,
          networkInfo: args.networkInfo.map((vif) => ({ ...vif, network: { ...vif.network, label: 'nowhere' } })),
        },
        disarm: nothing,
      }),
    },
    'the name is taken, so the definition is refused': {
      arm: async (args) => {
        const file = join(lab.instances, '..', `${args.instance.uuid}.xml`);
        writeFileSync(
          file,
          `<domain type='qemu'><name>${args.instance.name}</name><memory unit='MiB'>32</memory><os><type>hvm</type></os></domain>`,
        );
        await lab.libvirt.virsh('define', file);
        let taken = true;
        const disarm = async (): Promise<void> => {
          if (taken) await lab.libvirt.virsh('undefine', args.instance.name);
          taken = false;
          rmSync(file, { force: true });
        };
        return { args, disarm };
      },
    },
    'the bridge is not there, so the start fails': {
      arm: async (args) => {
        const onBridge = args.networkInfo.map((vif) => ({
          ...vif,
          type: 'bridge' as const,
          network: { ...vif.network, bridge: 'br-nowhere' },
        }));
        return { args: { ...args, networkInfo: onBridge }, disarm: nothing };
      },
    },
  };
}
