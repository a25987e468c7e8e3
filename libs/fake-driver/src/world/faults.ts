/** Faults that a test plants, or that come by chance: calls that hang, fail before or after acting, or lose their connection. */
import type { InstanceUuid } from '@chronovirt/contract';
import type { CallErrorCode } from './call-error.ts';
import type { Random } from './random.ts';

export type FaultKind =
  | { readonly kind: 'hang'; readonly ms: number }
  | {
      readonly kind: 'fail';
      readonly when: 'before' | 'after';
      readonly code?: CallErrorCode;
      readonly message?: string;
    }
  | { readonly kind: 'loseConnection'; readonly when: 'before' | 'after' };

/** A planted fault: for calls of a name (or all), of one instance (or all), as many times as said (once unless said otherwise). */
export type Fault = FaultKind & { readonly on?: string; readonly instance?: InstanceUuid; readonly times?: number };

/** Chances per call, each in [0, 1]. */
export interface FaultChances {
  readonly hang?: number;
  /** Longest hang, in milliseconds. */
  readonly hangMs?: number;
  readonly failBefore?: number;
  readonly failAfter?: number;
  readonly loseConnection?: number;
}

export class FaultPlan {
  readonly #planted: { fault: Fault; left: number }[] = [];
  #chances: FaultChances = {};
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Plants a fault; returns the way to take it out again. */
  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? 1 };
    this.#planted.push(entry);
    return () => {
      entry.left = 0;
    };
  }

  /** Faults by chance from now on, on top of the planted ones. */
  byChance(chances: FaultChances): void {
    this.#chances = chances;
  }

  clear(): void {
    this.#planted.length = 0;
    this.#chances = {};
  }

  /** What befalls this call. */
  of(call: { readonly name: string; readonly instance: InstanceUuid | null }): FaultKind | null {
    const entry = this.#planted.find(
      ({ fault, left }) =>
        left > 0 &&
        (fault.on === undefined || fault.on === call.name) &&
        (fault.instance === undefined || fault.instance === call.instance),
    );
    if (entry !== undefined) {
      entry.left--;
      return entry.fault;
    }
    return this.#drawn();
  }

  #drawn(): FaultKind | null {
    const { hang = 0, hangMs = 5000, failBefore = 0, failAfter = 0, loseConnection = 0 } = this.#chances;
    if (hang + failBefore + failAfter + loseConnection === 0) return null;
    let draw = this.#random();
    if ((draw -= hang) < 0) return { kind: 'hang', ms: Math.round(this.#random() * hangMs) };
    if ((draw -= failBefore) < 0) return { kind: 'fail', when: 'before' };
    if ((draw -= failAfter) < 0) return { kind: 'fail', when: 'after' };
    if (draw - loseConnection < 0) return { kind: 'loseConnection', when: this.#random() < 0.5 ? 'before' : 'after' };
    return null;
  }
}
