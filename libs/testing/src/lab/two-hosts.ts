/**
 * Two libvirt hosts on one machine, joined by a cable of their own:
 *
 *     host a ── br0 ── uplink ═══════════ uplink ── br0 ── host b      10.77.0.1 and 10.77.0.2 (fd00:77::1 and ::2); nothing of it shows on the machine
 *
 * Each has its own network, mounts, processes, host name, control groups and host id. They live as long as this process at most.
 */
import { existsSync } from 'node:fs';
import { run, which } from '../../../../tools/setup/run-command.mjs';
import type { Authority } from './authority.ts';
import { LAB_BRIDGE, PairedHost, UPLINK } from './paired-host.ts';

export interface TwoHostsOptions {
  /** Everything of them lies below; at most 60 letters, unix sockets must fit. */
  readonly dir: string;
  /** Storage that both see, at `sharedDir` (default); each has storage of its own in any case. */
  readonly shared?: boolean;
  /** Their names, as the agents' and libvirt's: default `host-a` and `host-b`. */
  readonly names?: readonly [string, string];
  /** Of which family the addresses are that they know each other by (default: `ipv4`). Guests have IPv4 in any case. */
  readonly family?: 'ipv4' | 'ipv6';
  /** Given: each host has certificates by it where libvirt and QEMU look for them, and libvirt is reached by TLS alone. */
  readonly authority?: Authority;
}

export interface TwoHosts {
  readonly a: PairedHost;
  readonly b: PairedHost;
  readonly hosts: readonly [PairedHost, PairedHost];
  /** What both see, from outside. */
  readonly storage: string;
  /** Pulls the cable between the hosts; what reaches them from the machine still does. */
  cutNetwork(): Promise<void>;
  healNetwork(): Promise<void>;
  /** Ends both with everything inside; nothing is left but the files in `dir`. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The lab cannot run here. The message names what is missing and what to do. */
export class LabImpossible extends Error {
  readonly code = 'LAB_IMPOSSIBLE';
}

const ADDRESSES = { ipv4: ['10.77.0.1', '10.77.0.2'], ipv6: ['fd00:77::1', 'fd00:77::2'] } as const;

/** Everything that this machine lacks for two hosts, a sentence each; empty when they can run. */
export function missingForTwoHosts({ shared = true }: { shared?: boolean } = {}): string[] {
  const programs = [
    'libvirtd',
    'virtlogd',
    'virsh',
    'qemu-system-x86_64',
    'qemu-img',
    'nsenter',
    'setpriv',
    'ip',
    'dnsmasq',
  ];
  const missing = [...programs, ...(shared ? ['bindfs'] : [])].filter((name) => which(name) === undefined);
  return [
    ...(process.platform === 'linux' ? [] : [`Linux is needed, this is ${process.platform}`]),
    ...(process.getuid?.() === 0 ? [] : ['namespaces of hosts need root: run it as root']),
    ...(missing.length === 0
      ? []
      : [`these programs are missing: ${missing.join(', ')}; run "node tools/setup/setup.mjs --for test"`]),
    ...(existsSync('/dev/net/tun') ? [] : ['there is no /dev/net/tun, which guests get their network cards from']),
    ...(!shared || existsSync('/dev/fuse')
      ? []
      : ['there is no /dev/fuse, which storage for both hosts is mounted with']),
  ];
}

/** Starts both hosts; resolves when both libvirtd answer and the cable is in. Throws `LabImpossible` where they cannot run. */
export async function startTwoHosts({
  dir,
  shared = true,
  names = ['host-a', 'host-b'],
  family = 'ipv4',
  authority,
}: TwoHostsOptions): Promise<TwoHosts> {
  const missing = missingForTwoHosts({ shared });
  if (missing.length > 0) throw new LabImpossible(`two libvirt hosts cannot run here: ${missing.join('; ')}`);
  const addresses = ADDRESSES[family];
  const hosts = { [names[0]]: addresses[0], [names[1]]: addresses[1] };
  const up: (PairedHost | undefined)[] = [];
  let isCut = false;
  const plugIn = async (): Promise<void> => {
    const [a, b] = up;
    if (a?.isOn === true && b?.isOn === true) await cable(a, b, isCut);
  };
  const start = async (index: 0 | 1): Promise<PairedHost> => {
    const host = await PairedHost.start({
      dir,
      name: names[index],
      address: addresses[index],
      bridgeAddress: ADDRESSES.ipv4[index],
      hosts,
      shared,
      plugIn,
      ...(authority && { authority }),
    });
    up[index] = host;
    return host;
  };
  const started = await Promise.allSettled([start(0), start(1)]);
  const failed = started.find((result) => result.status === 'rejected');
  const stop = async (): Promise<void> => {
    await Promise.all(up.map((host) => host?.stop()));
  };
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const [a, b] = up as [PairedHost, PairedHost];
  await plugIn();
  const pull = async (state: 'up' | 'down'): Promise<void> => {
    isCut = state === 'down';
    if (a.isOn && b.isOn) await a.exec(['ip', 'link', 'set', UPLINK, state]);
  };
  return {
    a,
    b,
    hosts: [a, b],
    storage: `${dir}/storage`,
    cutNetwork: () => pull('down'),
    healNetwork: () => pull('up'),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** A pair of network cards, one in each host's namespace, each plugged into the host's bridge. */
async function cable(a: PairedHost, b: PairedHost, isCut: boolean): Promise<void> {
  const ip = (host: PairedHost, ...args: string[]) =>
    run(['nsenter', `--net=/proc/${host.keeperPid}/ns/net`, '--', 'ip', ...args]);
  // The end of an earlier cable goes some moments after the other host has gone.
  for (const host of [a, b]) await ip(host, 'link', 'del', UPLINK).catch(() => undefined);
  await ip(a, 'link', 'add', UPLINK, 'type', 'veth', 'peer', 'name', UPLINK, 'netns', String(b.keeperPid));
  for (const host of [a, b]) await ip(host, 'link', 'set', UPLINK, 'master', LAB_BRIDGE);
  await ip(b, 'link', 'set', UPLINK, 'up');
  if (!isCut) await ip(a, 'link', 'set', UPLINK, 'up');
}
