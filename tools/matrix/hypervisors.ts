/**
 * What both hypervisors say of all guests, asked of libvirt itself five times a second for as long as a cell lasts: nobody else's word
 * tells whether a guest ever ran twice.
 */
import { DomainState, Libvirt, ListAllDomainsFlag } from '@chronovirt/libvirt';
import type { PairedHost } from '@chronovirt/testing/lab';

export const SAMPLE_EVERY_MS = 200;
const PATIENCE_MS = 2_000;

/** A host whose libvirt is asked. */
export type Asked = Pick<PairedHost, 'name' | 'uri' | 'pid' | 'isOn'>;

/** What a host has of a guest; null while its libvirtd does not answer or the host is off. */
export type Seen = 'on' | 'paused' | 'off' | 'absent' | null;

/** What the samples of a cell add up to. */
export interface Watched {
  readonly samples: number;
  /** Samples in which a host did not answer: only that one of them was seen is known then. */
  readonly oneSided: number;
  /** Each time that a guest was seen to run on both hosts; milliseconds after the beginning. */
  readonly both: readonly { readonly uuid: string; readonly atMs: number }[];
}

/** One host's libvirtd, asked over a session that is opened again when it has gone. */
class Hypervisor {
  readonly host: Asked;
  #libvirt: Libvirt | null = null;

  constructor(host: Asked) {
    this.host = host;
  }

  /** The guests whose processors run; null = nobody answers. */
  running(): Promise<ReadonlySet<string> | null> {
    const flags = ListAllDomainsFlag.RUNNING;
    return this.#ask(async (libvirt) => {
      const domains = await libvirt.connectListAllDomains(flags, { deadlineMs: PATIENCE_MS });
      return new Set(domains.map(({ uuid }) => uuid));
    });
  }

  see(uuid: string): Promise<Seen> {
    return this.#ask(async (libvirt) => {
      const domains = await libvirt.connectListAllDomains(0, { deadlineMs: PATIENCE_MS });
      const dom = domains.find((each) => each.uuid === uuid);
      if (dom === undefined) return 'absent';
      const { state } = await libvirt.domainGetState(dom, 0, { deadlineMs: PATIENCE_MS });
      if (state === DomainState.RUNNING) return 'on';
      return state === DomainState.PAUSED ? 'paused' : 'off';
    });
  }

  close(): void {
    this.#libvirt?.session.destroy();
    this.#libvirt = null;
  }

  async #ask<T>(question: (libvirt: Libvirt) => Promise<T>): Promise<T | null> {
    if (!this.host.isOn || this.host.pid === undefined) {
      this.close();
      return null;
    }
    try {
      this.#libvirt ??= await Libvirt.connect({ uri: this.host.uri, connectTimeoutMs: PATIENCE_MS });
      return await question(this.#libvirt);
    } catch {
      this.close(); // the next question opens another session
      return null;
    }
  }
}

export class Hypervisors {
  readonly #both: readonly [Hypervisor, Hypervisor];
  #watching: { stop: () => Promise<Watched> } | null = null;

  constructor(one: Asked, other: Asked) {
    this.#both = [new Hypervisor(one), new Hypervisor(other)];
  }

  /** By the host's name. */
  async see(uuid: string): Promise<Record<string, Seen>> {
    return Object.fromEntries(
      await Promise.all(this.#both.map(async (each) => [each.host.name, await each.see(uuid)])),
    );
  }

  watch(): void {
    const began = performance.now();
    const both: { uuid: string; atMs: number }[] = [];
    let [samples, oneSided, goesOn] = [0, 0, true];
    const sample = async (): Promise<void> => {
      samples += 1;
      const { twice, isOneSided } = await this.#runTwice();
      if (isOneSided) oneSided += 1;
      if (twice.length === 0) return;
      // Asked at once, but not answered in the same moment: it may have left the one while the other was asked.
      const still = (await this.#runTwice()).twice.filter((uuid) => twice.includes(uuid));
      both.push(...still.map((uuid) => ({ uuid, atMs: Math.round(performance.now() - began) })));
    };
    const loop = (async () => {
      while (goesOn) {
        const next = performance.now() + SAMPLE_EVERY_MS;
        await sample();
        await new Promise((resolve) => setTimeout(resolve, Math.max(1, next - performance.now())));
      }
    })();
    const stop = async (): Promise<Watched> => {
      goesOn = false;
      await loop;
      return { samples, oneSided, both };
    };
    this.#watching = { stop };
  }

  async #runTwice(): Promise<{ twice: string[]; isOneSided: boolean }> {
    const [one, other] = this.#both;
    const [there, here] = await Promise.all([one.running(), other.running()]);
    if (there === null || here === null) return { twice: [], isOneSided: true };
    return { twice: [...there].filter((uuid) => here.has(uuid)), isOneSided: false };
  }

  /** Ends the watch and the sessions. */
  async stop(): Promise<Watched> {
    const watched = (await this.#watching?.stop()) ?? { samples: 0, oneSided: 0, both: [] };
    this.#watching = null;
    for (const each of this.#both) each.close();
    return watched;
  }
}
