/** What a story of the lab is told with: the command line as a person uses it, the guest's counter, what the hypervisors really run. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { guestCount, guestReady, until, type GuestReady } from '@chronovirt/testing/lab';
import { guestImage } from '../guest-image/build.mjs';
import { checkout, stateDir } from '../setup/places.mjs';
import { pinnedNode } from '../setup/setup.mjs';
import type { Turn } from '../start/api.ts';
import type { LabHost } from './lab-host.ts';
import type { LabSystem } from './lab-system.ts';

/** Refused by a guard: what the command line's exit code says. */
const REFUSED = 4;
const PATIENCE_MS = 180_000;

/** The story did not go as told: what was expected and what was there instead. */
export class StoryBroken extends Error {
  readonly code = 'LAB_STORY_BROKEN';
}

export class Story {
  readonly system: LabSystem;
  readonly say: (line: string) => void;

  constructor(system: LabSystem, say: (line: string) => void) {
    this.system = system;
    this.say = say;
  }

  /** Runs `chronovirt` with these words, as from another terminal, and shows both; it must succeed. */
  async chronovirt(...words: string[]): Promise<string> {
    const { code, output } = await this.#run(words);
    if (code !== 0) throw new StoryBroken(`"chronovirt ${words.join(' ')}" ended with exit code ${code}`);
    return output;
  }

  /** The same for what has to be refused. */
  async refused(...words: string[]): Promise<string> {
    const { code, output } = await this.#run(words);
    if (code !== REFUSED)
      throw new StoryBroken(`"chronovirt ${words.join(' ')}" was to be refused (${REFUSED}); its exit code is ${code}`);
    return output;
  }

  /** Creates a guest that counts on its console, and waits until it does. */
  async createCounter(name: string, host: LabHost): Promise<void> {
    const script = join(stateDir(), 'count.sh');
    writeFileSync(script, '#!/bin/sh\nlab-count\n');
    const { disk } = await guestImage((line) => this.say(`    ${line}`));
    const size = ['--flavor', 'nano'];
    await this.chronovirt('create', name, '--image', disk, ...size, '--user-data', script, '--host', host.name);
    const { ip } = await this.ready(name);
    await this.counts(name, 0);
    this.say(`  its console: it has booted and counts; its address is ${ip ?? 'unknown'}`);
  }

  /** Waits for the guest's own word that it is up, of the boot with this number if one is given. */
  ready(name: string, boots = 1): Promise<GuestReady> {
    return until(
      async () => {
        const ready = guestReady(await this.#console(name));
        return ready !== undefined && ready.boots >= boots ? ready : null;
      },
      { what: `${name} says that it is up`, timeoutMs: PATIENCE_MS, everyMs: 200 },
    );
  }

  /** The counter as the console of the guest shows it now. */
  async count(name: string): Promise<number> {
    return guestCount(await this.#console(name));
  }

  /** Waits until the guest has counted further than that. */
  async counts(name: string, further: number): Promise<number> {
    return until(
      async () => {
        const count = await this.count(name);
        return count > further ? count : null;
      },
      { what: `${name} counts further than ${further}`, timeoutMs: 60_000, everyMs: 200 },
    );
  }

  /** Moves a running guest and shows that it went on counting: one second is one count, so a restart or a long halt would be seen. */
  async moveWhileCounting(name: string, to: LabHost, ...words: string[]): Promise<void> {
    const { boots } = await this.ready(name);
    const [before, began] = [await this.count(name), performance.now()];
    await this.chronovirt('live-migrate', name, '--host', to.name, ...words);
    const after = await this.counts(name, before);
    const seconds = (performance.now() - began) / 1000;
    const now = guestReady(await this.#console(name));
    if (now !== undefined && now.boots !== boots) throw new StoryBroken(`${name} has booted anew (boot ${now.boots})`);
    this.runsOnlyOn(name, to, await this.uuid(name));
    this.say(`  it counted from ${before} to ${after} in ${seconds.toFixed(1)} s, and runs on ${to.name} alone`);
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

  /** The guest's console; nothing while the host that has it is on its way. */
  #console(name: string): Promise<string> {
    return this.system.api.consoleLog(name).catch(() => '');
  }

  async #run(words: readonly string[]): Promise<{ code: number; output: string }> {
    this.say(`\n$ chronovirt ${words.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word)).join(' ')}`);
    const command = join(checkout, 'apps/cli/bin/chronovirt.mjs');
    const child = spawn(pinnedNode, [command, ...words], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CHRONOVIRT_API: this.system.address, CHRONOVIRT_TOKEN_FILE: this.system.tokenFile },
    });
    const [output, complaint, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number>((resolve, reject) =>
        child.once('error', reject).once('close', (exit) => resolve(exit ?? 255)),
      ),
    ]);
    for (const line of `${output}${complaint}`.trimEnd().split('\n')) this.say(`  ${line}`);
    return { code, output: output + complaint };
  }
}
