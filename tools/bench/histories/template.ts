/**
 * Histories of instances that never lived, yet valid to the last field: each message is decided by the charts themselves, once, and
 * kept as text in which the instance's UUID and the stream's sequences are left open.
 */
import {
  CLUSTER,
  incarnationOf,
  MESSAGE_VERSION,
  nothingThere,
  turnMessage,
  type Command,
  type CommandName,
  type HostName,
  type Incarnation,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type MessageId,
  type Observation,
} from '@chronovirt/contract';
import {
  adoptOrder,
  decide,
  defaultPolicy,
  dueEffects,
  leafNames,
  MACHINE_VERSION,
  settled,
  type Item,
} from '@chronovirt/machines';

/** Text of one message, cut where the UUID or a sequence belongs: text, hole, text, hole, …, text. */
interface Cut {
  readonly texts: readonly string[];
  /** `uuid`, or the number of the message (from 0) whose sequence belongs there. */
  readonly holes: readonly ('uuid' | number)[];
}

export interface Template {
  readonly messages: readonly Cut[];
  /** Events in all of them. */
  readonly events: number;
}

const openUuid = '0b0b0b0b-0000-4000-8000-0b0b0b0b0b0b' as InstanceUuid;
/** Sequences while they are open: recognisable, and numbers as a schema wants them. */
const openSeq = 7_000_000_000_000;
const hole = /0b0b0b0b-0000-4000-8000-0b0b0b0b0b0b|70000000\d{5}/g;

/** Before any process of today, so that every agent that starts is newer. */
const startedAt = 1_700_000_000_000;
const incarnation: Incarnation = incarnationOf(startedAt, 1);

const seen = (power: 'on' | 'paused'): Observation => ({
  domain: 'defined',
  power,
  reason: power === 'on' ? 'booted' : 'user',
  busy: null,
  mark: null,
  definition: true,
  savedMemory: false,
  disks: ['root', 'config'],
  leftovers: [],
});

/** A history of an instance that runs after so many events. */
export function runningHistory(host: string, events: number): Template {
  const history = new Writer(host);
  history.spawn();
  while (history.events < events) history.pauseAndBack();
  return history.template();
}

/** A history of about so many events of an instance that was deleted. */
export function deletedHistory(host: string, events: number): Template {
  const history = new Writer(host);
  history.spawn();
  while (history.events < events - 2) history.pauseAndBack();
  history.order('delete');
  history.done(nothingThere);
  return history.template();
}

/** The messages of one instance as text; `seqs` are the sequences that they will be stored under. */
export function fill({ texts, holes }: Cut, uuid: string, seqs: readonly number[]): string {
  let text = texts[0] ?? '';
  for (let n = 0; n < holes.length; n += 1) {
    const what = holes[n];
    text += what === 'uuid' ? uuid : String(seqs[what ?? 0] ?? 0);
    text += texts[n + 1] ?? '';
  }
  return text;
}

class Writer {
  readonly #host: HostName;
  readonly #texts: string[] = [];
  #state: InstanceState | null = null;
  #at = startedAt;
  #commands = 0;
  events = 0;

  constructor(host: string) {
    this.#host = host as HostName;
  }

  spawn(): void {
    const spine = new Writer(CLUSTER);
    spine.order('create', { spec: someSpec() });
    spine.done(null, { host: this.#host });
    const link = adoptOrder(spine.#now, someSpec(), { host: spine.#host, seq: 2 });
    this.#take({ kind: 'link', link });
    const [due] = dueEffects(this.#now);
    this.done({ ...seen('on'), mark: { epoch: 1, op: due?.op ?? 0 } });
  }

  pauseAndBack(): void {
    this.order('pause');
    this.done(seen('paused'));
    this.order('unpause');
    this.done(seen('on'));
  }

  order(name: CommandName, args: object = {}): void {
    this.#commands += 1;
    const command = {
      // As long as those that the API makes.
      id: `c0000000-0000-4000-8000-${String(this.#commands).padStart(12, '0')}`,
      instance: openUuid,
      name,
      args,
      by: { kind: 'user', name: 'bench' },
    } as unknown as Command;
    this.#take({ kind: 'command', command });
  }

  done(observation: Observation | null, data: Record<string, unknown> = {}): void {
    const [due] = dueEffects(this.#now);
    if (due === undefined) throw new Error(`nothing is due in ${this.#now.value}`);
    const { epoch } = this.#now.actor;
    this.#take({ kind: 'outcome', op: due.op, epoch, method: due.method, result: 'done', observation, data });
  }

  template(): Template {
    return { messages: this.#texts.map(cut), events: this.events };
  }

  get #now(): InstanceState {
    if (this.#state === null) throw new Error('no history yet');
    return this.#state;
  }

  #take(item: Item): void {
    this.#at += 1_000;
    const facts = { implements: everyMethod };
    const env = {
      instance: openUuid,
      host: this.#host,
      at: this.#at,
      incarnation,
      policy: defaultPolicy,
      facts,
    };
    const decision = decide(this.#state, item, env);
    if (decision.kind !== 'turn') throw new Error(`no turn of it: ${JSON.stringify({ item, decision })}`);
    const message = turnMessage.parse({
      v: MESSAGE_VERSION,
      id: `${openUuid}.${this.#texts.length}` as MessageId,
      instance: openUuid,
      host: this.#host,
      epoch: decision.next.actor.epoch,
      incarnation,
      at: this.#at,
      by: decision.by,
      command: decision.command,
      cause: decision.cause,
      machine: MACHINE_VERSION,
      events: decision.events,
      state: decision.next,
    });
    this.#state = settled(decision.next, openSeq + this.#texts.length);
    this.#texts.push(JSON.stringify(message));
    this.events += message.events.length;
  }
}

const everyMethod: ReadonlySet<string> = new Set(leafNames.map((name) => name.slice(name.indexOf('.') + 1)));

function cut(text: string): Cut {
  const holes = [...text.matchAll(hole)].map(([found]) => (found === openUuid ? 'uuid' : Number(found) - openSeq));
  return { texts: text.split(hole), holes };
}

/** The instance's name bears its UUID, so that each has another. */
function someSpec(): InstanceSpec {
  return {
    uuid: openUuid,
    name: `b-${openUuid}`,
    flavor: { name: 'nano', vcpus: 1, memoryMiB: 128, rootGiB: 0, ephemeralGiB: 0, swapMiB: 0, extraSpecs: {} },
    image: { sha256: 'a'.repeat(64), name: 'bench', format: 'raw', bytes: 1_048_576, virtualBytes: 1_048_576 },
    ports: [
      {
        id: '5d0f7c7e-0000-4000-8000-000000000001',
        mac: '52:54:00:00:00:01',
        network: { kind: 'network', name: 'chronovirt' },
      },
    ],
    sshKeys: [],
    metadata: {},
    key: null,
    secrets: {},
  } as unknown as InstanceSpec;
}
