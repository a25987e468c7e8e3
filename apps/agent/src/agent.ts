/**
 * The agent of one host, put together: lock, journal, driver, runtime, then what others may ask of it. Ends without touching a guest;
 * guests are never touched by an agent's restart either.
 */
import { incarnationOf, type Incarnation } from '@chronovirt/contract';
import {
  connect,
  JetStreamJournal,
  NatsImageStore,
  NatsSecretStore,
  serveActors,
  serveHostOrders,
  serveQueries,
} from '@chronovirt/nats-adapter';
import { policyOf } from '@chronovirt/machines';
import type { PeerService } from '@chronovirt/peer';
import {
  defaultRuntimePolicy,
  DriverExecutor,
  foldNotesIn,
  Host,
  lockHost,
  noNotes,
  UpToDateJournal,
  type Log,
} from '@chronovirt/runtime';
import { beat } from './beat.ts';
import { recordBoot } from './boot-record.ts';
import type { AgentConfig } from './config.ts';
import { makeDriver } from './driver.ts';
import { HostOrders } from './host-orders.ts';
import { manageImageCache } from './image-cache.ts';
import { servePeers } from './peer.ts';
import { Queries } from './queries.ts';
import { KeeperLink } from './watchdog/keeper-link.ts';

export interface RunningAgent {
  readonly host: Host;
  /** Resolves when every history was read, the commands of all instances are taken, and other agents are served. */
  readonly recovered: Promise<void>;
  /** Resolves with the reason when this process may not go on (a newer one has taken over, the connection was closed for good). */
  readonly over: Promise<string>;
  stop(): Promise<void>;
}

/** `make`: where the driver comes from; the one that the configuration names, unless whoever embeds an agent has another. */
export async function startAgent(
  config: AgentConfig,
  log: Log,
  make: typeof makeDriver = makeDriver,
): Promise<RunningAgent> {
  const lock = await lockHost(config.cluster, config.host);
  const incarnation = incarnationOf(Date.now() - performance.now(), process.pid);
  const nats = await connect({
    ...config.nats,
    name: `agent-${config.host}`,
    patienceMs: Number.POSITIVE_INFINITY,
    log,
  });
  const stored = new JetStreamJournal(nats);
  // What is simulated ends with this process, and with it what could be known of it.
  const notes = config.driver.kind === 'libvirt' ? foldNotesIn(config.driver.instancesDirectory, log) : noNotes;
  const journal = new UpToDateJournal(stored, log, notes);
  const images = await NatsImageStore.open(nats);
  const secrets = await NatsSecretStore.open(nats, { keyFile: config.secretsKeyFile });
  // Before anything is done on this host: an agent that comes after is to know.
  const boot = recordBoot(config, incarnation);
  const driver = await make(config, images, log, {
    put: (image, content, signal) =>
      images.put({ ...image, uploaded: Date.now(), by: `agent-${config.host}` }, content, signal),
  });
  await driver.driver.initHost?.({ host: config.host }, hostContext(incarnation));
  let giveUp: (why: string) => void = () => {};
  const over = new Promise<string>((resolve) => (giveUp = resolve));
  const keeper =
    config.watchdog === undefined
      ? null
      : new KeeperLink({
          ...config.watchdog,
          host: config.host,
          incarnation,
          log,
          atLeastMs: defaultRuntimePolicy.leaseMs,
        });
  const executor = new DriverExecutor({ driver: driver.driver, host: driver.driver, secrets, images: driver.images });
  const host = new Host({
    host: config.host,
    incarnation,
    journal,
    executor,
    chartPolicy: policyOf(config.policy),
    boot: boot.id,
    log,
    underTerm: true,
    onConfirmed: (monotonicMs) => keeper?.confirmed(monotonicMs),
    onSuperseded: (message) => giveUp(`a newer agent of this host has taken over (${message.incarnation})`),
    onStored: (seq, { instance, command, events, state }) =>
      log.info(
        { instance, command, seq, op: state.actor.op, events: events.map(({ type }) => type), to: state.value },
        'turn stored',
      ),
  });
  const beats = beat({ config, incarnation, nats, host, driver, executor, boot, keeper, log });
  let peers: PeerService | null = null;
  let endCaching = (): void => {};
  let stopped = false;
  const recovered = untilThereIsAStream(stored, config.host, log)
    .then(() => host.start())
    // Its term, and what storage it shares, are known before anybody counts on this host: should it be lost at once, nobody can ask it.
    .then(() => beats.now())
    .then(() => log.info({ instances: [...host.instances()].length }, 'recovered'))
    .then(async () => {
      const service = await servePeers(config, host, driver.files, log);
      if (stopped) return await service?.stop();
      peers = service;
      const { intervalMs } = config.imageCache;
      endCaching = manageImageCache({ host, driver: driver.driver, incarnation, intervalMs, log });
    });
  const actors = serveActors(nats, config.host, (instance, request) =>
    request.kind === 'command' ? host.command(request.command) : host.link(instance, request.link),
  );
  const queries = new Queries(host, driver, incarnation);
  const served = serveQueries(nats, config.host, (method, args, context) => queries.handle(method, args, context));
  const orders = new HostOrders(host, driver, incarnation);
  const ordered = serveHostOrders(nats, config.host, (method, args, deadlineMs) =>
    orders.handle(method, args, deadlineMs),
  );
  recovered.catch((error: unknown) =>
    giveUp(`the start failed: ${error instanceof Error ? error.message : String(error)}`),
  );

  const stop = async (): Promise<void> => {
    stopped = true;
    beats.stop();
    endCaching();
    await peers?.stop();
    await actors.stop();
    await served.stop();
    await ordered.stop();
    await host.stop();
    keeper?.close();
    await driver.driver.close();
    await journal.close();
    await nats.close();
    await lock.release();
  };
  return { host, recovered, over, stop };
}

/** Streams are the coordinator's to make: it does so when it hears the first beat of a host. Only asked for here: trying would be refused. */
async function untilThereIsAStream(journal: JetStreamJournal, host: string, log: Log): Promise<void> {
  for (let tries = 0; !(await journal.isProvisioned(host)); tries++) {
    if (tries % 50 === 0) log.info({}, 'waiting for the coordinator to make the stream of this host');
    await new Promise<void>((resolve) => setTimeout(resolve, 200));
  }
}

/** `initHost` is about the host and no instance: nothing revokes it, and it has a minute. */
function hostContext(incarnation: Incarnation) {
  const controller = new AbortController();
  const ends = performance.now() + 60_000;
  return {
    incarnation,
    permit: { signal: controller.signal, check: () => controller.signal.throwIfAborted() },
    remainingMs: () => Math.max(0, ends - performance.now()),
    progress: () => {},
  };
}
