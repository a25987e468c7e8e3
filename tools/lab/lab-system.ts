/** The two hosts and the whole system on them, started in order and ended in reverse: NATS, hosts, coordinator, an agent inside each. */
import { addressAndPort } from '@chronovirt/contract';
import { LAB_NETWORK, startTwoHosts, until, type Authority, type TwoHosts } from '@chronovirt/testing/lab';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { checkout, stateDir } from '../setup/places.mjs';
import { pinnedNode } from '../setup/setup.mjs';
import { Api } from '../start/api.ts';
import { Parts, startCoordinator, startNats, type Nats, type NatsByTls, type Say } from '../start/parts.ts';
import { LabHost, type Watchdog } from './lab-host.ts';
import type { DriftPolicy, LabOptions, Storage } from './options.ts';
import type { LabOrder } from './orders.ts';

/** `liveMigration` in the agents' configuration. */
export interface LiveMoves {
  readonly lockManager?: 'lockd';
  readonly [setting: string]: unknown;
}

/** What the agents are told of their hosts. */
export interface LabSettings {
  readonly storage: Storage;
  /** How guests move live; left out: as usual. */
  readonly moves?: LiveMoves;
  /** `policy` of their configuration, beside what is said of drift. */
  readonly policy?: object;
}

export class LabSystem {
  readonly api: Api;
  readonly address: string;
  readonly tokenFile: string;
  readonly two: TwoHosts;
  readonly a: LabHost;
  readonly b: LabHost;
  readonly parts: Parts;
  readonly nats: Nats;
  readonly #hasWatchdog: boolean;
  readonly #isEncrypted: boolean;
  readonly #drift: DriftPolicy;
  #settings: Required<LabSettings>;

  private constructor(
    parts: Parts,
    nats: Nats,
    two: TwoHosts,
    hosts: [LabHost, LabHost],
    storage: Storage,
    hasWatchdog: boolean,
    isEncrypted: boolean,
    drift: DriftPolicy,
    api: Api,
    tokenFile: string,
  ) {
    this.parts = parts;
    this.nats = nats;
    this.two = two;
    [this.a, this.b] = hosts;
    this.#settings = { storage, moves: {}, policy: {} };
    this.#hasWatchdog = hasWatchdog;
    this.#isEncrypted = isEncrypted;
    this.#drift = drift;
    this.api = api;
    this.address = api.address;
    this.tokenFile = tokenFile;
  }

  /**
   * `authority`: the hosts know each other by IPv6, and whatever is said between any two parts is encrypted, with certificates by it; but
   * for the API, which stays on the machine.
   */
  static async start(
    {
      storage,
      apiPort,
      watchdog,
      drift = 'usual',
    }: Pick<LabOptions, 'storage' | 'apiPort' | 'watchdog'> & {
      readonly drift?: DriftPolicy;
    },
    say: Say,
    restartAfterMs?: number,
    authority?: Authority,
  ): Promise<LabSystem> {
    const parts = new Parts(say, restartAfterMs);
    try {
      const nats = await startNats(parts, ['host-a', 'host-b'], authority && natsBy(authority));
      const two = await parts.timed(
        'hosts',
        () => startTwoHosts({ dir: stateDir(), ...(authority && { family: 'ipv6', authority }) }),
        ({ a, b }) => `${a.name} at ${a.address}, ${b.name} at ${b.address}, a cable between them`,
      );
      parts.ends('hosts', () => two.stop());
      for (const host of two.hosts) await host.reach(nats.port, nats.port, authority && NATS_BY_TLS);
      const { address, tokenFile } = await startCoordinator(parts, nats, {
        api: { port: apiPort, defaultNetwork: LAB_NETWORK },
        fleet: fleet(two),
      });
      const settings = (host: TwoHosts['a']) => (): object => system.agentSettings(host);
      const hosts = two.hosts.map(
        (host) => new LabHost(host, parts, nats, settings(host), watchdog ? watchdogOf() : null),
      );
      const system: LabSystem = new LabSystem(
        parts,
        nats,
        two,
        hosts as [LabHost, LabHost],
        storage,
        watchdog,
        authority !== undefined,
        drift,
        new Api(address, tokenFile),
        tokenFile,
      );
      await parts.timed(
        'agents',
        () => Promise.all(hosts.map((host) => host.start())),
        () => 'one inside each host',
      );
      await system.areKnown();
      return system;
    } catch (error) {
      await parts.stop();
      throw error;
    }
  }

