/**
 * The agent's process of a restart: `node agent-with-guests.ts CONFIG GUESTS`. All of it is the product's own but the hypervisor: a
 * simulated host that lives in this process and would begin empty. So the guests of a list are shown as running in every look, and
 * each is put into the simulated host as soon as something is done with it.
 */
import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { domainNameOf, type InstanceUuid, type Observation } from '@chronovirt/contract';
import { FakeDriver, SimulatedHost } from '@chronovirt/fake-driver';
import { readConfigFile, systemClock } from '@chronovirt/runtime';
import { pino } from 'pino';
import { startAgent } from '../../../apps/agent/src/agent.ts';
import { agentConfig } from '../../../apps/agent/src/config.ts';
import type { HostDriver } from '../../../apps/agent/src/driver.ts';

const [configFile = '', guestsFile = ''] = process.argv.slice(2);
const config = readConfigFile(agentConfig, configFile);
const log = pino({ level: config.log.level, base: { app: 'agent', host: config.host, pid: process.pid } });
const asleep = new Set(readFileSync(guestsFile, 'utf8').split('\n').filter(Boolean) as InstanceUuid[]);

/** While it is shut, no effect of pause or unpause begins to act. */
let gate = Promise.withResolvers<void>();
gate.resolve();

const asRunning: Observation = {
  domain: 'defined',
  power: 'on',
  reason: 'booted',
  busy: null,
  mark: null,
  definition: true,
  savedMemory: false,
  disks: [],
  leftovers: [],
};

function driverWithGuests(): HostDriver {
  const hardware = { vcpus: 100_000, memoryMiB: 2 ** 30, diskGiB: 2 ** 30 };
  const host = new SimulatedHost({ name: config.host, clock: systemClock, profile: 'instant', hardware });
  const driver = new FakeDriver(host, { log });
  const wake = (uuid: InstanceUuid): void => {
    if (!asleep.delete(uuid)) return;
    const domain = host.domain(uuid);
    const definition = { uuid, name: domainNameOf(uuid), memoryKiB: 131_072, vcpus: 1, ours: true, mark: null };
    domain.define({ ...definition, disks: [], interfaces: [] });
    domain.beginStart();
    domain.finishStart();
  };
  const { observe, observeAll, barrier, pause, unpause } = driver;
  const shown: Partial<FakeDriver> = {
    observe: async (uuid, context) => (asleep.has(uuid) ? asRunning : observe.call(driver, uuid, context)),
    observeAll: async (context) => {
      const all = new Map(await observeAll.call(driver, context));
      for (const uuid of asleep) all.set(uuid, asRunning);
      return all;
    },
    barrier: async (uuid, context) => {
      await gate.promise;
      wake(uuid);
      await barrier.call(driver, uuid, context);
    },
    pause: async (args, context) => {
      await gate.promise;
      wake(context.instance);
      await pause.call(driver, args, context);
    },
    unpause: async (args, context) => {
      await gate.promise;
      wake(context.instance);
      await unpause.call(driver, args, context);
    },
  };
  return { driver: Object.assign(driver, shown), addresses: async () => [], images: driver.images };
}

const asked: Record<string, () => unknown> = {
  shut: () => (gate = Promise.withResolvers<void>()) && null,
  open: () => gate.resolve(),
  /** Instances with an effect under way or waiting. */
  due: () => [...agent.host.instances()].filter(({ state }) => (state?.actor.due.length ?? 0) > 0).length,
  paused: () => [...agent.host.instances()].filter(({ state }) => state?.value === 'paused').length,
  /** Bytes in use after everything that can go is gone; the list of guests is none of the agent's. */
  heap: () => {
    asleep.clear();
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  },
};
process.on('message', ({ ask }: { ask: string }) => process.send?.({ answer: asked[ask]?.() ?? null }));

const agent = await startAgent(config, log, async () => driverWithGuests());
await Promise.race([agent.recovered, agent.over]);
process.send?.({ ready: true });
flushCompileCache();
agent.over.then((why) => {
  log.error({ why }, 'agent ends');
  process.exit(1);
});
process.once('SIGTERM', () => void agent.stop().then(() => process.exit(0)));
