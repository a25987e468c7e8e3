import { CLUSTER, type InstanceUuid, type TurnMessage } from '@chronovirt/contract';
import { dueEffects, isResting } from '@chronovirt/machines';
import { isReadable, MemoryJournal, type MemoryStore } from '@chronovirt/runtime';

/** What is stored in a world, on the spine and on its hosts. */
export class WorldHistories {
  readonly #store: MemoryStore;
  readonly #hosts: readonly string[];
  readonly #lastRead = new Map<string, { readonly seq: number; readonly message: TurnMessage }>();

  constructor(store: MemoryStore, hosts: readonly string[]) {
    this.#store = store;
    this.#hosts = hosts;
  }

  last(host: string, instance: InstanceUuid): TurnMessage | null {
    const found = this.#store.last(host, instance);
    if (found === undefined) return null;
    const known = this.#lastRead.get(`${host} ${instance}`);
    if (known?.seq === found.seq) return known.message;
    const message = JSON.parse(found.text) as TurnMessage;
    this.#lastRead.set(`${host} ${instance}`, { seq: found.seq, message });
    return message;
  }

  /** Every stored event, in the order of its time, as `host seq: type -> to` with what went wrong. */
  async story(instance: InstanceUuid): Promise<string[]> {
    const journal = new MemoryJournal({ store: this.#store });
    const all: { at: number; line: string }[] = [];
    for (const host of [CLUSTER, ...this.#hosts]) {
      for await (const stored of journal.read(host, instance)) {
        if (!isReadable(stored)) continue;
        const { at, events } = stored.message;
        for (const { type, to, data } of events) {
          const error = data?.['error'] === undefined ? '' : ` ${JSON.stringify(data['error'])}`;
          all.push({ at, line: `${host} ${stored.seq}: ${type} -> ${to}${error}` });
        }
      }
    }
    return all.toSorted((a, b) => a.at - b.at).map(({ line }) => line);
  }

  /** State of `life` on the spine and on each host that has a history of the instance. */
  states(instance: InstanceUuid): Record<string, string> {
    const all: Record<string, string> = {};
    for (const host of [CLUSTER, ...this.#hosts]) {
      const last = this.last(host, instance);
      if (last !== null) all[host] = `${last.state.value} ${last.state.actor.role.kind}`;
    }
    return all;
  }

  /** Whether nothing is due on the spine and on those hosts, and whoever owns the instance rests. */
  isAtRest(instance: InstanceUuid, hosts: readonly string[]): boolean {
    const spine = this.last(CLUSTER, instance);
    if (spine === null) return false;
    const due = [...hosts, CLUSTER].flatMap((host) => {
      const last = this.last(host, instance);
      return last === null ? [] : dueEffects(last.state);
    });
    if (due.length > 0) return false;
    const { role } = spine.state.actor;
    if (role.kind !== 'granted') return isResting(spine.state.value);
    const there = this.last(role.host, instance);
    if (there === null || there.state.actor.epoch < role.epoch) return false;
    // A closed segment under this epoch has still to come back to the spine.
    return there.state.actor.role.kind === 'owner' && isResting(there.state.value);
  }
}
