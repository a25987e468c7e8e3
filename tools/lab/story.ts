/** What a story of the lab is told with: the command line as a person uses it, the guest's counter, what the hypervisors really run. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { guestReady, until } from '@chronovirt/testing/lab';
import { guestImage } from '../guest-image/build.mjs';
import { checkout, stateDir } from '../setup/places.mjs';
import { pinnedNode } from '../setup/setup.mjs';
import type { Turn } from '../start/api.ts';
import type { LabHost } from './lab-host.ts';
import type { LabSystem } from './lab-system.ts';
import { Pinger } from './pinger.ts';

/** Refused by a guard: what the command line's exit code says. */
const REFUSED = 4;
const PATIENCE_MS = 180_000;
/** No boot is quicker, no halt at the end of a move is longer. */
const BOOT_TAKES_MS = 5_000;

/** The story did not go as told: what was expected and what was there instead. */
export class StoryBroken extends Error {
  readonly code = 'LAB_STORY_BROKEN';
}

export class Story {
  readonly system: LabSystem;
  readonly say: (line: string) => void;
  readonly #addresses = new Map<string, string>();
  #isAsking = false;

  constructor(system: LabSystem, say: (line: string) => void) {
    this.system = system;
    this.say = say;
  }

  /** A command runs, which tells itself what happens. */
  get isAsking(): boolean {
    return this.#isAsking;
  }

  /** Runs `chronovirt` with these words, as from another terminal, and shows both; it must succeed. */
  chronovirt(...words: string[]): Promise<string> {
    return this.exits(0, ...words);
  }

  /** The same for what has to be refused. */
  refused(...words: string[]): Promise<string> {
    return this.exits(REFUSED, ...words);
  }

  /** The same for what has to end with an exit code. */
  async exits(wanted: number, ...words: string[]): Promise<string> {
    const { code, output } = await this.#run(words);
    if (code !== wanted)
      throw new StoryBroken(`"chronovirt ${words.join(' ')}" ended with exit code ${code}, not with ${wanted}`);
    return output;
  }

  /** Creates a guest that counts on its console, and waits until it does; `andAlso`: what else it runs. */
  async createCounter(name: string, host: LabHost, andAlso = ''): Promise<void> {
    const script = join(stateDir(), 'count.sh');
    writeFileSync(script, `#!/bin/sh\nlab-count\n${andAlso}`);
    const { disk } = await guestImage((line) => this.say(`    ${line}`));
    const began = Date.now();
    const size = ['--flavor', 'nano'];
    await this.chronovirt('create', name, '--image', disk, ...size, '--user-data', script, '--host', host.name);
    await this.bootedSince(name, began);
    const ip = await until(async () => guestReady(await this.system.api.consoleLog(name))?.ip, {
      what: `${name} says its address`,
      timeoutMs: PATIENCE_MS,
    });
    this.#addresses.set(name, ip);
    await this.tellsAddress(name);
  }

  /** `chronovirt ip` knows the address that the guest says it has, which libvirt did not give it here. */
  async tellsAddress(name: string): Promise<void> {
    const ip = this.#addresses.get(name) ?? '';
    const told = await this.chronovirt('ip', name);
    if (!told.split('\n').includes(ip)) throw new StoryBroken(`${name} has the address ${ip}, and ip told: ${told}`);
  }

  /** Waits until the guest, booted after that moment, counts: that it runs again was not only said. */
  async bootedSince(name: string, moment: number): Promise<void> {
    const life = await until(
      async () => {
        const seen = await this.#counting(name);
        return seen.bootedAt > moment ? seen : null;
      },
      { what: `${name} has booted anew and counts`, timeoutMs: PATIENCE_MS },
    );
    this.say(
      `  its console: booted ${((life.bootedAt - moment) / 1000).toFixed(1)} s after it was ordered, counts: ${life.count}`,
    );
  }

