/**
 * A guest that somebody ends behind the agent's back (as `virsh destroy` does): from the moment that libvirt told of it to the turn on the
 * event stream. Real libvirt, real QEMU; the guests' disks are empty, so nothing boots.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DomainEventId, domainByUuid, Libvirt } from '@chronovirt/libvirt';
import { median, percentile } from '../measure/samples.ts';
import type { Measured } from '../row.ts';
import { realHost } from '../stack/real-host.ts';
import { HOST, Stack } from '../stack/stack.ts';
import type { Scene } from './scene.ts';

const names = { stored: 'outside change → event stored, p99', half: 'outside change → event stored, p50' };
const guests = 20;
const rounds = 5;
/** A guest has been running for a moment when it is ended: what follows a start is over. */
const restMs = 1_000;

export const outsideScene: Scene = { names: Object.values(names), measure };

async function measure(directory: string, say: (line: string) => void): Promise<Measured[]> {
  say('private libvirt');
  const host = await realHost(directory);
  const { stack } = host;
  const libvirt = await Libvirt.connect({ uri: host.uri });
  try {
    await stack.startCoordinator();
    await stack.startAgent(host.driver);
    const outside = new Outside(stack, libvirt);
    await outside.ready();
    say(`${guests} guests`);
    await outside.create(guests);
    const times: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      say(`round ${round + 1} of ${rounds}`);
      await delay(restMs);
      times.push(...(await outside.destroyAll()));
      await outside.startAll();
    }
    const common = {
      unit: 'ms',
      floor: null,
      floorIs: "none: the time begins when libvirt's event (or its answer, if earlier) reaches another listener",
      note: `${times.length} guests ended one after another`,
    };
    return [
      {
        name: names.stored,
        value: percentile(times, 0.99),
        goal: { of: 'value', is: '<', limit: 50 },
        ...common,
      },
      { name: names.half, value: median(times), goal: null, ...common },
    ];
  } finally {
    await libvirt.close();
    await host.stop();
  }
}

class Outside {
  readonly #stack: Stack;
  readonly #libvirt: Libvirt;
  readonly #uuids: string[] = [];
  /** When libvirt told that a guest was stopped. */
  readonly #told = new Map<string, number>();
  #image = '';

  constructor(stack: Stack, libvirt: Libvirt) {
    this.#stack = stack;
    this.#libvirt = libvirt;
  }

  async ready(): Promise<void> {
    const stopped = 5;
    await this.#libvirt.events.listen({ eventId: DomainEventId.LIFECYCLE }, ({ dom, event }) => {
      if (event === stopped) this.#told.set(dom.uuid, performance.now());
    });
    const { http } = this.#stack;
    const { text } = await http.call('POST', '/v1/images?name=empty&format=raw', new Uint8Array(1_048_576));
    this.#image = (JSON.parse(text) as { sha256: string }).sha256;
    for (;;) {
      const { hosts } = await http.json<{ hosts: { host: string; alive: boolean }[] }>('GET', '/v1/hosts');
      if (hosts.some((one) => one.host === HOST && one.alive)) return;
      await delay(50);
    }
  }

  async create(count: number): Promise<void> {
    const { http, turns } = this.#stack;
    for (let n = 0; n < count; n += 1) {
      const flavor = { vcpus: 1, memoryMiB: 64, rootGiB: 0 };
      const body = { name: `o${n}`, image: this.#image, flavor, networks: [] };
      const { instance } = await http.json<{ instance: string }>('POST', '/v1/instances', body);
      await turns.reached(instance, 'running');
      this.#uuids.push(instance);
    }
  }

  /** Ends each guest; milliseconds until the turn that tells of it was heard. */
  async destroyAll(): Promise<number[]> {
    const times: number[] = [];
    for (const uuid of this.#uuids) {
      this.#told.delete(uuid);
      const stored = this.#stack.turns.next(uuid, ({ message }) =>
        message.events.some(({ type }) => type.startsWith('observed.')),
      );
      const stopped = this.#stack.turns.reaches(uuid, 'stopped');
      await this.#libvirt.domainDestroyFlags(domainByUuid(uuid));
      const answered = performance.now();
      const { heard } = await stored;
      times.push(heard - Math.min(answered, this.#told.get(uuid) ?? answered));
      await stopped;
    }
    return times;
  }

  async startAll(): Promise<void> {
    const { http, turns } = this.#stack;
    for (const uuid of this.#uuids) {
      const running = turns.reaches(uuid, 'running');
      await http.json('POST', `/v1/instances/${uuid}/commands`, { name: 'start' });
      await running;
    }
  }
}
