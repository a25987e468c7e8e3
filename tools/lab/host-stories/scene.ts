/** What the stories of lost and drained hosts are told with: guests that are watched on both hosts, and what is recorded of a host. */
import { readdirSync } from 'node:fs';
import { guestReady, until } from '@chronovirt/testing/lab';
import { Guest } from '../../matrix/guest.ts';
import { Hypervisors, SAMPLE_EVERY_MS } from '../../matrix/hypervisors.ts';
import type { LabHost } from '../lab-host.ts';
import type { LabSettings, LabSystem } from '../lab-system.ts';
import { leftOfInstances } from '../leftovers.ts';
import { Story, StoryBroken } from '../story.ts';

/** A story of hosts, told by itself on a lab of two. */
export interface HostStory extends LabSettings {
  readonly name: string;
  readonly watchdog: boolean;
  /** Guests move live in it: for moments there are two processes of one, of which one runs. */
  readonly movesLive?: boolean;
  /** Takes minutes: told only where all are. */
  readonly isLong?: boolean;
  tell(scene: Scene): Promise<void>;
}

/** As the API shows a host. */
interface HostShown {
  readonly alive: boolean;
  readonly report: { readonly bootId: string } | null;
  readonly proof: { readonly kind: string; readonly [field: string]: unknown } | null;
  readonly record: {
    readonly value: string;
    readonly parts: {
      readonly alarm: { readonly code: string } | null;
      readonly maintenance: { readonly value: string };
    };
  } | null;
}

/** What the watch of a guest has seen. */
interface Watched {
  readonly name: string;
  readonly samples: number;
  /** How often it ran on both hosts, or had a process on both. */
  readonly twice: number;
}
type Stop = () => Promise<Watched>;

/** A guest that the scene knows, whoever made it. */
type Known = Pick<Guest, 'uuid'>;
type Watchable = Pick<Guest, 'uuid' | 'limit' | 'delete'>;

const PATIENCE_MS = 180_000;
const FEW = 5;
const WRITES = '(while :; do yes abcdefg | head -c 8000000 > /run/fill; done) &\n';
let count = 0;

export class Scene {
  readonly system: LabSystem;
  readonly story: Story;
  readonly #movesLive: boolean;
  readonly #guests: { readonly name: string; readonly guest: Watchable; readonly stop: Stop }[] = [];

  constructor(system: LabSystem, say: (line: string) => void, { movesLive = false }: Pick<HostStory, 'movesLive'>) {
    this.system = system;
    this.story = new Story(system, say);
    this.#movesLive = movesLive;
  }

  get a(): LabHost {
    return this.system.a;
  }

  get b(): LabHost {
    return this.system.b;
  }

  /** A guest on host-a, watched from now on; booted unless only its domain matters. */
  async guest(what: string, { boots = true } = {}): Promise<{ name: string; guest: Guest }> {
    const name = `${what}-${process.pid}-${(count += 1)}`;
    this.story.say(`\n# a guest on ${this.a.name}: ${name}`);
    const guest = await Guest.create(this.system, this.a, name, boots);
    guest.limit(PATIENCE_MS);
    this.#guests.push({ name, guest, stop: this.#watch(guest.uuid, name) });
    return { name, guest };
  }

  /** One that counts on its console, made by the command line; `writes`: it writes more than a slow copy can follow. */
  async counter(what: string, { writes = false } = {}): Promise<{ name: string; uuid: string }> {
    const name = `${what}-${process.pid}-${(count += 1)}`;
    await this.story.createCounter(name, this.a, writes ? WRITES : '');
    const uuid = await this.story.uuid(name);
    const guest = { uuid, limit: () => {}, delete: async () => void (await this.story.chronovirt('delete', name)) };
    this.#guests.push({ name, guest, stop: this.#watch(uuid, name) });
    return { name, uuid };
  }

