/** What this host reports of itself, again and again. */
import { cpus } from 'node:os';
import {
  MAX_HALTS_TOLD,
  type HaltReport,
  type HostFacts,
  type HostReport,
  type Incarnation,
} from '@chronovirt/contract';
import { publishBeat, type NatsConnection } from '@chronovirt/nats-adapter';
import { systemClock, type EffectExecutor, type Host, type Log } from '@chronovirt/runtime';
import type { Boot } from './boot-record.ts';
import type { AgentConfig } from './config.ts';
import type { HostDriver } from './driver.ts';
import type { KeeperLink } from './watchdog/keeper-link.ts';

export interface BeatOptions {
  readonly config: AgentConfig;
  readonly incarnation: Incarnation;
  readonly nats: NatsConnection;
  readonly host: Host;
  readonly driver: HostDriver;
  readonly executor: Pick<EffectExecutor, 'implements'>;
  readonly boot: Boot;
  readonly keeper: KeeperLink | null;
  readonly log: Log;
}

export interface Beats {
  /** A report out of turn, where there is something to tell: for news that others may rest on before the next one. */
  now(): void;
  stop(): void;
}

/** Reports until it is stopped. A hypervisor that does not answer is reported as such, with what was known of it. */
export function beat(options: BeatOptions): Beats {
  const { config, nats, driver, log } = options;
  let stopped = false;
  let cancel = (): void => {};
  let known: HostFacts | null = null;
  let silent: string | null = null;
  const report = (): void => {
    if (known !== null && !stopped) publishBeat(nats, reportOf(options, known, silent));
  };
  const once = async (): Promise<void> => {
    try {
      known = await driver.driver.facts({ signal: AbortSignal.timeout(5_000), deadlineMs: 5_000 });
      silent = null;
    } catch (error) {
      silent = error instanceof Error ? error.message : String(error);
      log.warn({ error: silent }, 'the hypervisor does not answer');
    }
    report();
    if (!stopped) cancel = systemClock.after(config.beatMs, () => void once());
  };
  void once();
  return {
    now: report,
    stop() {
      stopped = true;
      cancel();
    },
  };
}

function reportOf(options: BeatOptions, facts: HostFacts, silent: string | null): HostReport {
  const { config, incarnation, host, boot, keeper, executor } = options;
  const { driver } = options.driver;
  return {
    ...facts,
    vcpus: facts.vcpus || cpus().length,
    host: config.host,
    incarnation,
    bootId: boot.id,
    firstOfBoot: boot.isFirst,
    at: systemClock.now(),
    enabled: true,
    instances: [...host.instances()].length,
    implements: implementedBy(driver, executor),
    waitingFor: driver.waitingFor() ?? (silent === null ? null : 'the hypervisor does not answer'),
    ...(host.standing === null ? {} : { standing: host.standing }),
    ...(keeper === null || keeper.armed === null ? {} : { watchdog: keeper.armed }),
    ...(config.peer === undefined ? {} : { peer: { address: config.peer.address, port: config.peer.port } }),
    ...haltsOf(host),
    ...reachedBy(config),
  };
}

/** Only these reports tell of an instance that this process gave up on: nothing of that is stored. */
export function haltsOf(host: Pick<Host, 'instances'>): Pick<HostReport, 'halted'> {
  const halted: HaltReport[] = [];
  for (const { instance, halt } of host.instances()) {
    if (halt === null || halted.length === MAX_HALTS_TOLD) continue;
    halted.push({ instance, code: halt.code.slice(0, 64), message: halt.message.slice(0, 300), seq: halt.seq });
  }
  return halted.length === 0 ? {} : { halted };
}

/** The driver's methods, and what the agent does for it besides: an order is judged by the same ones here and where it is explained. */
export function implementedBy(driver: object, executor: Pick<EffectExecutor, 'implements'>): string[] {
  const names = Object.keys(driver).concat(Object.getOwnPropertyNames(Object.getPrototypeOf(driver)));
  const methods = names.filter((name) => typeof driver[name as keyof typeof driver] === 'function');
  return [...new Set([...methods, ...executor.implements])];
}

/** What moves need to know of a host; one that is known by a loopback address alone takes no part in them. */
function reachedBy({ driver }: AgentConfig): Pick<HostReport, 'address' | 'sharedStorage'> {
  if (driver.kind !== 'libvirt' || /^(?:127\.|::1$|localhost$)/.test(driver.address)) return {};
  const { address, sharedStorage } = driver;
  return { address, ...(sharedStorage === undefined ? {} : { sharedStorage }) };
}
