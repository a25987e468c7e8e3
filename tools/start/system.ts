/**
 * The whole system on one machine, started in order and ended in reverse: NATS, hypervisor, coordinator, agent. What is written is in
 * the state directory alone, and a next start finds everything again.
 */
import { stateDir } from '../setup/places.mjs';
import { Api } from './api.ts';
import { findHypervisor, type Hypervisor } from './hypervisor.ts';
import type { StartOptions } from './options.mjs';
import { agentCommand, announceApi, Parts, startCoordinator, startNats, type Say } from './parts.ts';

export interface System {
  readonly api: Api;
  readonly address: string;
  readonly hypervisor: Hypervisor;
  readonly instancesDirectory: string;
  /** Resolves with the reason when a process keeps ending. */
  readonly broken: Promise<string>;
  /** Pids of the processes that were started here. */
  pids(): number[];
  stop(say: Say): Promise<void>;
}

export async function startSystem(options: StartOptions, say: Say): Promise<System> {
  const parts = new Parts(say);
  try {
    const nats = await startNats(parts, [options.host]);
    const instancesDirectory = stateDir('instances');
    const hypervisor = await parts.timed(
      'hypervisor',
      () => findHypervisor(options, { libvirt: stateDir('libvirt'), instances: instancesDirectory }, say),
      ({ text }) => text,
    );
    parts.ends('hypervisor', () => hypervisor.stop());
    const { address, tokenFile } = await startCoordinator(parts, nats, { api: { port: options.apiPort } });
    await parts.timed(
      'agent',
      () => parts.run('agent', agentCommand(nats, options.host, { driver: hypervisor.driver })).ready(120_000),
      () => `host ${options.host}`,
    );
    announceApi(parts, stateDir(), { address, tokenFile });
    return {
      api: new Api(address, tokenFile),
      address,
      hypervisor,
      instancesDirectory,
      broken: parts.broken,
      pids: () => parts.pids(),
      stop: (tell) => parts.stop(tell),
    };
  } catch (error) {
    await parts.stop();
    throw error;
  }
}