  /** Moves a running guest and shows on its console that it went on: one second is one count, and its boot lies as long ago as before. */
  async moveWhileCounting(name: string, to: LabHost): Promise<void> {
    const before = await this.#counting(name);
    const pinger = new Pinger(to.host.keeperPid, this.#addresses.get(name) ?? '');
    const began = performance.now();
    await this.chronovirt('live-migrate', name, '--host', to.name);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    this.runsOnlyOn(name, to, await this.uuid(name));
    const after = await this.#counting(name);
    const pings = await pinger.stop();
    if (after.count <= before.count || after.bootedAt > before.bootedAt + BOOT_TAKES_MS)
      throw new StoryBroken(
        `${name} counted to ${before.count} before the move and is at ${after.count} after it: it has booted anew`,
      );
    this.say(
      `  its console: counted ${before.count} before, ${after.count} after ${seconds} s of moving; it runs on ${to.name} alone`,
    );
    if (pings.longestGapMs === null) throw new StoryBroken(`${name} answered no ping`);
    await this.tellsAddress(name);
    this.say(
      `  its network: ${pings.answered} of ${pings.sent} pings answered, the longest silence was ${pings.longestGapMs} ms`,
    );
  }

  /** Waits until an instance would take a command; `why` tells a person what is waited for. */
  async takes(name: string, command: string, why: string): Promise<void> {
    const began = performance.now();
    const path = `/v1/instances/${encodeURIComponent(name)}/explain?command=${command}`;
    await until(async () => (await this.system.api.get<{ allowed: boolean }>(path)).allowed, {
      what: `${name}: ${why}`,
      timeoutMs: PATIENCE_MS,
      everyMs: 250,
    });
    this.say(`\n  after ${((performance.now() - began) / 1000).toFixed(1)} s ${why}`);
  }

  /** The next number that the guest counts to, and when it has booted by its own clock, which stands still whenever it does. */
  counted(name: string): Promise<{ readonly count: number; readonly bootedAt: number }> {
    return this.#counting(name);
  }

  /** The guest counts on in the same life; how long it has stood still since, in milliseconds, as far as its console tells. */
  async countsOn(name: string, before: { readonly count: number; readonly bootedAt: number }): Promise<number> {
    const after = await this.#counting(name);
    if (after.count <= before.count)
      throw new StoryBroken(`${name} had counted to ${before.count} and is at ${after.count}: it has booted anew`);
    const stoodStillMs = Math.max(0, Math.round(after.bootedAt - before.bootedAt));
    this.say(
      `  its console: counted ${before.count} before, ${after.count} now; it has stood still for ${(stoodStillMs / 1000).toFixed(1)} s`,
    );
    return stoodStillMs;
  }

  /** That the guest goes on counting. */
  async goesOn(name: string): Promise<void> {
    this.say(`  its console: counts on, ${(await this.#counting(name)).count}`);
  }

  /** What the hypervisors run, whatever the system says of it. */
  runsOnlyOn(name: string, where: LabHost, uuid: string): void {
    for (const { host } of this.system.hosts.filter((each) => each.host.isOn)) {
      const runs = [...host.guestPids().keys()].some((domain) => domain.includes(uuid));
      if (runs !== (host.name === where.name))
        throw new StoryBroken(`${name} ${runs ? 'runs' : 'does not run'} on ${host.name}; it belongs on ${where.name}`);
    }
  }

  async uuid(name: string): Promise<string> {
    const found = await this.system.api.find(name);
    if (found === null) throw new StoryBroken(`${name} is not known`);
    return found.uuid;
  }

  async history(uuid: string): Promise<Turn[]> {
    return (await this.system.api.get<{ entries: Turn[] }>(`/v1/instances/${uuid}/history`)).entries;
  }

  /** The next count that comes, and when the guest that says it has booted. */
  async #counting(name: string): Promise<{ count: number; bootedAt: number }> {
    const first = await this.#lastCount(name);
    return until(
      async () => {
        const last = await this.#lastCount(name);
        return last !== null && last.line !== first?.line
          ? { count: last.count, bootedAt: Date.now() - last.upSeconds * 1000 }
          : null;
      },
      { what: `${name} counts on`, timeoutMs: PATIENCE_MS, everyMs: 150 },
    );
  }

  /** Nothing while the host that has the console is on its way. */
  async #lastCount(name: string): Promise<{ line: string; count: number; upSeconds: number } | null> {
    const console = await this.system.api.consoleLog(name).catch(() => '');
    const last = [...console.matchAll(/^COUNT (\d+) ([\d.]+)\r?$/gm)].at(-1);
    return last === undefined ? null : { line: last[0], count: Number(last[1]), upSeconds: Number(last[2]) };
  }

  async #run(words: readonly string[]): Promise<{ code: number; output: string }> {
    this.say(`\n$ chronovirt ${words.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(' ')}`);
    this.#isAsking = true;
    const command = join(checkout, 'apps/cli/bin/chronovirt.mjs');
    const child = spawn(pinnedNode, [command, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        CHRONOVIRT_API: this.system.address,
        CHRONOVIRT_TOKEN_FILE: this.system.tokenFile,
        // It writes into a pipe, and a person reads it in a terminal, two columns in.
        ...(process.stdout.isTTY && { CHRONOVIRT_COLUMNS: String(process.stdout.columns - 2), NO_COLOR: '1' }),
      },
    });
    const [output, complaint, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number>((resolve, reject) =>
        child.once('error', reject).once('close', (exit) => resolve(exit ?? 255)),
      ),
    ]).finally(() => (this.#isAsking = false));
    for (const line of `${output}${complaint}`.trimEnd().split('\n')) this.say(`  ${line}`);
    return { code, output: output + complaint };
  }
}