  /** Takes a guest for deleted that the story itself has deleted. */
  async deleted({ uuid }: Known): Promise<void> {
    const [gone] = this.#guests.splice(
      this.#guests.findIndex(({ guest }) => guest.uuid === uuid),
      1,
    );
    const { twice = 0 } = (await gone?.stop()) ?? {};
    this.expect(twice, 0, 'moments at which it was on both hosts');
  }

  /** Lets an accident happen, or ends it. */
  async carry(...order: Parameters<LabSystem['carry']>): Promise<void> {
    this.story.say(`\n# ${await this.system.carry(...order)}`);
  }

  host({ name }: LabHost): Promise<HostShown> {
    return this.system.api.get<HostShown>(`/v1/hosts/${name}`);
  }

  /** Waits until what is recorded of a host's reach is this. */
  becomes(host: LabHost, value: string): Promise<void> {
    return this.until(`${host.name} is ${value}`, async () => (await this.host(host)).record?.value === value);
  }

  async until(what: string, look: () => Promise<unknown> | unknown): Promise<void> {
    await until(look, { what, timeoutMs: PATIENCE_MS, everyMs: 200 });
    this.story.say(`  ${what}`);
  }

  /** Hosts with a process of a guest, whatever anybody says of it: one that stands still counts as well. */
  processesOf(guest: Known): string[] {
    return this.system.hosts.flatMap(({ name, host }) => (isIn(host.guestPids(), guest.uuid) === null ? [] : [name]));
  }

  pidOf(guest: Known, { host }: LabHost): number | null {
    return isIn(host.guestPids(), guest.uuid);
  }

  /** Waits until a guest has booted so often, from the disk that it had: the disk counts. */
  async booted(guest: Guest, times: number): Promise<void> {
    let seen = 0;
    await until(
      async () => {
        seen = guestReady(await this.system.api.consoleLog(guest.uuid))?.boots ?? 0;
        return seen >= times;
      },
      { what: `its disk has seen ${times} boots`, timeoutMs: PATIENCE_MS, everyMs: 500 },
    );
    this.expect(seen, times, 'boots that its disk has seen');
    this.story.say(`  its disk has seen ${times} boots`);
  }

  /** Waits until a host has nothing of a guest any more: no process, no definition. */
  cleared(guest: Known, { name, host }: LabHost): Promise<void> {
    return this.until(
      `nothing of the guest is left on ${name}`,
      async () =>
        isIn(host.guestPids(), guest.uuid) === null &&
        !(await host.virsh('list', '--all', '--uuid')).includes(guest.uuid),
    );
  }

  /** What lies on a host's own storage of a guest. */
  filesOf({ uuid }: Known, { host }: LabHost): string[] {
    return readdirSync(host.instancesOutside).filter((entry) => entry.startsWith(uuid));
  }

  expect(found: unknown, wanted: unknown, what: string): void {
    const [is, was] = [JSON.stringify(found), JSON.stringify(wanted)];
    if (is !== was) throw new StoryBroken(`${what}: expected ${was}, found ${is}`);
  }

  expectText(text: string, wanted: RegExp): void {
    if (!wanted.test(text)) throw new StoryBroken(`expected ${String(wanted)} in:\n${text}`);
  }

  /** Deletes every guest; then both hosts are in use and nothing is left, and at no moment did a guest run twice. */
  async end(): Promise<void> {
    for (const { guest } of this.#guests) {
      guest.limit(PATIENCE_MS);
      await guest.delete();
    }
    await this.until('nothing is left', () => leftOfInstances(this.system).length === 0).catch((error: unknown) => {
      throw new StoryBroken(`this is left: ${leftOfInstances(this.system).join('; ')}`, { cause: error });
    });
    for (const host of this.system.hosts) {
      const { record } = await this.host(host);
      this.expect(
        [record?.value, record?.parts.maintenance.value, record?.parts.alarm?.code ?? null],
        ['reachable', 'none', null],
        `${host.name} at the end`,
      );
    }
    for (const { name, samples, twice } of await this.close()) {
      if (twice > 0) throw new StoryBroken(`${name} was on both hosts ${twice} times`);
      if (samples < FEW) throw new StoryBroken(`${name} was looked at only ${samples} times`);
    }
  }

  /** Ends the watches. */
  close(): Promise<Watched[]> {
    return Promise.all(this.#guests.splice(0).map(({ stop }) => stop()));
  }

  /**
   * Both libvirts are asked as long as the story lasts. One of a host that stands still does not answer, and its guests have to be counted
   * all the same: processes are looked at, too.
   */
  #watch(uuid: string, name: string): Stop {
    const hypervisors = new Hypervisors(this.a.host, this.b.host);
    hypervisors.watch();
    let processes = 0;
    const look = (): void => {
      if (this.#movesLive) return;
      const on = this.system.hosts.filter(({ host }) => isIn(host.guestPids(), uuid) !== null);
      if (on.length > 1) processes += 1;
    };
    const timer = setInterval(look, SAMPLE_EVERY_MS);
    return async () => {
      clearInterval(timer);
      const { both, samples } = await hypervisors.stop();
      const twice = both.filter((each) => each.uuid === uuid).length + processes;
      this.story.say(`  ${name}: looked at ${samples} times, on both hosts ${twice} times`);
      return { name, samples, twice };
    };
  }
}

function isIn(guests: ReadonlyMap<string, number>, uuid: string): number | null {
  return [...guests].find(([domain]) => domain.includes(uuid))?.[1] ?? null;
}
