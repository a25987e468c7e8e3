/**
 * Everything real: an agent process, a NATS server, a private libvirt with QEMU. The agent reaches both servers through proxies that count
 * its messages, and its child processes through a gate.
 */
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  beatSubject,
  CLUSTER,
  type Command,
  type HostName,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type TurnMessage,
} from '@chronovirt/contract';
import { connect, JetStreamJournal, NatsImageStore, requestActor, type NatsConnection } from '@chronovirt/nats-adapter';
import { dueEffects, isResting } from '@chronovirt/machines';
import { isReadable } from '@chronovirt/runtime';
import { ChildGate, libvirtMessages, MessageProxy, natsMessages } from '@chronovirt/testing/crash';
import {
  bestNatsServer,
  guestImage,
  startLibvirtHost,
  startNats,
  tempDir,
  until,
  type LibvirtHost,
  type NatsServer,
} from '@chronovirt/testing/lab';
import { AgentWorld, sampleSpec } from '@chronovirt/testing/world';
import { AgentProcess, warmUp } from './agent-process.ts';
import type { Step } from './operations.ts';

/** What the orders of the simulated world are addressed to. */
const HOST = 'h1' as HostName;

export class CrashLab {
  readonly host = HOST;
  readonly libvirt: LibvirtHost;
  readonly nats: NatsServer;
  readonly libvirtProxy: MessageProxy;
  readonly natsProxy: MessageProxy;
  readonly gate: ChildGate;
  readonly instances: string;
  readonly journal: JetStreamJournal;
  readonly #connection: NatsConnection;
  readonly #dir: ReturnType<typeof tempDir>;
  readonly #image: InstanceSpec['image'];
  readonly #orders = new AgentWorld();
  #agent: AgentProcess | null = null;
  #count = 0;

  private constructor(parts: {
    libvirt: LibvirtHost;
    nats: NatsServer;
    libvirtProxy: MessageProxy;
    natsProxy: MessageProxy;
    gate: ChildGate;
    connection: NatsConnection;
    dir: ReturnType<typeof tempDir>;
    image: InstanceSpec['image'];
  }) {
    this.libvirt = parts.libvirt;
    this.nats = parts.nats;
    this.libvirtProxy = parts.libvirtProxy;
    this.natsProxy = parts.natsProxy;
    this.gate = parts.gate;
    this.instances = join(parts.libvirt.diskDir, 'instances');
    this.#connection = parts.connection;
    this.journal = new JetStreamJournal(parts.connection);
    this.#dir = parts.dir;
    this.#image = parts.image;
  }

  static async start(name: string): Promise<CrashLab> {
    const dir = tempDir(name);
    const nats = await startNats({ server: bestNatsServer().path, dir: join(dir.path, 'nats') });
    const libvirt = await startLibvirtHost({ dir: dir.path, name });
    const natsProxy = await MessageProxy.listen(
      { port: 0 },
      { port: nats.port },
      natsMessages((subject) => subject === beatSubject(HOST) || subject.startsWith('$JS.API.STREAM.INFO.')),
    );
    const socket = join(dir.path, 'libvirt.sock');
    const libvirtProxy = await MessageProxy.listen({ path: socket }, { path: libvirt.socket }, libvirtMessages);
    mkdirSync(join(dir.path, 'gate'));
    const gate = new ChildGate(join(dir.path, 'gate'), programAt('mkswap'));
    const connection = await connect({ servers: nats.url, name: 'crash-lab' });
    const image = await storeImage(connection);
    const lab = new CrashLab({ libvirt, nats, libvirtProxy, natsProxy, gate, connection, dir, image });
    await lab.journal.provision(HOST);
    await lab.journal.provision(CLUSTER);
    lab.#configure(socket);
    warmUp(join(dir.path, 'compiled'));
    return lab;
  }

