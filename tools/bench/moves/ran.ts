/** When guests stood still and when they ran on, by what libvirt on both hosts tells as it happens. Milliseconds of the monotonic clock. */
import { DomainEventId, Libvirt } from '@chronovirt/libvirt';
import type { TwoHosts } from '@chronovirt/testing/lab';

/** Lifecycle events as libvirt counts them. */
const SUSPENDED = 3;
const RESUMED = 4;
const STOPPED = 5;

interface Told {
  readonly host: string;
  readonly uuid: string;
  readonly event: number;
  readonly at: number;
}

export class Ran {
  readonly #connections: readonly Libvirt[];
  readonly #told: Told[] = [];
  readonly #listeners = new Set<() => void>();

  private constructor(connections: readonly Libvirt[]) {
    this.#connections = connections;
  }

  static async listen({ hosts }: TwoHosts): Promise<Ran> {
    const connections = await Promise.all(hosts.map(({ uri }) => Libvirt.connect({ uri })));
    const ran = new Ran(connections);
    for (const [index, { name }] of hosts.entries())
      await connections[index]!.events.listen({ eventId: DomainEventId.LIFECYCLE }, ({ dom, event }) => {
        ran.#told.push({ host: name, uuid: dom.uuid, event, at: performance.now() });
        for (const listener of ran.#listeners) listener();
      });
    return ran;
  }

  forget(): void {
    this.#told.length = 0;
  }

  /**
   * Of a guest that moved, from its stop on the one host on: until it ran on the other, and until the one host had let go of it. Waits for
   * what is not told yet.
   */
  async standstill(uuid: string, from: string, to: string): Promise<{ downMs: number; letGoMs: number }> {
    const stopped = await this.#tells(uuid, from, SUSPENDED);
    const [ran, gone] = await Promise.all([this.#tells(uuid, to, RESUMED), this.#tells(uuid, from, STOPPED)]);
    return { downMs: ran - stopped, letGoMs: gone - stopped };
  }

  async close(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.close()));
  }

  #tells(uuid: string, host: string, event: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#listeners.delete(look);
        reject(new Error(`libvirt of ${host} did not tell within 10 s of event ${event} of guest ${uuid}`));
      }, 10_000);
      const look = (): void => {
        const found = this.#told.find((one) => one.uuid === uuid && one.host === host && one.event === event);
        if (found === undefined) return;
        clearTimeout(timer);
        this.#listeners.delete(look);
        resolve(found.at);
      };
      this.#listeners.add(look);
      look();
    });
  }
}
