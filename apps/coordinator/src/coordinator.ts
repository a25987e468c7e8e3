/** The coordinator, put together: lock, journal, read model, spine, HTTP API. */
import { ChronovirtError, CLUSTER, incarnationOf } from '@chronovirt/contract';
import {
  connect,
  JetStreamJournal,
  NatsImageStore,
  NatsSecretStore,
  requestActor,
  requestHostOrder,
  watchBeats,
} from '@chronovirt/nats-adapter';
import { foldNotesIn, lockHost, noNotes, systemClock, UpToDateJournal, type Log } from '@chronovirt/runtime';
import { askHost } from './cluster/ask-host.ts';
import { Cluster } from './cluster/cluster.ts';
import { forgetSecrets } from './cluster/forget-secrets.ts';
import type { SendToActor } from './cluster/host-requests.ts';
import type { ProcessConfig } from './config/process-config.ts';
import { Fleet } from './hosts/fleet.ts';
import { Hosts } from './hosts/hosts.ts';
import { HostSilentError, type OrderHost } from './hosts/order-host.ts';
import { serveHttp } from './http/index.ts';
import { imagesOnHost } from './images/host-images.ts';
import { ImageSweep } from './images/sweep-images.ts';
import { ReadModel } from './read-model/read-model.ts';

export interface RunningCoordinator {
  readonly address: string;
  /** Resolves with the reason when this process may not go on. */
  readonly over: Promise<string>;
  stop(): Promise<void>;
}

const name = 'coordinator';

export async function startCoordinator(config: ProcessConfig, log: Log): Promise<RunningCoordinator> {
  const lock = await lockHost(config.cluster, CLUSTER);
  const incarnation = incarnationOf(Date.now() - performance.now(), process.pid);
  const nats = await connect({ ...config.nats, name, patienceMs: Number.POSITIVE_INFINITY, log });
  const notes = config.stateDirectory === undefined ? noNotes : foldNotesIn(config.stateDirectory, log);
  const journal = new UpToDateJournal(new JetStreamJournal(nats), log, notes);
  const images = await NatsImageStore.open(nats);
  // What an upload that died in the middle left behind; nobody uploads yet.
  await images.sweep();
  const secrets = await NatsSecretStore.open(nats, { keyFile: config.secretsKeyFile });
  const hosts = new Hosts(systemClock, config.hostAliveMs);
  const model = new ReadModel({ journal, log });
  let fleet: Fleet | null = null;
  let toSweep: ImageSweep | null = null;
  const stopBeats = watchBeats(nats, (report) => {
    fleet?.hear(report);
    model.hearHalts(report.host, report.halted ?? []);
    toSweep?.hear(report);
    // A host's first beat: its history needs a stream, which only the coordinator may make.
    if (hosts.hear(report)) {
      journal.provision(report.host).then(
        () => log.info({ host: report.host }, 'a host has joined'),
        (error: unknown) =>
          log.error({ host: report.host, error: String(error) }, 'the stream of a new host cannot be made'),
      );
    }
  });
  const send: SendToActor = (host, instance, request, patience) =>
    requestActor(nats, host, instance, request, patience);
  const ask = askHost(nats, hosts);
  const order: OrderHost = async (host, method, args, options) => {
    const reply = await requestHostOrder(nats, host, method, { ...args } as never, options);
    if (reply.kind === 'unreachable') throw new HostSilentError(host, reply.taken);
    if (reply.kind === 'error')
      throw new ChronovirtError(reply.code, reply.message, reply.retry === undefined ? {} : { retry: reply.retry });
    return (reply.value ?? {}) as Record<string, unknown>;
  };
  let giveUp: (why: string) => void = () => {};
  const over = new Promise<string>((resolve) => (giveUp = resolve));
  const cluster = new Cluster({
    journal,
    model,
    hosts,
    send,
    ask,
    proofOf: (host): object | null => made.proofOf(host),
    storageOf: (host): string | null => made.storageOf(host),
    incarnation,
    clock: systemClock,
    log,
    onSuperseded: (why) => giveUp(why),
  });
  const made = new Fleet({
    spine: cluster.spine,
    journal,
    model,
    clock: systemClock,
    log,
    incarnation,
    config: config.fleet,
    order,
    send: (command, seenOn) => cluster.send(command, seenOn),
    placement: (spec, not) => cluster.placement(spec, not),
    methods: (host) => new Set(hosts.all().find(({ report }) => report.host === host)?.report.implements),
  });
  hosts.closedBy((host) => made.whyClosed(host));
  await journal.provision(CLUSTER);
  const sweep = new ImageSweep({
    model,
    journal,
    store: images,
    hosts: () => hosts.all().flatMap(({ report, alive }) => (alive ? [report.host] : [])),
    onHost: (host) => imagesOnHost(host, ask, order),
    clock: systemClock,
    log,
  });
  await model.start();
  await cluster.start();
  const stopForgetting = forgetSecrets({ model, journal, secrets, log });
  made.start();
  fleet = made;
  sweep.start();
  toSweep = sweep;
  const server = await serveHttp({
    config: config.api,
    tokenFile: config.tokenFile,
    model,
    commands: cluster,
    journal,
    hosts: () => hosts.all(),
    proofOf: (host): object | null => made.proofOf(host),
    fleet: made,
    queries: {
      query: (host, method, args) => ask(host, method, args, { patienceMs: 5_000, signal: AbortSignal.timeout(6_000) }),
    },
    images,
    secrets,
    clock: systemClock,
    log,
  });
  return {
    address: server.address,
    over,
    async stop() {
      await server.close();
      stopBeats();
      stopForgetting();
      sweep.stop();
      made.stop();
      model.close();
      await cluster.stop();
      await journal.close();
      await nats.close();
      await lock.release();
    },
  };
}
