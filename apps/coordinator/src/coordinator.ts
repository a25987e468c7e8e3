/** The coordinator, put together: lock, journal, read model, spine, HTTP API. */
import { ChronovirtError, CLUSTER, incarnationOf } from '@chronovirt/contract';
import {
  connect,
  JetStreamJournal,
  NatsImageStore,
  NatsSecretStore,
  requestActor,
  requestQuery,
  watchBeats,
} from '@chronovirt/nats-adapter';
import { lockHost, systemClock, type Log } from '@chronovirt/runtime';
import { Cluster } from './cluster/cluster.ts';
import type { SendToActor } from './cluster/cluster-executor.ts';
import type { AskHost } from './cluster/moves/index.ts';
import { Hosts } from './cluster/hosts.ts';
import type { ProcessConfig } from './config/process-config.ts';
import { serveHttp } from './http/index.ts';
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
  const { servers, nkeySeedFile } = config.nats;
  const nats = await connect({
    servers,
    ...(nkeySeedFile && { nkeySeedFile }),
    name,
    patienceMs: Number.POSITIVE_INFINITY,
    log,
  });
  const journal = new JetStreamJournal(nats);
  const images = await NatsImageStore.open(nats);
  // What an upload that died in the middle left behind; nobody uploads yet.
  await images.sweep();
  const secrets = await NatsSecretStore.open(nats, { keyFile: config.secretsKeyFile });
  const hosts = new Hosts(systemClock, config.hostAliveMs);
  const stopBeats = watchBeats(nats, (report) => {
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
  const ask: AskHost = async (host, method, args, patience) => {
    const reply = await requestQuery(nats, host, method, args as never, patience);
    if (reply.kind === 'result') return reply.value;
    if (reply.kind === 'unreachable')
      throw new ChronovirtError('HOST_UNREACHABLE', `host ${host} does not answer`, { retry: 'later' });
    throw new ChronovirtError(reply.code, reply.message);
  };
  const model = new ReadModel({ journal, log });
  let giveUp: (why: string) => void = () => {};
  const over = new Promise<string>((resolve) => (giveUp = resolve));
  const cluster = new Cluster({
    journal,
    model,
    hosts,
    send,
    ask,
    proofOf: () => null,
    incarnation,
    clock: systemClock,
    log,
    onSuperseded: (why) => giveUp(why),
  });
  await journal.provision(CLUSTER);
  await model.start();
  await cluster.start();
  const server = await serveHttp({
    config: config.api,
    tokenFile: config.tokenFile,
    model,
    commands: { send: (command, host) => cluster.send(command, host) },
    journal,
    hosts: () => hosts.all(),
    proofOf: () => null,
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
      model.close();
      await cluster.stop();
      await journal.close();
      await nats.close();
      await lock.release();
    },
  };
}
