/**
 * One of the two hosts of the lab: a private libvirt host with a bridge, storage at the same paths as the other's, a boot id of its own,
 * and everything that can go wrong with a host as a method.
 *
 *   DIR/<name>/            what is this host's alone: libvirt's directories, `instances`, its record
 *   DIR/instances          inside: this host's own `instances`; outside: empty
 *   DIR/shared             inside: DIR/storage through FUSE under a type that libvirt trusts to be shared; outside: empty
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Authority } from './authority.ts';
import { ControlLink } from './control-link.ts';
import { insideCommand, spawnInside, type InsideOptions, type InsideProcessHandle } from './inside-process.ts';
import { startLibvirtHost, type LibvirtHost } from './libvirt-host.ts';
import { layCertificates, mountPki, type PkiPart } from './pki.ts';
import { isStopped, statOf } from './stand-still.ts';
import { until } from './until.ts';

/** How a host of the pair is made. */
export interface PairedHostOptions {
  /** Directory of both hosts. */
  readonly dir: string;
  readonly name: string;
  /** By which the other host knows it. */
  readonly address: string;
  /** Its IPv4 address on the network between them, which guests are on as well; `address` unless that is IPv6. */
  readonly bridgeAddress: string;
  /** Who signs its certificates; without one libvirt is reached by TCP. */
  readonly authority?: Authority;
  /** /etc/hosts inside. */
  readonly hosts: Record<string, string>;
  /** Storage that both see is mounted. */
  readonly shared: boolean;
  /** Makes the cable to the other host; called when this one was switched on again. */
  readonly plugIn: () => Promise<void>;
}

/** The bridge inside each host: guests on it are on one network with the other host's. */
export const LAB_BRIDGE = 'br0';
/** libvirt's name for that bridge on both hosts, so that a guest finds the same network wherever it goes. */
export const LAB_NETWORK = 'lab';
/** The host's end of the cable. */
export const UPLINK = 'uplink';

export class PairedHost implements LibvirtHost {
  readonly name: string;
  readonly address: string;
  /** Of the instances, on storage of this host alone. The same path on both. */
  readonly instancesDir: string;
  /** Of what both hosts see; there is nothing when the pair was started without. The same path on both. */
  readonly sharedDir: string;
  /** `instancesDir` as seen from outside, where every file can be looked at. */
  readonly instancesOutside: string;
  readonly #options: PairedHostOptions;
  readonly #links = new Map<number, ControlLink>();
  #libvirt: LibvirtHost;
  #isOn = true;
  #isControlCut = false;

  private constructor(options: PairedHostOptions, libvirt: LibvirtHost) {
    this.#options = options;
    this.#libvirt = libvirt;
    this.name = options.name;
    this.address = options.address;
    this.instancesDir = join(options.dir, 'instances');
    this.sharedDir = join(options.dir, 'shared');
    this.instancesOutside = join(options.dir, options.name, 'instances');
  }

  static async start(options: PairedHostOptions): Promise<PairedHost> {
    for (const path of ['instances', 'shared', 'storage', join(options.name, 'instances')])
      mkdirSync(join(options.dir, path), { recursive: true });
    const { dir, name, authority } = options;
    if (authority !== undefined) layCertificates(join(dir, name), authority, options);
    return new PairedHost(options, await boot(options));
  }

