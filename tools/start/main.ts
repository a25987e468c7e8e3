/** The whole system on this machine, from the first process to the last line; see `options.ts` for what can be asked. */
import { lockProcess } from '@chronovirt/runtime';
import type { HistoryEntry } from '../../apps/cli/src/api/types.ts';
import { historyTable } from '../../apps/cli/src/history/history-table.ts';
import { rowsOf } from '../../apps/cli/src/history/rows.ts';
import { paint } from '../../apps/cli/src/output/colour.ts';
import { stateDir } from '../setup/places.mjs';
import type { InstanceView, Turn } from './api.ts';
import { Demonstration, NAME } from './demonstration.ts';
import { leftovers } from './leftovers.ts';
import { LiveView } from './live-view.ts';
import { readOptions, type StartOptions } from './options.mjs';
import { checkPort } from './port-check.ts';
import { stopInstances } from './stop-instances.ts';
import { startSystem, type System } from './system.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

// A Ctrl-C at `npm start | tee log` ends tee first. What runs here is ended in order all the same, with nobody to hear of it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  const lock = await lockProcess(`start${stateDir()}`, `Chronovirt runs already from ${stateDir()}`);
  await checkPort(options.apiPort);
  const asked = firstSignal();
  const system = await startSystem(options, say);
  const view = new LiveView(system.api, say);
  let code = 0;
  try {
    await view.start();
    const work = options.once ? demonstrate(system, view, options) : serve(system, view, options, asked);
    code = await Promise.race([
      work,
      system.broken.then((why) => fail(why)),
      ...(options.once ? [asked.then(() => fail('stopped before its end'))] : []),
    ]);
  } catch (error) {
    code = fail(error instanceof Error ? error.message : String(error));
  }
  // Guests are told to shut down in every case; ending the hypervisor under them would pull their plugs.
  await stopInstances(system.api, view, say).catch((error: unknown) =>
    say(`  the instances could not be stopped: ${String(error)}`),
  );
  await view.stop();
  const pids = system.pids();
  await system.stop(say);
  await lock.release();
  const alive = pids.filter((pid) => isAlive(pid));
  if (alive.length > 0) code = fail(`these processes did not end: ${alive.join(', ')}`);
  say(code === 0 ? '\nEverything that was started has ended.' : '\nEnded with an error.');
  return code;
}

/** The demonstration to its end: the life of one instance, its history, and the proof that nothing is left of it. */
/** As `chronovirt history` prints it. */
const pageOf = (turns: readonly Turn[]): string =>
  historyTable(
    rowsOf(turns as readonly HistoryEntry[]),
    process.stdout.isTTY ? process.stdout.columns : null,
    paint(false),
  ).join('\n');

async function demonstrate(system: System, view: LiveView, options: StartOptions): Promise<number> {
  const demonstration = new Demonstration(system, view, say);
  const booted = await demonstration.boot(options.simulated);
  if (booted.state !== 'running')
    return fail(`instance ${NAME} is ${booted.state}: ${booted.failure?.message ?? booted.awaiting ?? ''}`);
  for (const name of ['pause', 'unpause', 'reboot', 'delete']) {
    say(`\n${name}:`);
    await demonstration.order(name);
  }
  const turns = await history(system, booted.uuid);
  say(`\nThe history of ${NAME} (${booted.uuid}):\n\n${pageOf(turns)}\n`);
  const unexplained = turns.filter(({ message }) => message.command === null && message.cause === null);
  if (unexplained.length > 0) return fail(`${unexplained.length} transitions have neither a command nor a cause`);
  const left = leftovers(system);
  if (left.length > 0) return fail(`this is left of instances that are deleted: ${left.join('; ')}`);
  say('No domain, disk, interface or process of the instance is left.');
  return 0;
}

/** Boots the demonstration, then stays up until Ctrl-C, which stops the instances. */
async function serve(
  system: System,
  view: LiveView,
  options: StartOptions,
  asked: Promise<NodeJS.Signals>,
): Promise<number> {
  const { instances } = await system.api.get<{ instances: InstanceView[] }>('/v1/instances');
  if (instances.length > 0)
    say(
      `\nInstances of earlier starts:\n${instances.map(({ name, state }) => `  ${name.padEnd(20)} ${state}`).join('\n')}`,
    );
  const demonstration = new Demonstration(system, view, say);
  const booted = await demonstration.boot(options.simulated);
  say(`\nThe history of ${NAME}:\n\n${pageOf(await history(system, booted.uuid))}\n`);
  if (booted.state === 'failed') say(`Instance ${NAME} failed: ${booted.failure?.message ?? ''}\n`);
  say(`The API is at ${system.address} (token in ${stateDir()}/api-token). From another terminal, try:

  npx chronovirt list
  npx chronovirt history ${NAME}
  npx chronovirt reboot ${NAME}
  npx chronovirt console-log ${NAME}
  npx chronovirt explain ${NAME} resume

Ctrl-C stops the instances and ends everything; the next start goes on from there.`);
  await asked;
  return 0;
}

async function history(system: System, instance: string): Promise<Turn[]> {
  return (await system.api.get<{ entries: Turn[] }>(`/v1/instances/${instance}/history`)).entries;
}

function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve(signal));
  });
}

function fail(why: string): number {
  process.stderr.write(`\n${why}\n`);
  return 1;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(fail(error instanceof Error ? error.message : String(error))),
);