  get hosts(): readonly [LabHost, LabHost] {
    return [this.a, this.b];
  }

  host(name: string | null): LabHost {
    const found = this.hosts.find((host) => host.name === name);
    if (found === undefined)
      throw new Error(
        `there is no host "${String(name)}": expected ${this.hosts.map((host) => host.name).join(' or ')}`,
      );
    return found;
  }

  get storage(): Storage {
    return this.#settings.storage;
  }

  /** From now on the agents are told this. Only while there is no instance. */
  async use({ storage, moves = {}, policy = {} }: LabSettings): Promise<void> {
    const [now, wanted] = [this.#settings, { storage, moves, policy }];
    if (isDeepStrictEqual(now, wanted)) return this.areKnown();
    for (const host of this.hosts) await host.stopAgent();
    if (moves.lockManager !== now.moves.lockManager)
      for (const { host } of this.hosts) await useLockManager(host, moves.lockManager);
    this.#settings = wanted;
    await Promise.all(this.hosts.map((host) => host.startAgent()));
    await this.areKnown();
  }

  /**
   * Resolves when the coordinator has heard each host with the storage that it has by now: an order that came before that would find no
   * host, and of one that is lost before that nobody would know what it shared.
   */
  async areKnown(): Promise<void> {
    const shared = this.storage === 'shared' ? SHARED_STORAGE : undefined;
    for (const { name } of this.hosts)
      await until(
        async () => {
          const { alive, record } = await this.api.get<KnownHost>(`/v1/hosts/${name}`);
          return alive && record?.value === 'reachable' && record.heard?.sharedStorage === shared;
        },
        { what: `the coordinator knows ${name} as it is`, timeoutMs: 60_000, everyMs: 50 },
      );
  }

  /** What an agent's configuration says of its host. */
  agentSettings(host: TwoHosts['a']): object {
    return {
      driver: {
        kind: 'libvirt',
        uri: host.uri,
        ...(this.storage === 'shared'
          ? { instancesDirectory: host.sharedDir, sharedStorage: SHARED_STORAGE }
          : { instancesDirectory: host.instancesDir }),
        natNetwork: null,
        address: host.address,
        liveMigration: { ...(this.#isEncrypted && MOVES_BY_TLS), ...this.#settings.moves },
        powerCommands: {
          reboot: orderCommand('reboot', host.name),
          shutdown: orderCommand('off', host.name),
          startup: orderCommand('on', host.name),
        },
      },
      peer: {
        address: host.address,
        imagesFrom: this.two.hosts.flatMap(imagesOf(host)),
        ...(this.#isEncrypted && { tls: AGENT_TLS }),
      },
      policy: { drift: this.#drift, ...this.#settings.policy },
      ...(this.#hasWatchdog ? { watchdog: { socket: watchdogOf().socket } } : {}),
    };
  }

  /** Lets an accident happen, or ends it; says what was done. `ping` is not one: whoever orders it does it. */
  async carry(order: LabOrder, target: string | null): Promise<string> {
    const host = (): LabHost => this.host(target);
    switch (order) {
      case 'off':
        await host().off();
        return `${host().name} has no power`;
      case 'on':
        await this.two.healNetwork();
        await host().on();
        return `${host().name} has booted, its agent serves`;
      case 'reboot':
        await host().off();
        await this.carry('on', target);
        return `${host().name} has booted anew, its agent serves`;
      case 'cut':
        host().cut();
        await this.two.cutNetwork();
        return `${host().name} reaches nobody any more; its guests run on`;
      case 'heal':
        host().heal();
        await this.two.healNetwork();
        return `${host().name} reaches everybody again`;
      case 'freeze':
        await host().freeze();
        return `every process of ${host().name} stands still`;
      case 'thaw':
        await host().thaw();
        return `${host().name} goes on`;
      case 'cut-network':
        await this.two.cutNetwork();
        return 'the cable between the hosts is out';
      case 'heal-network':
        await this.two.healNetwork();
        return 'the cable between the hosts is in';
      case 'kill-agent':
        host().killAgent();
        return `the agent of ${host().name} was killed; it is started again`;
      case 'lose-agent':
        await host().loseAgent();
        return `the agent of ${host().name} is gone and stays away; its guests run on`;
      case 'start-agent':
        await host().startAgent();
        return `the agent of ${host().name} serves again`;
      case 'freeze-agent':
        await host().freezeAgent();
        return `the agent of ${host().name} stands still; its guests run on`;
      case 'thaw-agent':
        host().thawAgent();
        return `the agent of ${host().name} goes on`;
      case 'kill-libvirtd':
        await host().killLibvirtd();
        return `libvirtd of ${host().name} was killed; it is started again`;
      case 'libvirt':
        if (!host().host.isOn) throw new Error(`${host().name} is off`);
        return host().host.uri;
      case 'status':
        return this.hosts.map(({ text }) => text).join('\n');
      case 'ping': {
        const from = this.hosts.find((each) => each.host.isOn);
        if (from === undefined) throw new Error('both hosts are off');
        return String(from.host.keeperPid);
      }
    }
  }

  async stop(say: Say): Promise<void> {
    for (const host of this.hosts)
      await host
        .release()
        .catch((error: unknown) => say(`  ${host.name}: ${error instanceof Error ? error.message : String(error)}`));
    await this.parts.stop(say);
  }
}

/** By which the agents call the storage that both hosts see. */
const SHARED_STORAGE = 'lab';

/** What the API shows of a host, as far as the lab has to wait for it. */
interface KnownHost {
  readonly alive: boolean;
  readonly record: { readonly value: string; readonly heard: { readonly sharedStorage?: string } | null } | null;
}

/** Where an encrypted lab has NATS. */
const NATS_BY_TLS = '::1';
const natsBy = (authority: Authority): NatsByTls => ({
  address: NATS_BY_TLS,
  caFile: authority.caFile,
  ...authority.sign('nats', [NATS_BY_TLS]),
});

/** How guests move between hosts that have certificates. */
const MOVES_BY_TLS: LiveMoves = { uri: 'qemu+tls://%s/system', nativeTls: true };
/** As every host sees it. */
const AGENT_TLS = {
  certFile: '/etc/pki/chronovirt/cert.pem',
  keyFile: '/etc/pki/chronovirt/key.pem',
  caFile: '/etc/pki/chronovirt/ca.pem',
};

/** The port at which an agent hands out images, unless its configuration says otherwise. */
const PEER_PORT = 8775;

/** Where an agent asks for images that the store lacks: at every other. */
const imagesOf =
  (host: TwoHosts['a']) =>
  (other: TwoHosts['a']): string[] =>
    other.name === host.name ? [] : [addressAndPort({ address: other.address, port: PEER_PORT })];

/** Where orders to this lab are taken. */
export const orderSocket = (): string => join(stateDir(), 'orders.sock');

/** The command line by which a program orders something of this lab; it works inside the hosts too. */
function orderCommand(order: LabOrder, host: string): string[] {
  return [pinnedNode, join(checkout, 'tools/lab/order.ts'), orderSocket(), order, host];
}

/** How the coordinator turns the hosts' power off and on: by orders to this lab. */
function fleet({ hosts }: TwoHosts): object {
  const program = (order: LabOrder): object => ({ command: orderCommand(order, '{host}') });
  return {
    lostMs: 10_000,
    hosts: Object.fromEntries(hosts.map(({ name }) => [name, { fence: program('off'), startup: program('on') }])),
  };
}

/** libvirt reads it at its start. */
async function useLockManager(host: TwoHosts['a'], manager: LiveMoves['lockManager']): Promise<void> {
  const change =
    manager === undefined
      ? 'sed -i /lock_manager/d /etc/libvirt/qemu.conf'
      : `echo 'lock_manager = "${manager}"' >> /etc/libvirt/qemu.conf && virtlockd -d`;
  await host.exec(['sh', '-c', change]);
  await host.restart();
}

/** As every host sees it: /run is its own, and empty after a boot; the group is libvirt's for all guests. */
function watchdogOf(): Watchdog {
  const hierarchy = existsSync('/sys/fs/cgroup/cgroup.controllers') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/cpu';
  return { socket: '/run/libvirt/watchdog.sock', boundMs: 15_000, kill: { cgroup: `${hierarchy}/machine` } };
}
