/** Two hosts and the whole system on this machine, from the first process to the last line; see `options.ts` for what can be asked. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockProcess } from '@chronovirt/runtime';
import { missingForTwoHosts } from '@chronovirt/testing/lab';
import { guestImage } from '../guest-image/build.mjs';
import { stateDir } from '../setup/places.mjs';
import { LiveView } from '../start/live-view.ts';
import { announceApi } from '../start/parts.ts';
import { sendOrder, takeOrders, type Carry } from './control-socket.ts';
import { demonstrate } from './demonstration.ts';
import { LabSystem, orderSocket } from './lab-system.ts';
import { readOptions, usage, type LabOptions } from './options.ts';
import { Story } from './story.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

// A Ctrl-C at `npm run lab | tee log` ends tee first. The lab is taken down in order all the same, with nobody to hear of it.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
/** Of this checkout, where `npx chronovirt` looks for the API and other terminals for the lab. */
const home = stateDir();
const homeSocket = join(home, 'lab.sock');

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    say(usage);
    return 0;
  }
  if (options.order !== null) return order(options.order.name, options.order.target);
  const missing = missingForTwoHosts();
  if (missing.length > 0) return fail(`The lab cannot run here:\n${missing.map((line) => `  - ${line}`).join('\n')}`);
  const lock = options.once ? null : await lockProcess(`start${home}`, `Chronovirt runs already from ${home}`);
  const asked = firstSignal();
  // What is started below keeps its state there and nowhere else.
  const directory = mkdtempSync(join(tmpdir(), 'cv-lab-'));
  process.env['CHRONOVIRT_STATE'] = directory;
  let code = 1;
  try {
    code = await bringUp(options, asked);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  } finally {
    await lock?.release();
    const left = processesOf(directory);
    rmSync(directory, { recursive: true, force: true });
    if (left.length > 0) code = fail(`these processes did not end: ${left.join(', ')}`);
  }
  say(code === 0 ? '\nEverything that was started has ended, and nothing is left.' : '\nEnded with an error.');
  return code;
}

/** Orders that change nothing: the lab does not tell of them. */
const isQuestion: ReadonlySet<string> = new Set(['status', 'ping', 'libvirt']);

async function bringUp(options: LabOptions, asked: Promise<NodeJS.Signals>): Promise<number> {
  const began = performance.now();
  const system = await LabSystem.start(options, say);
  const story = new Story(system, say);
  const view = new LiveView(system.api, (line) => {
    if (!story.isAsking) say(line);
  });
  try {
    await view.start();
    const carry: Carry = async (name, target) => {
      const said = await system.carry(name, target);
      if (!isQuestion.has(name)) say(`  # ${said}`);
      return said;
    };
    // At one place for the programs that the coordinator runs, at another for people in this checkout.
    const sockets = options.once ? [orderSocket()] : [orderSocket(), homeSocket];
    for (const path of sockets) system.parts.ends('orders', await takeOrders(path, carry));
    say(`Up after ${((performance.now() - began) / 1000).toFixed(1)} s.`);
    const work = options.once ? demonstrate(story).then(() => 0) : serve(system, asked);
    return await Promise.race([
      work,
      system.parts.broken.then((why) => fail(why)),
      ...(options.once ? [asked.then(() => fail('stopped before its end'))] : []),
    ]);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  } finally {
    await view.stop();
    await system.stop(say);
  }
}

/** Stays up until Ctrl-C. */
async function serve(system: LabSystem, asked: Promise<NodeJS.Signals>): Promise<number> {
  announceApi(system.parts, home, { address: system.address, tokenFile: system.tokenFile });
  const { disk } = await guestImage((line) => say(`    ${line}`));
  say(`
${system.hosts.map(({ text }) => text).join('\n')}
Instances' files lie on ${system.storage === 'shared' ? 'storage that both hosts see' : 'storage of each host alone'}.
The API is at ${system.address}. From another terminal in this directory, try:

  npx chronovirt create web --image ${disk} --flavor nano --host host-a
  npx chronovirt console-log web
  npm run lab -- ping $(npx chronovirt ip web --wait)
  npx chronovirt live-migrate web --host host-b
  npx chronovirt resize web --flavor micro          then: npx chronovirt revert-resize web
  npm run lab -- off host-b                         pulls the plug; --help tells of more accidents
  npx chronovirt hosts fence host-b
  npx chronovirt evacuate web
  npm run lab -- on host-b
  npx chronovirt history web

Ctrl-C ends it all, guests included; nothing is kept.`);
  await asked;
  return 0;
}

/** An order to the lab that runs in another terminal. */
async function order(name: NonNullable<LabOptions['order']>['name'], target: string | null): Promise<number> {
  const said = await sendOrder(homeSocket, name, target);
  if (name !== 'ping') {
    say(said);
    return 0;
  }
  if (!/^[\d.]+$/.test(target ?? '')) return fail(`ping: expected an address like 10.77.12.34, not "${target}"`);
  const child = spawn('nsenter', [`--net=/proc/${said}/ns/net`, '--', 'ping', '-i', '0.2', target ?? ''], {
    stdio: 'inherit',
  });
  process.on('SIGINT', () => {}); // it is ping's, which tells its figures then
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', (code) => resolve(code ?? 1)));
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

/** Pids whose command line names the lab's directory. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
    } catch {
      return false; // it ended while the list was read
    }
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => process.exit(fail(error instanceof Error ? error.message : String(error))),
);
