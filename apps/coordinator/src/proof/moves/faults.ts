/** What may go wrong at each point of a move. */
import { comesBack } from './operations.ts';
import { DESTINATION, SOURCE, type Fault, type MoveRun } from './run.ts';

/** For so long something is away, in virtual milliseconds: shorter and longer than anybody's patience. */
const WHILE_MS = [700, 5_000, 45_000] as const;
const aWhile = (run: MoveRun): Promise<undefined> => run.pause(WHILE_MS[run.index % WHILE_MS.length] ?? 5_000);

const roleOf = { [SOURCE]: 'source', [DESTINATION]: 'destination' } as const;
type Side = keyof typeof roleOf;

const killAgent = (host: Side): Fault => ({
  name: `the ${roleOf[host]}'s agent is killed`,
  applies: (run) => run.world.agent(host) !== null,
  strike: (run) => run.world.killAgent(host),
  heal: async (run) => {
    await aWhile(run);
    await run.launchAgent(host);
  },
});

const killCoordinator: Fault = {
  name: 'the coordinator is killed',
  applies: () => true,
  strike: (run) => run.killCoordinator(),
  heal: async (run) => {
    await aWhile(run);
    await run.launchCoordinator();
  },
};

const losePower = (run: MoveRun, host: Side): void => {
  run.lostPower.add(host);
  run.world.losePower(host);
};

const powerComesBack = (host: Side): Fault => ({
  name: `the ${roleOf[host]} loses power and boots`,
  applies: (run) => run.world.sim(host).powered,
  strike: (run) => losePower(run, host),
  heal: async (run) => {
    await aWhile(run);
    await comesBack(run, host);
  },
});

/** It stays down: a person says so, and evacuates what it holds once nothing else is under way. */
const powerStaysAway = (host: Side): Fault => ({
  name: `the ${roleOf[host]} loses power, is proved to be down and evacuated`,
  applies: (run) => run.world.sim(host).powered,
  strike: (run) => losePower(run, host),
  heal: async (run) => {
    await run.pause(20_000);
    run.world.proofs.set(host, { kind: 'operator', name: 'grace' });
    for (let tries = 0; tries < 60; tries += 1) {
      await run.pause(10_000);
      if (run.owner === host) await run.order('evacuate', { fromImage: run.world.site.storage === 'separate' });
      else if (run.world.isAtRest(run.uuid)) break;
    }
    await comesBack(run, host);
  },
});

const loseDaemon = (host: Side): Fault => ({
  name: `libvirtd of the ${roleOf[host]} is away for a while`,
  applies: (run) => run.world.sim(host).daemonUp,
  strike: (run) => run.world.sim(host).stopDaemon(),
  heal: async (run) => {
    await aWhile(run);
    run.world.sim(host).startDaemon();
  },
});

const cutNetwork: Fault = {
  name: 'the network between the hosts is cut for a while',
  applies: () => true,
  strike: (run) => run.world.site.cut(SOURCE, DESTINATION),
  heal: async (run) => {
    await aWhile(run);
    run.world.site.heal(SOURCE, DESTINATION);
  },
};

const loseJournal: Fault = {
  name: 'the journal is away for a while',
  applies: () => true,
  strike: (run) => {
    for (const { journal } of run.world.processes()) journal.cut();
  },
  heal: async (run) => {
    await aWhile(run);
    for (const { journal } of run.world.processes()) journal.heal();
  },
};

/** Neither journal nor orders: its own connection to the cluster is broken. */
const cutOff = (host: Side): Fault => ({
  name: `the ${roleOf[host]}'s agent is cut off from the cluster for a while`,
  applies: (run) => run.world.agent(host) !== null,
  strike: (run) => {
    run.world.cutOff.add(host);
    run.world.agent(host)?.journal.cut();
  },
  heal: async (run) => {
    await aWhile(run);
    run.world.cutOff.delete(host);
    run.world.agent(host)?.journal.heal();
  },
});

const loseOrders = (host: Side): Fault => ({
  name: `no order reaches the ${roleOf[host]}'s agent for a while, and its journal goes on`,
  applies: (run) => run.world.agent(host) !== null,
  strike: (run) => void run.world.cutOff.add(host),
  heal: async (run) => {
    await aWhile(run);
    run.world.cutOff.delete(host);
  },
});

const freezeAgent = (host: Side): Fault => ({
  name: `the ${roleOf[host]}'s agent is frozen for a while`,
  applies: (run) => run.world.agent(host) !== null,
  strike: (run) => run.world.freezeAgent(host),
  heal: async (run) => {
    await aWhile(run);
    run.world.thawAgent(host);
  },
});

const freezeCoordinator: Fault = {
  name: 'the coordinator is frozen for a while',
  applies: () => true,
  strike: (run) => run.coordinator?.fate.freeze(),
  heal: async (run) => {
    await aWhile(run);
    run.coordinator?.fate.thaw();
  },
};

/** Two coordinators: the one that stood still knows nothing of the other. */
const replaceCoordinator: Fault = {
  name: 'the coordinator is frozen, another one takes over, and the first one goes on',
  applies: () => true,
  strike: (run) => run.coordinator?.fate.freeze(),
  heal: async (run) => {
    const old = run.coordinator;
    await aWhile(run);
    await run.launchCoordinator();
    await run.pause(2_000);
    old?.fate.thaw();
    await run.pause(60_000);
    if (old !== null) run.world.killCoordinator(old);
  },
};

const sides = [SOURCE, DESTINATION] as const;

export const faults: readonly Fault[] = [
  ...sides.map(killAgent),
  killCoordinator,
  ...sides.map(powerComesBack),
  ...sides.map(powerStaysAway),
  ...sides.map(loseDaemon),
  loseJournal,
  cutNetwork,
  ...sides.map(cutOff),
  ...sides.map(loseOrders),
  ...sides.map(freezeAgent),
  freezeCoordinator,
  replaceCoordinator,
];
