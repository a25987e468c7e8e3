/** What is killed or cut in the middle of an operation. What dies is started again by the lab after two seconds. */
import { setTimeout as delay } from 'node:timers/promises';
import type { LabHost } from '../lab/lab-host.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import type { Route } from './operation.ts';

/** How long what was killed stays away. */
export const AWAY_MS = 2_000;
/** How long the hosts do not reach each other. */
export const CUT_MS = 5_000;

/** `healed` resolves when what the fault itself has to undo is undone. */
export interface Struck {
  readonly healed: Promise<void>;
}

export interface Fault {
  readonly name: string;
  /** The host whose part it is; null = it belongs to none. */
  readonly at: 'source' | 'destination' | null;
  /** The guest itself is killed: it may end off. */
  readonly killsGuest: boolean;
  /** Null: there is nothing to kill just now. */
  strike(route: Route): Promise<Struck | null>;
}

const healed: Struck = { healed: Promise.resolve() };

async function killPart(system: LabSystem, name: string): Promise<Struck | null> {
  return system.parts.kill(name).then(
    () => healed,
    () => null,
  );
}

function killQemu({ host }: LabHost, { uuid }: Route): Struck | null {
  if (!host.isOn) return null;
  const pid = [...host.guestPids()].find(([domain]) => domain.includes(uuid))?.[1];
  if (pid === undefined) return null;
  process.kill(pid, 'SIGKILL');
  return healed;
}

async function killLibvirtd({ host }: LabHost): Promise<Struck | null> {
  if (!host.isOn || host.pid === undefined) return null;
  await host.kill('SIGKILL');
  return healed;
}

/** A part of each host. */
function ofBoth(
  what: string,
  killsGuest: boolean,
  strike: (host: LabHost, route: Route) => Promise<Struck | null> | Struck | null,
): Fault[] {
  return (['source', 'destination'] as const).map((at) => ({
    name: `kill ${at} ${what}`,
    at,
    killsGuest,
    strike: async (route) => strike(route[at], route),
  }));
}

export const faults: readonly Fault[] = [
  ...ofBoth('agent', false, ({ name }, { system }) => killPart(system, `agent-${name}`)),
  {
    name: 'kill coordinator',
    at: null,
    killsGuest: false,
    strike: ({ system }) => killPart(system, 'coordinator'),
  },
  ...ofBoth('libvirtd', false, killLibvirtd),
  ...ofBoth('QEMU', true, killQemu),
  { name: 'kill nats-server', at: null, killsGuest: false, strike: ({ system }) => killPart(system, 'nats') },
  {
    name: 'cut network',
    at: 'destination',
    killsGuest: false,
    strike: async ({ system: { two } }) => {
      await two.cutNetwork();
      return { healed: delay(CUT_MS).then(() => two.healNetwork()) };
    },
  },
];
