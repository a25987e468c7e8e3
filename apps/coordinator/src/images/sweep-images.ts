/**
 * Images that the system made for itself leave every place where they lie once no instance needs them: what a shelf kept of a guest that
 * runs again or is deleted, backups that newer ones have replaced, and what was made by a run of which nothing came.
 *
 *     the places list what they have ──▶ held by nobody? ──▶ the histories of those that it was made for, as they are after
 *                                                            the list, are known ──▶ still held by nobody? ──▶ it goes
 *
 * Nothing of this is kept: what is to go follows from what lies there and what the histories say. So whoever dies in between, the next
 * pass finds the same. An image comes to a place only after its instance has stored that one is being made; so what is listed belongs to
 * a history that says so, or says what became of it. And one that is made again while a pass goes on is not the one that was listed.
 */
import { CLUSTER, type InstanceUuid, type MadeImage, type MadeImages, type TurnMessage } from '@chronovirt/contract';
import { isReadable, type Clock, type Journal, type Log } from '@chronovirt/runtime';
import type { ReadModel } from '../read-model/read-model.ts';
import { heldBy, isLeftBy, mayBeMaking } from './held-images.ts';

/** What follows an event often brings the next; they are gone through together. */
const SETTLE_MS = 200;
/** A host may have been away, or have missed its turn. */
const INTERVAL_MS = 600_000;
/** Until what could not be asked, or could not be removed, is tried again. */
const RETRY_MS = 60_000;
/** How long the read model gets to take what the histories hold. */
const CATCH_UP_MS = 5_000;

export interface SweepOptions {
  readonly model: Pick<ReadModel, 'onStored' | 'entries' | 'get' | 'reached'>;
  readonly journal: Pick<Journal, 'last'>;
  readonly store: MadeImages;
  /** The hosts that answer. */
  readonly hosts: () => Iterable<string>;
  /** What was made on a host and lies there. */
  readonly onHost: (host: string) => MadeImages;
  readonly clock: Clock;
  readonly log: Log;
}

interface Listed {
  readonly place: string;
  readonly images: MadeImages;
  readonly image: MadeImage;
}

const STORE = 'store';

