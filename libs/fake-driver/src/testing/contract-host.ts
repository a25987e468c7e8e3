/** A host for the driver contract suite: this driver on a simulated host in virtual time; facts are read off the host itself. */
import type { ArgsOf, InstanceUuid } from '@chronovirt/contract';
import { SimulatedClock } from '@chronovirt/testing/sim';
import type {
  ContractHost,
  Facts,
  Given,
  OtherHost,
  Outside,
  Sign,
  SpawnFault,
  Wishes,
} from '@chronovirt/testing/contract';
import type { ConfigDrive } from '../driver/config-drive.ts';
import { FakeDriver } from '../driver/fake-driver.ts';
import { isTemporary } from '../driver/names.ts';
import { WAY_BACK } from '../driver/rescued.ts';
import type { OutsideAct } from '../world/outside.ts';
import type { SimulatedHost } from '../world/simulated-host.ts';
import { SimulatedSite } from '../world/simulated-site.ts';
import { uuidOf, sampleGuest } from './sample-guest.ts';

/** A guest says something this often, in milliseconds of its own time. */
const TICK_MS = 100;
/** A guest that has said nothing for this long does not run. */
const SILENCE_MS = 30_000;

const nothing = (): void => {};

export async function fakeContractHost(): Promise<ContractHost> {
  const clock = new SimulatedClock();
  const site = new SimulatedSite({ clock, profile: 'lively', storage: 'separate', names: ['simulated', 'other'] });
  const host = site.host('simulated');
  const warnings: string[] = [];
  const log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (_: object, text: string) => void warnings.push(text),
  };
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  const actions: string[] = [];
  const does = (action: string) => async (): Promise<string> => {
    actions.push(action);
    await wait(500);
    return `${action} is under way`;
  };
  const power = { reboot: does('reboot'), shutdown: does('shutdown') };
  const driver = new FakeDriver(host, { log, softRebootMs: 10_000, power });
  let guests = 0;
  let unused = 0;
  return {
    driver,
    host: driver,
    time: { now: () => clock.monotonic(), wait, settle: (work) => clock.settle(work) },
    newInstance: async (wishes = {}) => argsFor(host, ++guests, wishes),
    inspect: async (uuid) => inspect(host, uuid),
    given: async (uuid) => givenTo(host, uuid),
    sign: (uuid) => nextSign(host, uuid, wait),
    outside: outsideOn(host),
    spawnFaults: {
      'the image is not there': missingImage(host),
      'the tap cannot be made': refusedCall(host, 'plugTap'),
      'a disk cannot be written': refusedCall(host, 'createDisk'),
      'the start is refused': refusedCall(host, 'create'),
    },
    unreachable: async () => {
      host.stopDaemon();
      return async () => host.startDaemon();
    },
    elsewhere: async () => otherHost(site.host('other'), wait),
    images: () => host.files.images(),
    imageCache: {
      files: () => host.files.baseFiles().map(({ name }) => name),
      add: async (ageHours) => {
        const name = ((unused += 1) + 0xa0).toString(16).repeat(32);
        host.files.writeBase({ name, whole: true, madeBy: null, content: name });
        host.files.baseAge.set(name, ageHours);
        return name;
      },
      makeOld: async (ageHours) => host.files.baseFiles().forEach(({ name }) => host.files.baseAge.set(name, ageHours)),
      remove: async (sha256) => host.files.removeBase(sha256),
    },
    powerActions: () => actions,
    warnings: () => warnings,
    close: () => driver.close(),
  };
}

function otherHost(host: SimulatedHost, wait: (ms: number) => Promise<void>): OtherHost {
  return {
    name: host.name,
    dest: `${host.name}:8775`,
    driver: new FakeDriver(host),
    inspect: async (uuid) => inspect(host, uuid),
    sign: (uuid) => nextSign(host, uuid, wait),
    breakOff: () => {
      let asked = 0;
      host.takesFiles = () => ((asked += 1) === 1 ? 'taken' : 'refused');
      return () => (host.takesFiles = () => 'taken');
    },
  };
}

export function argsFor(host: SimulatedHost, n: number, wishes: Wishes): ArgsOf<'spawn'> {
  const { context, instance, imageMeta, networkInfo, blockDeviceInfo } = sampleGuest(n);
  host.guest(uuidOf(n)).heedsShutdown(wishes.deaf !== true);
  return {
    context,
    imageMeta,
    networkInfo,
    blockDeviceInfo,
    instance: {
      ...instance,
      flavor: { ...instance.flavor, vcpus: wishes.vcpus ?? 1, memoryMiB: wishes.memoryMiB ?? 128 },
      metadata: { ...wishes.metadata },
      keyData: wishes.keyData ?? null,
      vmState: 'building',
      taskState: 'spawning',
      powerState: 0,
    },
    injectedFiles: (wishes.injectedFiles ?? []).map(([path, content]) => [path, content]),
    adminPassword: wishes.adminPassword ?? null,
  };
}

