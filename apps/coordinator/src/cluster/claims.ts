import type { Flavor } from '@chronovirt/contract';
import { claimOf, type Claim } from './placement.ts';

const none: Claim = { vcpus: 0, memoryMiB: 0, diskGiB: 0 };

/** What instances take of their hosts: from the moment a host is chosen until the instance has left it. */
export class Claims {
  readonly #held = new Map<string, { host: string; claim: Claim }>();
  readonly #totals = new Map<string, Claim>();

  /** An instance holds its claim on one host at a time; a new one replaces the old one. */
  take(instance: string, host: string, flavor: Flavor): void {
    const claim = claimOf(flavor);
    const held = this.#held.get(instance);
    if (held?.host === host && isSame(held.claim, claim)) return;
    this.release(instance);
    this.#held.set(instance, { host, claim });
    this.#add(host, claim, 1);
  }

  release(instance: string): void {
    const held = this.#held.get(instance);
    if (held === undefined) return;
    this.#held.delete(instance);
    this.#add(held.host, held.claim, -1);
  }

  hostOf(instance: string): string | undefined {
    return this.#held.get(instance)?.host;
  }

  of(host: string): Claim {
    return this.#totals.get(host) ?? none;
  }

  #add(host: string, claim: Claim, sign: 1 | -1): void {
    const total = this.of(host);
    this.#totals.set(host, {
      vcpus: total.vcpus + sign * claim.vcpus,
      memoryMiB: total.memoryMiB + sign * claim.memoryMiB,
      diskGiB: total.diskGiB + sign * claim.diskGiB,
    });
  }
}

const isSame = (a: Claim, b: Claim): boolean =>
  a.vcpus === b.vcpus && a.memoryMiB === b.memoryMiB && a.diskGiB === b.diskGiB;
