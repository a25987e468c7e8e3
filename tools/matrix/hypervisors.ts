/**
 * What both hypervisors say of one guest, asked of libvirt itself five times a second for as long as a cell lasts: nobody else's word
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
  /** Milliseconds after the beginning at which it was seen to run on both hosts. */
  readonly both: readonly number[];
}

/** One host's libvirtd, asked over a session that is opened again when it has gone. */
class Hypervisor {
  readonly host: Asked;
  #libvirt: Libvirt | null = null;

  constructor(host: Asked) {
    this.host = host;
  }

  /** Whether the guest's processors run; null = nobody answers. */
  runs(uuid: string): Promise<boolean | null> {
    const flags = ListAllDomainsFlag.RUNNING;
    return this.#ask(async (libvirt) =>
      (await libvirt.connectListAllDomains(flags, { deadlineMs: PATIENCE_MS })).some((dom) => dom.uuid === uuid),
    );
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
  readonly #source: Hypervisor;
  readonly #destination: Hypervisor;
  #watching: { stop: () => Promise<Watched> } | null = null;

  constructor(source: Asked, destination: Asked) {
    this.#source = new Hypervisor(source);
    this.#destination = new Hypervisor(destination);
  }

  /** By the host's name. */
  async see(uuid: string): Promise<Record<string, Seen>> {
    const both = [this.#source, this.#destination];
    return Object.fromEntries(await Promise.all(both.map(async (each) => [each.host.name, await each.see(uuid)])));
  }

  watch(uuid: string): void {
    const began = performance.now();
    const both: number[] = [];
    let [samples, oneSided, goesOn] = [0, 0, true];
    const sample = async (): Promise<void> => {
      const answers = await Promise.all([this.#source.runs(uuid), this.#destination.runs(uuid)]);
      samples += 1;
      if (answers.includes(null)) oneSided += 1;
      if (answers[0] !== true || answers[1] !== true) return;
      // Asked at once, but not answered in the same moment: it may have left the one while the other was asked.
      const again = await Promise.all([this.#source.runs(uuid), this.#destination.runs(uuid)]);
      if (again[0] === true && again[1] === true) both.push(Math.round(performance.now() - began));
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

  /** Ends the watch and the sessions. */
  async stop(): Promise<Watched> {
    const watched = (await this.#watching?.stop()) ?? { samples: 0, oneSided: 0, both: [] };
    this.#watching = null;
    for (const each of [this.#source, this.#destination]) each.close();
    return watched;
  }
}