export class ImageSweep {
  readonly #options: SweepOptions;
  /** Hosts to be gone through in the next pass. */
  #wanted = new Set<string>();
  readonly #processes = new Map<string, string>();
  #cancel: () => void = () => {};
  /** When the next pass begins, and when the next one over everything is due. */
  #dueAt = Number.POSITIVE_INFINITY;
  #allDueAt = Number.POSITIVE_INFINITY;
  #isRunning = false;
  #isOver = false;
  #stopListening: () => void = () => {};

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  /** Begins with a pass over everything, once the model has read what there is. */
  start(): void {
    const { model } = this.#options;
    this.#stopListening = model.onStored((stored) => {
      if (!isReadable(stored) || !this.#mayRelease(stored.message)) return;
      const { segments = [] } = model.get(stored.instance) ?? {};
      for (const { host } of segments) this.#wanted.add(host);
      this.#within(SETTLE_MS);
    });
    this.#allWithin(0);
  }

  /** A process reports for a host: what could not be removed while none did is looked for. */
  hear({ host, incarnation }: { readonly host: string; readonly incarnation: string }): void {
    if (this.#processes.get(host) === incarnation) return;
    this.#processes.set(host, incarnation);
    this.#wanted.add(host);
    this.#within(SETTLE_MS);
  }

  stop(): void {
    this.#isOver = true;
    this.#stopListening();
    this.#cancel();
  }

  /** Whether an image may have come out of use with this, or have been made for nothing. */
  #mayRelease({ events, instance, state }: TurnMessage): boolean {
    if (state.value === 'deleted')
      return this.#options.model.get(instance)?.segments.some(({ spec }) => (spec?.images.length ?? 0) > 1) === true;
    return events.some(
      ({ type, data }) => releasing.has(type) || (type.endsWith('.done') && data?.['spec'] !== undefined),
    );
  }

  #allWithin(ms: number): void {
    this.#allDueAt = Math.min(this.#allDueAt, this.#options.clock.monotonic() + ms);
    this.#within(ms);
  }

  /** The next pass begins so soon, or earlier. */
  #within(ms: number): void {
    const { clock } = this.#options;
    const at = clock.monotonic() + ms;
    if (this.#isOver || at >= this.#dueAt) return;
    this.#cancel();
    this.#dueAt = at;
    this.#cancel = clock.after(ms, () => void this.#run());
  }

  async #run(): Promise<void> {
    this.#dueAt = Number.POSITIVE_INFINITY;
    // What comes while one goes on is for the one after it.
    if (this.#isRunning) return this.#within(SETTLE_MS);
    this.#isRunning = true;
    const isAll = this.#options.clock.monotonic() >= this.#allDueAt;
    const wanted = isAll ? null : this.#wanted;
    if (isAll) this.#allDueAt = Number.POSITIVE_INFINITY;
    this.#wanted = new Set();
    const isWhole = await this.#pass(wanted).catch((error: unknown) => this.#told(STORE, error));
    this.#isRunning = false;
    this.#allWithin(isWhole ? INTERVAL_MS : RETRY_MS);
  }

  /** False where something could not be asked, known or removed. */
  async #pass(wanted: ReadonlySet<string> | null): Promise<boolean> {
    const { store, hosts, onHost, log } = this.#options;
    const asked = [...hosts()].filter((host) => wanted === null || wanted.has(host));
    const places = [[STORE, store] as const, ...asked.map((host) => [host, onHost(host)] as const)];
    let isWhole = true;
    const listed = await Promise.all(
      places.map(async ([place, images]): Promise<Listed[]> => {
        try {
          return (await images.made()).map((image) => ({ place, images, image }));
        } catch (error) {
          isWhole = this.#told(place, error);
          return [];
        }
      }),
    );
    const before = this.#unneeded(listed.flat());
    if (before === null) return false;
    if (before.length === 0) return isWhole;
    if (!(await this.#hasCaughtUp(before))) return false;
    for (const { place, images, image } of this.#unneeded(before) ?? []) {
      if (this.#isOver) return false;
      try {
        const { sha256, madeFor } = image;
        if (await images.removeMade(image))
          log.info({ place, sha256, madeFor }, 'an image that nobody needs was removed');
      } catch (error) {
        isWhole = this.#told(place, error);
      }
    }
    return isWhole;
  }

  /** Those that no instance needs; null = what some instance needs is not known. */
  #unneeded(listed: readonly Listed[]): Listed[] | null {
    const { model, log } = this.#options;
    if (listed.length === 0) return [];
    const held = new Set<string>();
    for (const entry of model.entries()) {
      const its = heldBy(entry);
      if (its === null) {
        log.debug({ instance: entry.uuid }, 'no image is removed: what this instance needs is not known');
        return null;
      }
      for (const sha256 of its) held.add(sha256);
    }
    return listed.filter(
      ({ image: { sha256, madeFor } }) => !held.has(sha256) && madeFor.every((uuid) => this.#isDone(uuid, sha256)),
    );
  }

  /** An instance is through with what was made for it. What nobody knows any more may still need it. */
  #isDone(instance: InstanceUuid, sha256: string): boolean {
    const entry = this.#options.model.get(instance);
    return entry?.segment !== undefined && !mayBeMaking(entry) && !isLeftBy(entry, sha256);
  }

  /** The model has taken all that the histories of those that the images were made for hold now. */
  async #hasCaughtUp(listed: readonly Listed[]): Promise<boolean> {
    const { model, journal } = this.#options;
    const wanted = new Map<string, number>();
    for (const instance of new Set(listed.flatMap(({ image }) => image.madeFor))) {
      const spine = await journal.last(CLUSTER, instance);
      const role = spine !== null && isReadable(spine) ? spine.message.state.actor.role : null;
      const hosts = new Set((model.get(instance)?.segments ?? []).map(({ host }) => host));
      if (role?.kind === 'granted') hosts.add(role.host);
      hosts.add(CLUSTER);
      for (const host of hosts) {
        const last = host === CLUSTER ? spine : await journal.last(host, instance);
        if (last !== null) wanted.set(host, Math.max(last.seq, wanted.get(host) ?? 0));
      }
    }
    return model.reached(wanted, CATCH_UP_MS);
  }

  /** For `catch`; false, since it is not over with that. */
  #told(place: string, error: unknown): false {
    const level = (error as { code?: string }).code === 'HOST_UNREACHABLE' ? 'debug' : 'warn';
    if (!this.#isOver)
      this.#options.log[level](
        { place, error: String(error) },
        'images that nobody needs could not be removed; it is tried again',
      );
    return false;
  }
}

/** Events after which an image may be in nobody's use. */
const releasing: ReadonlySet<string> = new Set([
  'removeImages.done',
  'removeImages.failed',
  'removeImages.timedOut',
  'snapshot.failed',
  'snapshot.timedOut',
  'late',
]);