export function inspect(host: SimulatedHost, uuid: InstanceUuid): Facts {
  const domain = host.find(uuid);
  const definition = domain?.stored ?? domain?.run?.definition ?? null;
  const files = host.files.view(uuid)?.files ?? [];
  return {
    domain: domain === null ? 'absent' : domain.stored === null ? 'transient' : 'defined',
    power: powerOf(host, uuid),
    mark: (domain?.run?.definition ?? domain?.stored)?.mark ?? null,
    savedMemory: domain !== null && domain.saved !== null,
    run: domain?.run?.id.toString() ?? null,
    vcpus: definition?.vcpus ?? null,
    memoryMiB: definition === null ? null : definition.memoryKiB / 1024,
    macs: definition?.interfaces.map(({ mac }) => mac) ?? [],
    autostart: false,
    disks: files
      .filter(({ whole, name }) => whole && !isTemporary(name) && name !== WAY_BACK)
      .map(({ name }) => name)
      .toSorted(),
    rootGiB: files.find(({ name }) => name === 'root')?.gib ?? null,
    kept: (host.files.kept(uuid, host.name)?.files ?? []).map(({ name }) => name).toSorted(),
    attached: (domain?.run?.definition ?? definition)?.disks ?? [],
    everything: everything(host, uuid),
    lastEnd:
      domain === null || domain.stopReason === 'unknown' ? null : domain.stopReason === 'shutdown' ? 'orderly' : 'cut',
  };
}

function powerOf(host: SimulatedHost, uuid: InstanceUuid): Facts['power'] {
  const domain = host.find(uuid);
  if (domain === null) return 'absent';
  if (domain.run === null) return 'off';
  return domain.run.state === 'running' ? 'on' : domain.run.state;
}

function everything(host: SimulatedHost, uuid: InstanceUuid): string[] {
  const directory = host.files.view(uuid);
  return [
    ...(host.find(uuid) === null ? [] : ['domain']),
    ...(directory === null ? [] : ['directory', ...directory.files.map(({ name }) => `file ${name}`)]),
    ...(host.files.kept(uuid, host.name) === null ? [] : ['kept directory']),
    ...(host.files.isDoomed(uuid) ? ['directory being removed'] : []),
    ...host.taps.of(uuid).map((tap) => `tap ${tap}`),
    ...host.files.baseFiles().flatMap(({ name }) => (isTemporary(name) ? [`base ${name}`] : [])),
  ];
}

function givenTo(host: SimulatedHost, uuid: InstanceUuid): Given {
  const { run, stored } = host.find(uuid) ?? { run: null, stored: null };
  const name = (run?.definition ?? stored)?.disks.find((disk) => disk.startsWith('config')) ?? 'config';
  const drive = host.files.view(uuid)?.files.find((file) => file.name === name);
  if (drive === undefined) throw new Error(`instance ${uuid} has no config drive`);
  return JSON.parse(drive.content) as ConfigDrive;
}

export async function nextSign(
  host: SimulatedHost,
  uuid: InstanceUuid,
  wait: (ms: number) => Promise<void>,
): Promise<Sign> {
  for (let waited = 0; waited < SILENCE_MS; waited += TICK_MS) {
    await wait(TICK_MS);
    const domain = host.find(uuid);
    if (domain?.run?.state !== 'running') continue;
    const { boot } = domain.run;
    const tick = Math.floor(domain.uptimeMs() / TICK_MS);
    const line = `SIGN ${boot} ${tick}`;
    host.guest(uuid).says(line);
    return { boot, tick, line };
  }
  throw new Error(`the guest of ${uuid} gives no sign of life`);
}

export function outsideOn(host: SimulatedHost): Outside {
  const act = (name: OutsideAct) => async (uuid: InstanceUuid) => {
    if (!(await host.outside.act(name, uuid))) throw new Error(`${name} of ${uuid} was refused`);
  };
  return {
    destroy: act('destroy'),
    suspend: act('suspend'),
    resume: act('resume'),
    start: act('start'),
    undefine: act('undefine'),
    dropSavedMemory: act('managedSaveRemove'),
    crash: async (uuid) => host.guest(uuid).crash(),
    leaveEmptyDirectory: async (uuid) => host.files.makeDirectory(uuid, null),
    loseWayBack: async (uuid) => host.files.remove(uuid, WAY_BACK),
  };
}

/** The arguments name an image that the store does not have. */
function missingImage(host: SimulatedHost): SpawnFault {
  const lost = 'b'.repeat(64);
  return {
    arm: async (args) => {
      host.missingImages.add(lost);
      const wrong = {
        ...args,
        instance: { ...args.instance, imageRef: lost },
        imageMeta: { ...args.imageMeta, id: lost },
      };
      return { args: wrong, disarm: async () => void host.missingImages.delete(lost) };
    },
  };
}

function refusedCall(host: SimulatedHost, name: string): SpawnFault {
  return {
    arm: async (args) => {
      const mend = host.faults.add({
        kind: 'fail',
        when: 'before',
        on: name,
        instance: args.instance.uuid,
        times: Infinity,
      });
      return { args, disarm: async () => mend() };
    },
  };
}