  /** From now on it shows certificates by this authority, and believes no other. Daemons and agents read them when they start. */
  trust(authority: Authority, parts?: readonly PkiPart[]): void {
    const { dir, name } = this.#options;
    layCertificates(join(dir, name), authority, this.#options, parts);
  }

  get uri(): string {
    return this.#libvirt.uri;
  }
  get socket(): string {
    return this.#libvirt.socket;
  }
  get stateDirs(): LibvirtHost['stateDirs'] {
    return this.#libvirt.stateDirs;
  }
  get diskDir(): string {
    return this.instancesDir;
  }
  get pid(): number | undefined {
    return this.#libvirt.pid;
  }
  get keeperPid(): number {
    return this.#libvirt.keeperPid;
  }
  get cgroupDoors(): readonly string[] {
    return this.#libvirt.cgroupDoors;
  }
  /** As the kernel inside says it: another at each `powerOn`. */
  get bootId(): string {
    return readFileSync(join(this.#options.dir, this.name, 'boot-id'), 'utf8').trim();
  }
  get isOn(): boolean {
    return this.#isOn;
  }
  processes(): ReturnType<LibvirtHost['processes']> {
    return this.#libvirt.processes();
  }
  guestPids(): Map<string, number> {
    return this.#libvirt.guestPids();
  }
  kill(signal: NodeJS.Signals): Promise<void> {
    return this.#libvirt.kill(signal);
  }
  restart(): Promise<void> {
    return this.#libvirt.restart();
  }
  virsh(...args: string[]): Promise<string> {
    return this.#libvirt.virsh(...args);
  }
  exec(command: string[], options?: { input?: string }): Promise<string> {
    return this.#libvirt.exec(command, options);
  }
  inside(command: string[]): string[] {
    return this.#libvirt.inside(command);
  }
  logTail(): string {
    return this.#libvirt.logTail();
  }

  /** Starts a process in the host's namespaces and control groups; it ends with the host at the latest. */
  spawnInside(
    command: string,
    args: readonly string[] = [],
    options: InsideOptions = {},
  ): Promise<InsideProcessHandle> {
    return spawnInside(this.#libvirt, command, args, options);
  }

  /** The command line of the same, for callers that spawn it themselves. */
  insideCommand(command: readonly string[]): string[] {
    return insideCommand(this.#libvirt, command);
  }

  /**
   * Makes a port of this machine's loopback address (NATS) reachable inside under the same number, or another. It is there again after
   * `powerOn`.
   */
  async reach(port: number, target: number = port, address: ControlLink['address'] = '127.0.0.1'): Promise<void> {
    const isCut = this.#isControlCut;
    this.#links.set(port, await ControlLink.open(this.keeperPid, port, { target, address, isCut }));
  }

  /** The host hears nothing more from the machine's ports, and they nothing from it; nobody is told. */
  cutControl(): void {
    this.#isControlCut = true;
    for (const link of this.#links.values()) link.cut();
  }

  healControl(): void {
    this.#isControlCut = false;
    for (const link of this.#links.values()) link.heal();
  }

  /**
   * Stops every process inside where it is (SIGSTOP), guests and storage included, as a machine that hangs; the network's own answers
   * (ping) still come. The keeper goes on, so that the end of the test ends a frozen host too.
   */
  async freeze(): Promise<void> {
    await until(
      () => {
        const moving = this.#frozenParts().filter(({ pid }) => !isStopped(pid));
        // What serves files stops last: who waits for a file cannot be stopped.
        const next = moving.filter(({ name }) => name !== 'bindfs');
        for (const { pid } of next.length > 0 ? next : moving) sendTo(pid, 'SIGSTOP');
        return moving.length === 0;
      },
      { what: `every process of ${this.name} stands still`, timeoutMs: 30_000 },
    );
  }

  async thaw(): Promise<void> {
    for (const { pid } of this.#frozenParts().toReversed()) sendTo(pid, 'SIGCONT');
    await until(() => !this.#frozenParts().some(({ pid }) => isStopped(pid)), { what: `${this.name} goes on` });
  }

  /** Pulls the plug: everything inside is killed at once, and with the namespaces its end of the cable is gone. Files stay. */
  async powerOff(): Promise<void> {
    this.#isOn = false;
    await this.#closeLinks();
    await this.#libvirt.stop();
  }

  /** Boots it after `powerOff`: another boot id, no guest runs, what was in /run is gone, what was on disk is there. */
  async powerOn(): Promise<void> {
    if (this.#isOn) return;
    rmSync(this.stateDirs.run, { recursive: true, force: true });
    this.#libvirt = await boot(this.#options);
    this.#isOn = true;
    await this.#options.plugIn();
    for (const [port, link] of this.#links) await this.reach(port, link.target, link.address);
  }

  /** Ends it for good; its files stay. */
  async stop(): Promise<void> {
    this.#isOn = false;
    await this.#closeLinks();
    this.#links.clear();
    await this.#libvirt.stop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #closeLinks(): Promise<void> {
    await Promise.all([...this.#links.values()].map((link) => link.close()));
  }

  /** All but the keeper and what it waits for: these end the host when this process ends. */
  #frozenParts(): ReturnType<LibvirtHost['processes']> {
    return this.processes().filter(({ pid }) => pid !== this.keeperPid && !isAnchor(pid, this.keeperPid));
  }
}

async function boot(options: PairedHostOptions): Promise<LibvirtHost> {
  const { dir, name, address, hosts, authority } = options;
  const host = await startLibvirtHost({
    dir,
    name,
    listenAddress: address,
    hosts,
    prepare: prepare(options),
    ...(authority && { settings: ['listen_tcp = 0', 'listen_tls = 1', 'auth_tls = "none"'] }),
  });
  try {
    const known = (await host.virsh('net-list', '--all', '--name')).split('\n').includes(LAB_NETWORK);
    if (!known) await host.virsh('net-define', join(dir, name, 'lab-network.xml'));
    await host.virsh('net-start', LAB_NETWORK);
    return host;
  } catch (error) {
    await host.stop();
    throw error;
  }
}

/**
 * Runs inside before the daemons. Both hosts give out addresses, from one range and without asking each other: dnsmasq derives an
 * address from the card's own, so a guest gets the same from either, and still one when a host is away.
 */
function prepare({ dir, name, address, bridgeAddress, shared, authority }: PairedHostOptions): string {
  const own = join(dir, name);
  const network = `<network><name>${LAB_NETWORK}</name><forward mode="bridge"/><bridge name="${LAB_BRIDGE}"/></network>`;
  const prefix = bridgeAddress.split('.').slice(0, 2).join('.');
  const mac = `02:${bridgeAddress.split('.').map(hexByte).join(':')}:01`;
  return `${authority === undefined ? '' : mountPki(own)}
cat /proc/sys/kernel/random/uuid > '${own}/boot-id'
mount --bind '${own}/boot-id' /proc/sys/kernel/random/boot_id
mount --bind '${own}/instances' '${dir}/instances'
${shared ? `bindfs -o subtype=glusterfs,allow_other '${dir}/storage' '${dir}/shared'` : ''}
ip link add ${LAB_BRIDGE} address ${mac} type bridge
ip addr add ${bridgeAddress}/16 dev ${LAB_BRIDGE}
${address === bridgeAddress ? '' : `ip addr add ${address}/64 dev ${LAB_BRIDGE} nodad`}
ip link set ${LAB_BRIDGE} up
echo '${network}' > '${own}/lab-network.xml'
dnsmasq --conf-file=/dev/null --port=0 --interface=${LAB_BRIDGE} --bind-dynamic --except-interface=lo --no-ping --dhcp-option=3 --dhcp-option=6 --dhcp-range=${prefix}.1.0,${prefix}.254.255,255.255.0.0,12h --dhcp-leasefile='${own}/lab.leases' --pid-file='${own}/lab-dnsmasq.pid' --user=root
`;
}

function hexByte(decimal: string): string {
  return Number(decimal).toString(16).padStart(2, '0');
}

function isAnchor(pid: number, keeper: number): boolean {
  const parent = Number(statOf(pid)?.[1]);
  const isWaiting = /^(cat|sleep)\0/.test(read(`/proc/${pid}/cmdline`) ?? '');
  return parent === keeper && isWaiting;
}

/** A process may go while we look. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function sendTo(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