  get agent(): AgentProcess {
    if (this.#agent === null) throw new Error('no agent was started');
    return this.#agent;
  }

  /** Where the agents of this lab log. */
  get log(): string {
    return join(this.#dir.path, 'agent.log');
  }

  /** What the agents that are started from now on do by themselves; see `policy` of the agent's configuration. */
  setPolicy(policy: object): void {
    this.set({ policy });
  }

  /** Other fields of the configuration of the agents that are started from now on. */
  set(fields: object): void {
    const file = join(this.#dir.path, 'agent.json');
    writeFileSync(file, JSON.stringify({ ...(JSON.parse(readFileSync(file, 'utf8')) as object), ...fields }));
  }

  startAgent(): AgentProcess {
    this.#agent = new AgentProcess({
      config: join(this.#dir.path, 'agent.json'),
      log: this.log,
      cache: join(this.#dir.path, 'compiled'),
      path: `${this.gate.directory}:${process.env['PATH']}`,
    });
    return this.#agent;
  }

  /** The host has never had any image. Only while no guest is there. */
  forgetImages(): void {
    rmSync(join(this.instances, '_base'), { recursive: true, force: true });
  }

  /** A spec of a small guest that nobody has had. Its swap disk is what a child process is needed for. */
  newSpec(): InstanceSpec {
    const mac = ['52', '54', '00', ...(randomBytes(3).toString('hex').match(/../g) ?? [])].join(':');
    this.#count += 1;
    return sampleSpec(this.#count, {
      uuid: randomUUID() as InstanceUuid,
      name: `crash-${this.#count}`,
      flavor: { name: 'tiny', vcpus: 1, memoryMiB: 96, rootGiB: 1, ephemeralGiB: 0, swapMiB: 4, extraSpecs: {} },
      image: this.#image,
      ports: [{ id: randomUUID(), mac, network: { kind: 'network', name: 'chronovirt' } }] as InstanceSpec['ports'],
    });
  }

  /** The spine's order to take the instance, sent until it is taken. */
  async order(spec: InstanceSpec, patienceMs = 30_000): Promise<unknown> {
    const link = this.#orders.order(spec);
    const reply = await requestActor(this.#connection, HOST, spec.uuid, { kind: 'link', link }, { patienceMs });
    return reply.kind === 'linked'
      ? reply
      : Promise.reject(new Error(`the order was not taken: ${JSON.stringify(reply)}`));
  }

  make(instance: InstanceUuid, { name, args = {} }: Step): Command {
    return { id: randomUUID() as Command['id'], instance, name, args, by: { kind: 'user', name: 'tester' } };
  }

  /** A command, sent with the same id until it is answered. */
  command(command: Command, patienceMs = 30_000): ReturnType<typeof requestActor> {
    return requestActor(this.#connection, HOST, command.instance, { kind: 'command', command }, { patienceMs });
  }

  /** The last stored message of an instance. */
  async last(instance: InstanceUuid): Promise<TurnMessage | null> {
    const stored = await this.journal.last(HOST, instance);
    return stored !== null && isReadable(stored) ? stored.message : null;
  }

  /** Waits until nothing is due, as the journal tells it. */
  async rests(instance: InstanceUuid, timeoutMs = 60_000): Promise<InstanceState> {
    let at = 'no history';
    return until(
      async () => {
        const message = await this.last(instance);
        at = message?.state.value ?? at;
        return message !== null && isResting(message.state.value) && dueEffects(message.state).length === 0
          ? message.state
          : null;
      },
      { timeoutMs, everyMs: 15, what: `rest of ${instance}` },
    ).catch((error: unknown) => {
      throw new Error(`${error instanceof Error ? error.message : String(error)}; it is ${at}`, { cause: error });
    });
  }

  /** Builds a guest and brings it to where an operation begins. */
  async prepare(spec: InstanceSpec, steps: readonly Step[]): Promise<void> {
    await this.order(spec);
    await this.#mustBe('running', spec.uuid);
    for (const step of steps) {
      const reply = await this.command(this.make(spec.uuid, step));
      if (reply.kind !== 'answer' || reply.answer.kind !== 'accepted')
        throw new Error(`${step.name} was not taken: ${JSON.stringify(reply)}`);
      await this.rests(spec.uuid);
    }
  }

  /** What virsh says of the guest: `running`, `paused`, `shut off`, or `absent`; and whether its memory is saved. */
  async seen(instance: InstanceUuid): Promise<{ power: string; saved: boolean }> {
    const state = await this.libvirt.virsh('domstate', instance).catch(() => 'absent');
    const info = await this.libvirt.virsh('dominfo', instance).catch(() => '');
    return { power: state.trim(), saved: /^Managed save:\s+yes/m.test(info) };
  }

  /** Whatever there is of an instance, or of nobody, on the host; for a deleted one it must be empty. */
  async leftOf(instance: InstanceUuid): Promise<string[]> {
    const domains = (await this.libvirt.virsh('list', '--all', '--uuid'))
      .split('\n')
      .filter((uuid) => uuid === instance);
    const files = readdirSync(this.instances, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.includes(instance),
    );
    const saves = filesBelow(join(this.libvirt.stateDirs.lib, 'qemu/save'));
    const processes = [...this.libvirt.guestPids().keys(), ...childrenWith(instance)].filter((name) =>
      name.includes(instance),
    );
    return [
      ...domains.map((domain) => `domain ${domain}`),
      ...files.map((file) => `file ${file}`),
      ...saves.filter((file) => file.includes(instance)).map((file) => `saved memory ${file}`),
      ...processes.map((name) => `process ${name}`),
    ];
  }

  /** What belongs to nobody at all: half-made files, taps without a guest, children of dead agents. */
  async ownerless(): Promise<string[]> {
    const half = filesBelow(this.instances).filter((file) => file.endsWith('.tmp'));
    const links = (await this.libvirt.exec(['ip', '-o', 'link'])).match(/\b(?:tap|vnet)[0-9a-z-]+/g) ?? [];
    const guests = [...this.libvirt.guestPids().keys()];
    const live = (await Promise.all(guests.map((name) => this.libvirt.virsh('domiflist', name).catch(() => '')))).join(
      ' ',
    );
    const children = childrenWith(this.instances).filter(
      (line) => line.startsWith('mkswap') || line.includes('/mkswap'),
    );
    return [
      ...half.map((file) => `file ${file}`),
      ...new Set(links.filter((link) => !live.includes(link)).map((link) => `tap ${link}`)),
      ...children.map((line) => `process ${line}`),
    ];
  }

  async stop(): Promise<void> {
    this.#agent?.kill();
    await this.#agent?.ended;
    this.gate.close();
    await this.#connection.close();
    await this.natsProxy.close();
    await this.libvirtProxy.close();
    await this.libvirt.stop();
    await this.nats.stop();
    this.#dir.remove();
  }

  async #mustBe(value: string, instance: InstanceUuid): Promise<void> {
    const state = await this.rests(instance);
    if (state.value !== value) throw new Error(`${instance} is ${state.value}, not ${value}`);
  }

  #configure(socket: string): void {
    const secretsKeyFile = join(this.#dir.path, 'secrets.key');
    writeFileSync(secretsKeyFile, randomBytes(32), { mode: 0o600 });
    mkdirSync(this.instances, { recursive: true });
    const uri = new URL(this.libvirt.uri);
    uri.searchParams.set('socket', socket);
    const config = {
      host: HOST,
      cluster: `crash-${process.pid}-${this.libvirt.name}`,
      nats: { servers: [`nats://127.0.0.1:${this.natsProxy.port}`] },
      secretsKeyFile,
      driver: {
        kind: 'libvirt',
        uri: uri.href,
        instancesDirectory: this.instances,
        acceleration: 'tcg',
        // These guests have not booted when they are asked: what counts is that they are cut off then.
        softRebootSeconds: 1,
      },
      beatMs: 60_000,
      log: { level: 'debug' },
    };
    writeFileSync(join(this.#dir.path, 'agent.json'), JSON.stringify(config));
  }
}

/** Uploads the small guest's image as the coordinator would. */
async function storeImage(connection: NatsConnection): Promise<InstanceSpec['image']> {
  const { disk } = await guestImage();
  const info = JSON.parse(execFileSync('qemu-img', ['info', '--output=json', disk], { encoding: 'utf8' })) as {
    'virtual-size': number;
    format: 'qcow2' | 'raw';
  };
  const image = {
    sha256: createHash('sha256').update(readFileSync(disk)).digest('hex'),
    name: 'lab',
    format: info.format,
    bytes: statSync(disk).size,
    virtualBytes: info['virtual-size'],
  } as InstanceSpec['image'];
  const store = await NatsImageStore.open(connection);
  await store.put({ ...image, uploaded: Date.now(), by: 'tester' }, () => createReadStream(disk));
  return image;
}

/** Where a program of the system lies; not every PATH names the places of those for administrators. */
function programAt(name: string): string {
  const found = ['/usr/sbin', '/sbin', '/usr/bin'].map((place) => join(place, name)).find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`there is no ${name} on this machine; it comes with the Debian package util-linux`);
  return found;
}

function filesBelow(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory, { recursive: true, encoding: 'utf8' }) : [];
}

/** Command lines of processes on this machine that name a text. */
function childrenWith(text: string): string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return line.includes(text) ? [line.slice(0, 120)] : [];
    } catch {
      return [];
    }
  });
}
